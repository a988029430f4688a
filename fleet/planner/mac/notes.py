"""What the reader of a Mac plan should know: what was assumed, what it saves, and what to do next."""

from collections.abc import Iterator, Sequence

from fleet.catalog.macos import MACOS_RELEASES
from fleet.planner.mac.demand import RESERVE_GIB, WORKING_HOURS
from fleet.planner.mac.machines import MacOption
from fleet.planner.mac.week import SCRUB_HOURS, MacWeek, monthly
from fleet.plans import UNTRIED_MACOS
from fleet.spec import AppleBuilds

__all__ = ["assumptions", "comparison", "next_steps"]


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
