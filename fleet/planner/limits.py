"""The limits of a spec as values: what each allows, the spec without it, and what a plan without it takes.

The same list serves two questions: which smallest set of limits clashes (`clashes.py`), and what each one costs.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import partial

from fleet.catalog import Catalog
from fleet.planner.candidates import survey
from fleet.planner.part import Part
from fleet.planner.quotas import Quotas
from fleet.spec.model import (
    Candidates,
    FleetSpec,
    Overhead,
    PurchaseRules,
    QuotaLimit,
    Service,
    SpotLimits,
    Workload,
)

_SHOWN = 3


Words = Callable[[FleetSpec, Sequence[Part]], tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit: its name in the user's words, the spec without it, what is needed and allowed, and what to do.

    `words` says what is needed and what is allowed, from a spec and its plan that is possible without the limit.
    """

    constraint: str
    without: Callable[[FleetSpec], FleetSpec]
    words: Words
    advice: str
    looser: Callable[[FleetSpec], FleetSpec]
    """The spec with the limit one step looser, or without it where it has no steps."""
    step: str
    """That step in words: `one more vCPU of L-1216C47A in us-east-1`."""


def limits_of(spec: FleetSpec, catalog: Catalog, names: Sequence[str], today: date) -> list[Limit]:
    """Limits that hold for some workloads; those that users think of last come first."""
    workloads = [workload for workload in spec.workloads if workload.name in names]
    return [
        *_defaults(spec, catalog, workloads),
        *_pools(spec),
        *(limit for cluster in spec.clusters for limit in _shares(spec, cluster.name, workloads)),
        *_candidates(spec, None),
        *(limit for workload in workloads for limit in _candidates(spec, workload)),
        *(limit for workload in workloads for limit in _spot(spec, workload)),
        *(limit for workload in workloads for limit in _own(workload, catalog, today)),
        *(limit for cluster in spec.clusters for limit in _nodes(spec, cluster.name, workloads)),
        *_quotas(spec, catalog, workloads, {limit.code for limit in spec.quotas.limits}),
    ]


def default_quotas(spec: FleetSpec, catalog: Catalog, names: Sequence[str]) -> list[Limit]:
    """AWS's default of each quota that the spec takes over, one by one: `limits_of` has them as one."""
    workloads = [workload for workload in spec.workloads if workload.name in names]
    codes = set(catalog.quotas) - {limit.code for limit in spec.quotas.limits} if spec.quotas.defaults else set()
    return list(_quotas(spec, catalog, workloads, codes))


def _pools(spec: FleetSpec) -> Iterator[Limit]:
    if spec.unavailable:
        yield Limit(
            constraint="unavailable",
            without=lambda given: given.model_copy(update={"unavailable": []}),
            words=_cap(_types, f"{len(spec.unavailable)} pools are left out"),
            advice="see whether they have capacity again",
            looser=lambda given: given.model_copy(update={"unavailable": []}),
            step="capacity in the pools listed under unavailable",
        )


def _candidates(spec: FleetSpec, workload: Workload | None) -> Iterator[Limit]:
    """Each filter that is set, of the fleet or of one workload."""
    found = spec.candidates if workload is None else workload.candidates
    owner = "" if workload is None else f" of {workload.name}"
    plain = Candidates()
    for field in Candidates.model_fields:
        value, default = getattr(found, field), getattr(plain, field)
        if value == default or isinstance(value, bool):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list) else f"{value:g}"
        yield Limit(
            constraint=f"candidates.{field}{owner}",
            without=_changed(workload, partial(_filtered, field, default)),
            words=_cap(_types, shown),
            advice="widen it",
            looser=_changed(workload, partial(_filtered, field, default)),
            step=f"no candidates.{field}{owner}",
        )


def _filtered(field: str, value: object, owner: FleetSpec | Workload) -> dict[str, object]:
    return {"candidates": owner.candidates.model_copy(update={field: value})}


