"""Why there is no Mac: the fewest limits that keep every type out, what they allow, and what to do."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from fleet.catalog import Catalog
from fleet.catalog.macos import NEWEST_IMAGE
from fleet.catalog.model import Unpriced
from fleet.planner.mac.demand import RESERVE_GIB
from fleet.planner.mac.machines import MacMarket, MacOption
from fleet.planner.mac.week import MOST_HOSTS
from fleet.plans import Conflict
from fleet.spec import AppleBuilds, FleetSpec
from fleet.vocabulary import Reason

__all__ = ["conflicts", "too_many"]

_Words = tuple[str, str, str, str]
"""Constraint, what is needed, what is allowed, what to do."""


def conflicts(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, market: MacMarket) -> tuple[Conflict, ...]:
    """The smallest set of limits that together keep every Mac out."""
    macs = {name: reasons for name, reasons in market.rejected.items() if name in catalog.macs}
    if not macs:
        none = Conflict(
            constraint="catalog", needed="a Mac type", allowed="none is listed", hint="take a catalog that has Macs"
        )
        return (none,)
    return tuple(
        _conflict(spec, workload, catalog, _by_fit(catalog, macs, reason), reason)
        for reason in _smallest_clash(list(macs.values()))
    )


def _smallest_clash(rejected: Sequence[frozenset[Reason]]) -> tuple[Reason, ...]:
    """The fewest reasons of which every type has one."""
    reasons = sorted(frozenset[Reason]().union(*rejected))
    for size in range(1, len(reasons)):
        for some in combinations(reasons, size):
            if all(found.intersection(some) for found in rejected):
                return some
    return tuple(reasons)


def _by_fit(catalog: Catalog, macs: Mapping[str, frozenset[Reason]], reason: Reason) -> list[str]:
    """Types that a reason keeps out, those with the fewest other reasons first, then those with the least vCPUs."""
    return sorted(
        (name for name in macs if reason in macs[name]),
        key=lambda name: (len(macs[name]), catalog.types[name].vcpus, name),
    )


def too_many(workload: AppleBuilds, options: Sequence[MacOption]) -> tuple[Conflict, ...]:
    """No week fits the quota of any type, or the fleet would be larger than any account's."""
    limits = [option for option in options if option.quota is not None]
    if not limits:
        return (
            Conflict(
                constraint=f"{workload.name} builds",
                needed=f"more than {MOST_HOSTS:,} hosts",
                allowed=f"{MOST_HOSTS:,} hosts",
                hint="check builds, minutes_per_build and max_wait_minutes",
            ),
        )
    best = max(limits, key=lambda option: (option.quota or 0, option.kind.name))
    return (
        Conflict(
            constraint=f"quota {best.mac.quota_code}",
            needed=f"more than {best.quota} {best.mac.host_family} hosts, those that AWS cleans counted",
            allowed=f"{best.quota} hosts",
            hint=f"ask for a higher quota in {best.region}, or allow a longer max_wait_minutes",
        ),
    )


def _conflict(
    spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, names: Sequence[str], reason: Reason
) -> Conflict:
    """A reason in words; `names` are the types that it keeps out, those that come nearest first."""
    regions = ", ".join(spec.regions_for(workload))
    name = names[0]
    kind, mac = catalog.types[name], catalog.macs[name]
    texts: dict[str, _Words] = {
        "not_in_region": _region(catalog, regions),
        "macos_unsupported": _macos(spec, workload, catalog, names),
        "memory_too_small": (
            "memory_gib_per_vm",
            f"{workload.memory_gib_per_vm:g} GiB and {RESERVE_GIB:g} GiB for the host",
            f"{name} has {kind.memory_gib:g} GiB",
            "lower memory_gib_per_vm, or allow larger types",
        ),
        "quota": (
            f"quota {mac.quota_code}", f"at least 1 {mac.host_family} host", "0 hosts",
            "ask for a higher quota: the default of Mac hosts is 0",
        ),
        "too_small": (
            "minutes_per_build", f"{workload.minutes_per_build:g} minutes a build", "1,440 minutes",
            "a build must end within a day: split it",
        ),
        "unavailable": (
            "unavailable", f"capacity of {_or(names)}", "none, as the spec says", "take one of them off 'unavailable'"
        ),
        "no_price": ("price", f"a price of {_or(names)} in {regions}", "none is known",
                     "run 'fleet catalog refresh', or give one under price_book.on_demand_usd"),
    }  # fmt: skip
    texts |= dict.fromkeys(
        ("architecture", "excluded", "generation"),
        ("candidates", f"candidates that allow {name}", f"it is left out ({reason})", "widen 'candidates'"),
    )
    constraint, needed, allowed, hint = texts[reason]
    return Conflict(constraint=f"{workload.name} {constraint}", needed=needed, allowed=allowed, hint=hint)


def _region(catalog: Catalog, regions: str) -> _Words:
    """Where Macs are sold: regions in which one has a price can be planned in."""
    priced: list[str] = []
    unpriced: list[str] = []
    for region in sorted({region for name in catalog.macs for region in catalog.regions_of(name)}):
        known = [not isinstance(catalog.host(name, region), Unpriced) for name in catalog.macs]
        (priced if any(known) else unpriced).append(region)
    hint = "take one of these as 'region' or under the workload's 'regions'"
    if unpriced:
        hint = f"{hint}; Macs whose price is not known here are offered in {', '.join(unpriced)}"
    return ("region", f"Macs, which {regions} does not offer", ", ".join(priced), hint)


def _macos(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, names: Sequence[str]) -> _Words:
    """The newest macOS of each Mac that the regions offer, or of all where they offer none."""
    regions = spec.regions_for(workload)
    there = [name for name in names if any(catalog.offered(name, region) for region in regions)] or names
    known = {name: catalog.macs[name].newest_macos for name in there}
    image = f"macOS {NEWEST_IMAGE[0]}"
    runs = [f"macOS {newest} at most on {name}" for name, newest in sorted(known.items()) if newest]
    if None in known.values():
        runs = [f"{image} at most", *runs]
    return (
        "min_macos",
        f"macOS {workload.min_macos}",
        "; ".join(runs),
        f"lower min_macos, or name an image of your own under 'ami'; AWS's newest is {image} of {NEWEST_IMAGE[1]}",
    )


def _or(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)[:-1]) + " or " + max(names) if len(names) > 1 else names[0]
