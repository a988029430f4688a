"""What the reader of a Mac plan should know: what was assumed, what to do next, and why there is no plan."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from fleet.catalog import Catalog
from fleet.catalog.macos import MACOS_RELEASES, NEWEST_IMAGE
from fleet.planner.mac.demand import RESERVE_GIB, WORKING_HOURS
from fleet.planner.mac.machines import MacMarket, MacOption
from fleet.planner.mac.week import MOST_HOSTS, SCRUB_HOURS, MacWeek, monthly
from fleet.plans import UNTRIED_MACOS, Conflict
from fleet.spec import AppleBuilds, FleetSpec
from fleet.vocabulary import Reason

__all__ = ["assumptions", "comparison", "conflicts", "next_steps", "too_many"]


def assumptions(workload: AppleBuilds, option: MacOption, chips: Sequence[str]) -> Iterator[str]:
    """What the plan rests on; `chips` are those that were compared."""
    name = workload.name
    if workload.builds_per_weekday is not None:
        hours = f"{WORKING_HOURS.start}:00 to {WORKING_HOURS.stop}:00"
        yield f"{name}: builds_per_weekday arrive evenly from {hours} UTC, Monday to Friday; a profile says otherwise"
    else:
        yield f"{name}: hours of the profile are UTC"
    unnamed = sorted({chip for chip in chips if chip not in workload.build_speed} - {workload.reference_chip})
    if unnamed:
        yield (
            f"{name}: {', '.join(unnamed)} build as fast as {workload.reference_chip}: build_speed has no measurement; "
            "none was made up"
        )
    yield f"{name}: {RESERVE_GIB:g} GiB of each host stay with macOS; {option.slots} builds at a time fit the rest"
    scrub = SCRUB_HOURS[option.kind.architecture]
    yield (
        f"{name}: AWS cleans a host for up to {scrub:.2g} hours after its instance ends, unbilled; a lease runs one "
        "instance, whose image changes by replacing its root volume; a host that is cleaned counts against the quota"
    )
    yield f"{name}: all hosts are of one type; builds arrive at random (Poisson, seeded) and start in order of arrival"
    if workload.min_macos is not None and option.mac.newest_macos is None:
        newest = f"no upper limit of macOS is known for {option.mac.chip_name}"
        untried = "" if _has_parameter(workload.min_macos) else f"; {UNTRIED_MACOS}"
        yield f"{name}: {newest}; it is taken to run {workload.min_macos}{untried}"
    yield (
        f"{name}: the lower bound holds for the hosts that are needed hour by hour, which a seeded queue decides, and "
        "for one type of Mac"
    )
    if workload.hours_per_month is not None:
        yield f"{name}: hours_per_month is not used: hosts are leased by the builds of the week"


def comparison(workload: AppleBuilds, option: MacOption, week: MacWeek) -> str:
    """What the same hosts would cost if they were never released."""
    peak = max(week.needed, default=0)
    always, planned = (monthly(option.price.usd, hours) for hours in (168 * peak, week.plan.host_hours))
    hosts = f"{workload.name}: {peak} {option.kind.name} hosts always on would cost {always:,.2f} USD a month"
    if planned >= always:
        return f"{hosts}; leasing by the day would not save anything"
    saved = 100 * (1 - planned / always)
    return f"{hosts}, the schedule costs {planned:,.2f}: {saved:.0f} % less"


def next_steps(workload: AppleBuilds, week: MacWeek) -> Iterator[str]:
    """Commands and decisions that the plan waits for."""
    if workload.ami is None:
        yield f"{workload.name}: AWS's macOS images have no Xcode: build an image that has it and name it under 'ami'"
    if workload.ami is None and workload.min_macos is not None and not _has_parameter(workload.min_macos):
        yield (
            f"{workload.name}: the parameter of AWS's image for macOS {workload.min_macos} is not known here: the "
            "program stops until the workload names an image under 'ami'"
        )
    if week.plan.leases:
        yield f"{workload.name}: hosts of the schedule cannot be released in their first 24 hours"


def _has_parameter(min_macos: str) -> bool:
    return int(min_macos.partition(".")[0]) <= max(MACOS_RELEASES)


def conflicts(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, market: MacMarket) -> tuple[Conflict, ...]:
    """The smallest set of limits that together keep every Mac out."""
    macs = {name: reasons for name, reasons in market.rejected.items() if name in catalog.macs}
    if not macs:
        none = Conflict(
            constraint="catalog", needed="a Mac type", allowed="none is listed", hint="take a catalog that has Macs"
        )
        return (none,)
    return tuple(
        _conflict(spec, workload, catalog, min(name for name in macs if reason in macs[name]), reason)
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


def _conflict(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, name: str, reason: Reason) -> Conflict:
    regions = spec.regions_for(workload)
    kind, mac = catalog.types[name], catalog.macs[name]
    there = sorted(
        {region for mac_name in catalog.macs if mac_name in catalog.types for region in catalog.regions_of(mac_name)}
    )
    newest = f"AWS's newest image is macOS {NEWEST_IMAGE[0]} of {NEWEST_IMAGE[1]}"
    texts: dict[str, tuple[str, str, str, str]] = {
        "not_in_region": (
            "region", "a region that has Macs", ", ".join(regions), f"Macs are offered in {', '.join(there)}"
        ),
        "macos_unsupported": (
            "min_macos",
            f"macOS {workload.min_macos}",
            f"{name} runs up to {mac.newest_macos or NEWEST_IMAGE[0]}",
            f"{newest}; lower min_macos, or name an image of your own under 'ami'",
        ),
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
        "unavailable": ("unavailable", f"capacity of {name}", "none, as the spec says", "take it off 'unavailable'"),
        "no_price": ("price", f"a price of {name} in {', '.join(regions)}", "none is known",
                     "run 'fleet catalog refresh', or give one under price_book.on_demand_usd"),
    }  # fmt: skip
    texts |= dict.fromkeys(
        ("architecture", "excluded", "generation"),
        ("candidates", f"candidates that allow {name}", f"it is left out ({reason})", "widen 'candidates'"),
    )
    constraint, needed, allowed, hint = texts[reason]
    return Conflict(constraint=f"{workload.name} {constraint}", needed=needed, allowed=allowed, hint=hint)