def _spot(spec: FleetSpec, workload: Workload) -> Iterator[Limit]:
    """What keeps interruptible work off spot."""
    rules = spec.rules_for(workload)
    if not workload.interruptible:
        return
    least = rules.spot.min_instance_types or 1
    if least > 1:
        yield Limit(
            constraint=f"purchase.spot.min_instance_types of {workload.name}",
            without=_changed(workload, partial(_respotted, rules, "min_instance_types", None)),
            words=_cap(_types, f"{least} types at least"),
            advice="lower it, or allow more types on spot",
            looser=_changed(workload, partial(_respotted, rules, "min_instance_types", least - 1)),
            step=f"one type less of purchase.spot.min_instance_types of {workload.name}",
        )
    for field, step in (("on_demand_base_percent", "1 % less"), ("max_interruption_percent", "no")):
        value = getattr(rules.spot, field)
        if not value:
            continue
        loose = value - 1 if field == "on_demand_base_percent" and value > 1 else SpotLimits.model_fields[field].default
        yield Limit(
            constraint=f"purchase.spot.{field} of {workload.name}",
            without=_changed(workload, partial(_respotted, rules, field, SpotLimits.model_fields[field].default)),
            words=_cap(_types, f"{value:g} %"),
            advice="lower it" if field == "on_demand_base_percent" else "raise it",
            looser=_changed(workload, partial(_respotted, rules, field, loose)),
            step=f"{step} purchase.spot.{field} of {workload.name}",
        )


def _respotted(rules: PurchaseRules, field: str, value: object, _: FleetSpec | Workload) -> dict[str, object]:
    return {"purchase": rules.model_copy(update={"spot": rules.spot.model_copy(update={field: value})})}


def _own(workload: Workload, catalog: Catalog, today: date) -> Iterator[Limit]:
    if workload.min_nodes:
        yield Limit(
            constraint=f"min_nodes of {workload.name}",
            without=_changed(workload, lambda _: {"min_nodes": 0}),
            words=_demand(f"{workload.min_nodes} nodes at least", _count),
            advice="lower it",
            looser=_changed(workload, lambda _: {"min_nodes": workload.min_nodes - 1}),
            step=f"one node less of min_nodes of {workload.name}",
        )
    if not isinstance(workload, Service):
        return
    if workload.exclusive_nodes:
        yield Limit(
            constraint=f"exclusive_nodes of {workload.name}",
            without=_changed(workload, lambda _: {"exclusive_nodes": False}),
            words=_demand("nodes shared with nobody", _count),
            advice="let it share nodes",
            looser=_changed(workload, lambda _: {"exclusive_nodes": False}),
            step=f"no exclusive_nodes of {workload.name}",
        )
    if workload.zone_spread > 1:
        yield Limit(
            constraint=f"zone_spread of {workload.name}",
            without=_changed(workload, lambda _: {"zone_spread": 1}),
            words=_demand(f"{workload.zone_spread} zones", partial(_sold_in, workload.name, catalog, today)),
            advice="lower it, widen the candidates, or name a region that sells them in more zones",
            looser=_changed(workload, lambda _: {"zone_spread": workload.zone_spread - 1}),
            step=f"one zone less of zone_spread of {workload.name}",
        )


def _shares(spec: FleetSpec, name: str, workloads: Sequence[Workload]) -> Iterator[Limit]:
    """What a cluster keeps of every node."""
    cluster = next(item for item in spec.clusters if item.name == name)
    if not _is_used(name, workloads):
        return
    over = cluster.node_overhead
    if over != Overhead():
        yield Limit(
            constraint=f"node_overhead of cluster {name}",
            without=_recluster(name, node_overhead=Overhead()),
            looser=_recluster(name, node_overhead=Overhead()),
            step=f"no node_overhead of cluster {name}",
            words=_cap(
                _types, f"{over.vcpus:g} vCPUs, {over.memory_gib:g} GiB and {over.pods} pods of every node are kept"
            ),
            advice="lower it",
        )
    if cluster.headroom_percent:
        yield Limit(
            constraint=f"headroom_percent of cluster {name}",
            without=_recluster(name, headroom_percent=0.0),
            looser=_recluster(name, headroom_percent=max(0.0, cluster.headroom_percent - 1)),
            step=f"1 % less headroom_percent of cluster {name}",
            words=_cap(_types, f"{cluster.headroom_percent:g} % of every node stay free"),
            advice="lower it",
        )


