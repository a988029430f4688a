"""Which Mac types may be used, at what price, and every reason against the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.macos import NEWEST_IMAGE, macos_version
from fleet.catalog.model import InstanceType, MacHost, Price, Unpriced
from fleet.planner.mac.demand import minutes_on, slots_per_host
from fleet.planner.prices import negotiated
from fleet.spec import AppleBuilds, Candidates, FleetSpec
from fleet.vocabulary import Reason

__all__ = ["MacMarket", "MacOption", "quota_limit", "survey_macs"]

_LONGEST_BUILD = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MacOption:
    """One Mac type in one region: what an hour of a host costs, and how it builds."""

    kind: InstanceType
    mac: MacHost
    region: str
    zones: tuple[str, ...]
    price: Price
    slots: int
    minutes: float
    quota: int | None
    """Hosts that the account may still allocate; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MacMarket:
    """Every Mac offer that fits, and the reasons against each type that does not (non-Macs with `needs_mac`)."""

    options: tuple[MacOption, ...]
    rejected: Mapping[str, frozenset[Reason]]


def survey_macs(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, *, today: date) -> MacMarket:
    """All types of the catalog for Apple builds in any of the workload's regions."""
    options: list[MacOption] = []
    rejected: dict[str, frozenset[Reason]] = {}
    for name, kind in catalog.types.items():
        mac = catalog.mac(name)
        if mac is None:
            rejected[name] = frozenset({"needs_mac"})
            continue
        reasons = set(_shape_reasons(spec, workload, kind, mac))
        found = [
            _offer(spec, workload, catalog, kind, region=region, today=today) for region in spec.regions_for(workload)
        ]
        usable = [offer for offer in found if isinstance(offer, MacOption)]
        if not usable:
            reasons |= {offer for offer in found if not isinstance(offer, MacOption)}
        if reasons:
            rejected[name] = frozenset(reasons)
        else:
            options += usable
    return MacMarket(options=tuple(sorted(options, key=_order)), rejected=rejected)


def quota_limit(spec: FleetSpec, catalog: Catalog, code: str, region: str) -> int | None:
    """Hosts that a quota still allows in a region; None where no limit is stated and defaults do not hold."""
    for limit in spec.quotas.limits:
        if limit.code == code and limit.region in {None, region}:
            return max(0, int(limit.limit - limit.in_use))
    quota = catalog.quotas.get(code)
    if spec.quotas.defaults and quota is not None and quota.default is not None:
        return int(quota.default)
    return None


def _order(option: MacOption) -> tuple[Decimal, str, str]:
    return (option.price.usd, option.kind.name, option.region)


def _shape_reasons(spec: FleetSpec, workload: AppleBuilds, kind: InstanceType, mac: MacHost) -> Iterator[Reason]:
    yield from _fleet_reasons(spec.candidates, kind)
    yield from _own_reasons(workload.candidates, kind)
    if slots_per_host(workload, kind.memory_gib) == 0:
        yield "memory_too_small"
    if workload.min_macos is not None and not _runs(
        macos_version(workload.min_macos), mac, own_image=workload.ami is not None
    ):
        yield "macos_unsupported"
    if minutes_on(workload, mac.chip) > _LONGEST_BUILD:
        yield "too_small"


def _fleet_reasons(wanted: Candidates, kind: InstanceType) -> Iterator[Reason]:
    """Of the fleet's filters only architectures and excluded families hold for Macs."""
    if wanted.architectures is not None and not _has_architecture(kind, list(wanted.architectures)):
        yield "architecture"
    if kind.family in wanted.exclude_families:
        yield "excluded"


def _own_reasons(wanted: Candidates, kind: InstanceType) -> Iterator[Reason]:
    yield from _fleet_reasons(wanted, kind)
    if (
        (wanted.families and kind.family not in wanted.families)
        or (wanted.instance_types and kind.name not in wanted.instance_types)
        or (wanted.categories is not None and kind.category not in wanted.categories)
        or (wanted.max_vcpus is not None and kind.vcpus > wanted.max_vcpus)
    ):
        yield "excluded"
    if wanted.min_generation is not None and (kind.generation is None or kind.generation < wanted.min_generation):
        yield "generation"


def _has_architecture(kind: InstanceType, wanted: list[str]) -> bool:
    """A Mac's architecture is meant by its own name and by that of its processor: arm64 allows arm64_mac."""
    return kind.architecture in wanted or kind.architecture.removesuffix("_mac") in wanted


def _runs(wanted: tuple[int, ...], mac: MacHost, *, own_image: bool) -> bool:
    """Whether a Mac runs some macOS that is new enough: its own limit, and images that there are."""
    newest = macos_version(mac.newest_macos) if mac.newest_macos else ()
    if newest:
        return newest >= wanted[: len(newest)]
    return own_image or wanted[0] <= NEWEST_IMAGE[0]


def _offer(
    spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, kind: InstanceType, *, region: str, today: date
) -> MacOption | Reason:
    mac = catalog.macs[kind.name]
    zones = catalog.offered(kind.name, region)
    if not zones:
        return "not_in_region"
    open_zones = tuple(zone for zone in zones if not _is_empty(spec, kind.name, zone))
    if not open_zones:
        return "unavailable"
    price = negotiated(spec.price_book, kind, catalog.host(kind.name, region), today)
    if isinstance(price, Unpriced):
        return "no_price"
    quota = quota_limit(spec, catalog, mac.quota_code, region)
    if quota == 0:
        return "quota"
    return MacOption(
        kind=kind,
        mac=mac,
        region=region,
        zones=open_zones,
        price=price,
        slots=slots_per_host(workload, kind.memory_gib),
        minutes=minutes_on(workload, mac.chip),
        quota=quota,
    )


def _is_empty(spec: FleetSpec, type_: str, zone: str) -> bool:
    return any(
        pool.instance_type == type_ and pool.zone in {None, zone} and pool.purchase in {None, "dedicated_host"}
        for pool in spec.unavailable
    )
