"""Names in a spec that only the catalog can judge: regions, zones, types, families, accelerators, chips, quotas."""

from collections.abc import Collection, Iterator, Mapping

from fleet.errors import nearest
from fleet.spec.known import Known

__all__ = ["unknown_names"]

Path = tuple[str | int, ...]
_FEW = 16


def unknown_names(values: Mapping[str, object], known: Known) -> list[tuple[Path, str, bool]]:
    """Path and message of each name that the catalog does not know; True where the name is a key, not a value."""
    check = _Check(known)
    found = [*check.fleet(values)]
    for index, workload in _each(values.get("workloads")):
        found += [(("workloads", index, *path), text, is_key) for path, text, is_key in check.workload(workload)]
        found += _spread(index, workload, values, known)
    found += [
        problem for index, cluster in _each(values.get("clusters")) for problem in _zones(index, cluster, values, known)
    ]
    return found


Unknown = tuple[Path, str, bool]


class _Check:
    """Checks against one catalog; a list of names that the catalog leaves empty is not checked."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def fleet(self, values: Mapping[str, object]) -> Iterator[Unknown]:
        known = self.known
        yield from self.one(values, ("region",), "region", known.regions)
        performance = ("performance",)
        yield from self.one(values, (*performance, "reference"), "family", known.families)
        yield from self.keys(values, (*performance, "relative"), "family", known.families)
        yield from self.keys(values, ("price_book", "on_demand_usd"), "instance type", known.instance_types)
        yield from self.keys(values, ("price_book", "discount_percent"), "family", known.families, {"*"})
        for index, _ in _each(values.get("unavailable")):
            yield from self.pool(values, ("unavailable", index))
        for index, _ in _each(_map(values.get("quotas")).get("limits")):
            at = ("quotas", "limits", index)
            yield from self.one(values, (*at, "code"), "quota code", known.quota_codes)
            yield from self.one(values, (*at, "region"), "region", known.regions)
        yield from self.shared(values)

    def shared(self, values: Mapping[str, object]) -> Iterator[Unknown]:
        """What a fleet and a workload both may have."""
        for key in ("families", "exclude_families"):
            yield from self.items(values, ("candidates", key), "family", self.known.families)
        yield from self.items(values, ("candidates", "instance_types"), "instance type", self.known.instance_types)
        yield from self.items(values, ("candidates", "categories"), "category", self.known.categories)
        for index, _ in _each(_map(values.get("purchase")).get("savings_plans")):
            at = ("purchase", "savings_plans", index)
            yield from self.one(values, (*at, "family"), "family", self.known.families)
            yield from self.one(values, (*at, "region"), "region", self.known.regions)

    def workload(self, values: Mapping[str, object]) -> Iterator[Unknown]:
        yield from self.items(values, ("regions",), "region", self.known.regions)
        yield from self.shared(values)
        for key in ("throughput", "streams_per_accelerator"):
            yield from self.keys(values, (key,), "accelerator", self.known.accelerators)
        for index, _ in _each(values.get("request_mix")):
            yield from self.keys(values, ("request_mix", index, "throughput"), "accelerator", self.known.accelerators)
        yield from self.one(values, ("reference_chip",), "chip", self.known.chips)
        yield from self.keys(values, ("build_speed",), "chip", self.known.chips)

    def pool(self, values: Mapping[str, object], at: Path) -> Iterator[Unknown]:
        yield from self.one(values, (*at, "instance_type"), "instance type", self.known.instance_types)
        zone = _at(values, (*at, "zone"))
        if isinstance(zone, str) and self.known.regions and not any(zone.startswith(r) for r in self.known.regions):
            yield (
                (*at, "zone"),
                f"no known region has this zone (found {zone!r}, allowed zones such as us-east-1a)",
                False,
            )

    def one(self, values: Mapping[str, object], path: Path, what: str, names: Collection[str]) -> Iterator[Unknown]:
        name = _at(values, path)
        if isinstance(name, str) and names and name not in names:
            yield path, _message(what, name, names), False

    def items(self, values: Mapping[str, object], path: Path, what: str, names: Collection[str]) -> Iterator[Unknown]:
        found = _at(values, path)
        for index in range(len(found) if isinstance(found, list) else 0):
            yield from self.one(values, (*path, index), what, names)

    def keys(
        self, values: Mapping[str, object], path: Path, what: str, names: Collection[str], more: Collection[str] = ()
    ) -> Iterator[Unknown]:
        for name in _map(_at(values, path)):
            if names and name not in names and name not in more:
                yield (*path, name), _message(what, name, [*names, *more]), True


def _spread(
    index: int, workload: Mapping[str, object], values: Mapping[str, object], known: Known
) -> Iterator[Unknown]:
    """More zones than any region of the workload has."""
    spread, regions = workload.get("zone_spread"), workload.get("regions") or [values.get("region")]
    if not isinstance(spread, int) or workload.get("cluster") is not None or not isinstance(regions, list):
        return
    most = max((known.regions.get(str(region), 0) for region in regions), default=0)
    if 0 < most < spread:
        text = f"more zones than there are (found {spread}, allowed 1 to {most}, the zones of {_list(regions)})"
        yield ("workloads", index, "zone_spread"), text, False


def _zones(index: int, cluster: Mapping[str, object], values: Mapping[str, object], known: Known) -> Iterator[Unknown]:
    """More zones than the fleet's region has."""
    zones, region = cluster.get("zones"), str(values.get("region"))
    most = known.regions.get(region, 0)
    if isinstance(zones, int) and 0 < most < zones:
        text = f"more zones than there are (found {zones}, allowed 1 to {most}, the zones of {region})"
        yield ("clusters", index, "zones"), text, False


def _message(what: str, name: str, names: Collection[str]) -> str:
    hint = nearest(name, names)
    allowed = _list(sorted(names)) if len(names) <= _FEW else f"one of {len(names):,} names, see 'fleet catalog'"
    mean = f"; did you mean {' or '.join(repr(item) for item in hint)}?" if hint else ""
    return f"unknown {what} (found {name!r}, allowed {allowed}{mean})"


def _list(names: Collection[object]) -> str:
    return ", ".join(str(name) for name in names)


def _at(values: object, path: Path) -> object:
    for part in path:
        if isinstance(values, Mapping):
            values = values.get(part)
        elif isinstance(values, list) and isinstance(part, int):
            values = values[part]
        else:
            return None
    return values


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _each(value: object) -> Iterator[tuple[int, Mapping[str, object]]]:
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, Mapping):
            yield index, item