def _nodes(spec: FleetSpec, name: str, workloads: Sequence[Workload]) -> Iterator[Limit]:
    cluster = next(item for item in spec.clusters if item.name == name)
    if cluster.max_nodes is not None and _is_used(name, workloads):
        yield Limit(
            constraint=f"max_nodes of cluster {name}",
            without=_recluster(name, max_nodes=None),
            looser=_recluster(name, max_nodes=cluster.max_nodes + 1),
            step=f"one more node of max_nodes of cluster {name}",
            words=_cap(_count, f"{cluster.max_nodes} nodes"),
            advice="raise it, allow larger types, or take replicas away",
        )


def _quotas(
    spec: FleetSpec, catalog: Catalog, workloads: Sequence[Workload], codes: AbstractSet[str]
) -> Iterator[Limit]:
    """Each of these quotas in each region of the workloads, as far as it has a limit."""
    regions = sorted({region for workload in workloads for region in spec.regions_for(workload)})
    given = {(limit.region, limit.code): limit for limit in spec.quotas.limits}
    for region in regions:
        for code in sorted(codes):
            limit = given.get((region, code)) or given.get((None, code))
            known = catalog.quotas.get(code)
            default = known.default if known is not None and spec.quotas.defaults else None
            most = limit.limit if limit is not None else default
            if most is None:
                continue
            unit = known.unit if known is not None else "units"
            used = f", {limit.in_use:g} of them in use" if limit is not None and limit.in_use else ""
            known_as = "" if limit is not None else " (AWS's default)"
            yield Limit(
                constraint=f"quota {code} in {region}",
                without=_limited(region, code, math.inf),
                looser=_limited(region, code, float(most) + 1),
                step=f"one more {unit.removesuffix('s')} of {code} in {region}",
                words=_cap(partial(_of_quota, catalog, (region, code)), f"{most:g} {unit}{used}{known_as}"),
                advice="request an increase, or allow types that count against another quota",
            )


def _defaults(spec: FleetSpec, catalog: Catalog, workloads: Sequence[Workload]) -> Iterator[Limit]:
    """AWS's defaults as one limit: with dozens of them each alone would be in the way, though the user set one line."""
    if not spec.quotas.defaults:
        return

    def without(given: FleetSpec) -> FleetSpec:
        return given.model_copy(update={"quotas": given.quotas.model_copy(update={"defaults": False})})

    names = [workload.name for workload in workloads]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    yield Limit(
        constraint=f"quotas.defaults for {', '.join(names[:_SHOWN])}{more}",
        without=without,
        looser=without,
        step="no quotas.defaults",
        words=partial(_beyond_defaults, catalog),
        advice="request an increase, or list under quotas.limits what the account has",
    )


def _beyond_defaults(catalog: Catalog, spec: FleetSpec, parts: Sequence[Part]) -> tuple[str, str]:
    """What a plan without the defaults takes of each quota whose default is less, and these defaults."""
    given = {limit.code for limit in spec.quotas.limits}
    quotas = Quotas.of(spec, catalog)
    for part in parts:
        quotas = quotas.less(part.allocations, part.cleaned_hosts)
    needed, allowed = [], []
    for use in quotas.uses():
        known = catalog.quotas.get(use.code)
        if known is None or known.default is None or use.code in given or use.needed <= known.default:
            continue
        needed.append(f"{use.needed:g} {known.unit} of {use.code}")
        allowed.append(f"{known.default:g} {known.unit} of {use.code}")
    return " and ".join(needed) or "other quotas", f"AWS's default of {' and '.join(allowed) or 'each'}"


def _limited(region: str, code: str, limit: float) -> Callable[[FleetSpec], FleetSpec]:
    """The spec with another limit of one quota in one region; infinity is none."""

    def without(spec: FleetSpec) -> FleetSpec:
        others = [x for x in spec.quotas.limits if (x.region, x.code) != (region, code)]
        in_use = next((x.in_use for x in spec.quotas.limits if x.code == code and x.region in {region, None}), 0.0)
        anew = QuotaLimit.model_construct(code=code, region=region, limit=limit, in_use=in_use)
        return spec.model_copy(update={"quotas": spec.quotas.model_copy(update={"limits": [*others, anew]})})

    return without


def _changed(
    workload: Workload | None, change: Callable[[FleetSpec | Workload], dict[str, object]]
) -> Callable[[FleetSpec], FleetSpec]:
    """The spec with some fields of its own, or of one workload, set anew."""

    def without(spec: FleetSpec) -> FleetSpec:
        if workload is None:
            return spec.model_copy(update=change(spec))
        workloads = [w.model_copy(update=change(w)) if w.name == workload.name else w for w in spec.workloads]
        return spec.model_copy(update={"workloads": workloads})

    return without


def _recluster(name: str, **fields: object) -> Callable[[FleetSpec], FleetSpec]:
    def without(spec: FleetSpec) -> FleetSpec:
        clusters = [c.model_copy(update=fields) if c.name == name else c for c in spec.clusters]
        return spec.model_copy(update={"clusters": clusters})

    return without


def _is_used(cluster: str, workloads: Sequence[Workload]) -> bool:
    return any(isinstance(workload, Service) and workload.cluster == cluster for workload in workloads)


def _cap(taken: Callable[[FleetSpec, Sequence[Part]], str], allowed: str) -> Words:
    """A limit that allows so much, where a plan takes more."""
    return lambda spec, parts: (taken(spec, parts), allowed)


def _demand(needed: str, had: Callable[[FleetSpec, Sequence[Part]], str]) -> Words:
    """A limit that asks for so much, where there is less to be had."""
    return lambda spec, parts: (needed, had(spec, parts))


def _sold_in(name: str, catalog: Catalog, today: date, spec: FleetSpec, _: Sequence[Part]) -> str:
    """Zones that sell what the candidates leave, in the region that has most of them."""
    workload = spec.workload(name)
    assert isinstance(workload, Service)
    zones = [
        sorted({zone for offer in survey(spec, workload, catalog, region, today=today).offers for zone in offer.zones})
        for region in spec.regions_for(workload)
    ]
    most = max(zones, key=len)
    return f"candidates leave {len(most)}: {', '.join(most)}"


def _types(_: FleetSpec, parts: Sequence[Part]) -> str:
    names = sorted({item.instance_type for part in parts for item in part.allocations})
    return "a type such as " + ", ".join(names[:_SHOWN]) if names else "other types"


def _count(_: FleetSpec, parts: Sequence[Part]) -> str:
    return f"{sum(item.count for part in parts for item in part.allocations)} nodes"


def _of_quota(catalog: Catalog, key: tuple[str, str], _: FleetSpec, parts: Sequence[Part]) -> str:
    needed = 0.0
    for part in parts:
        needed += part.cleaned_hosts.get(key, 0)
        for item in part.allocations:
            if (item.region, catalog.quota_code(item.instance_type, item.purchase)) == key:
                kind = catalog.types[item.instance_type]
                needed += item.count * (1.0 if item.purchase == "dedicated_host" else float(kind.vcpus))
    known = catalog.quotas.get(key[1])
    return f"{needed:g} {known.unit if known is not None else 'units'}"
