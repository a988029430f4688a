"""The plan of one training job: the cheapest way to run it, what it costs, and what a person must do to get it."""

from collections.abc import Mapping
from datetime import date

from fleet.catalog.model import InstanceType
from fleet.planner.accelerators import allocate, blocks, commands, rework
from fleet.planner.accelerators.economics import price_lines
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.runs import Run
from fleet.planner.accelerators.selection import Selection, select
from fleet.planner.accelerators.turned_down import hint, nearest, nearest_words, rejections
from fleet.planner.part import Part
from fleet.plans.model import Conflict
from fleet.spec.model import Training
from fleet.vocabulary import Reason


def train(counter: Counter, workload: Training) -> Part:
    """The cheapest run of a job with its bound, or why there is none."""
    found = select(counter, workload)
    turned_down = rejections(workload.name, found.rejected, _windows(found))
    best = found.best
    if best is None:
        return Part(
            status="infeasible",
            rejections=turned_down,
            conflicts=(_conflict(workload, found, counter.catalog.types, counter.today),),
        )
    return Part(
        status="optimal",
        allocations=tuple(allocate.job(workload.name, best)),
        one_off_bound_usd=best.cost_usd,
        rejections=turned_down,
        assumptions=_assumptions(workload, best, found, counter.today),
        next_steps=_next_steps(workload, best, found, counter.today),
    )


def _windows(found: Selection) -> dict[str, frozenset[Reason]]:
    """Blocks outside the window are told even where the type can still be had on demand."""
    only: frozenset[Reason] = frozenset({"capacity_block_window"})
    return {name: reasons & only for name, reasons in found.refused.items() if reasons & only}


def _assumptions(workload: Training, best: Run, found: Selection, today: date) -> tuple[str, ...]:
    lines = [f"workload {workload.name}: {line}" for line in price_lines(workload, found)]
    if workload.start is None:
        lines.append(f"workload {workload.name}: no start is given, so the job starts on the day of the plan ({today})")
    if workload.framework is None:
        lines.append(f"workload {workload.name}: no framework is given, so none was checked")
    if workload.compute is not None:
        lines.append(f"workload {workload.name}: throughput grows in proportion to the number of accelerators")
    choice = best.lines[0].choice
    if best.count > 1 and choice.kind.accelerators == 1:
        lines.append(
            f"workload {workload.name}: {choice.kind.name} has one accelerator a node, so all traffic between "
            "accelerators goes over its EFA"
        )
    if best.rework is not None:
        lines.append(f"workload {workload.name}: {rework.assumption(best.rework)}")
    if _one_block_decides(workload, found, today):
        lines.append(
            f"workload {workload.name}: a job takes one capacity block, of at most {blocks.MAX_INSTANCES} instances, "
            "as several are placed apart; the bound covers no run in several blocks, which can cost less"
        )
    if best.block_days is not None:
        lines += _block_assumptions(workload, best)
    return tuple(lines)


def _one_block_decides(workload: Training, found: Selection, today: date) -> bool:
    """Whether several blocks might do what one does not, or more cheaply: blocks of this job can be bought at all.

    A number of accelerators that one block holds costs the same in several.
    """
    if blocks.buying_days(workload.start, today) is None:
        return False
    if workload.compute is not None:
        return bool(_windows(found)) or any(run.block_days is not None for run in found.runs)
    return bool(_windows(found)) and blocks.shortest_block(workload.deadline_days) is not None


def _block_assumptions(workload: Training, best: Run) -> list[str]:
    day = best.lines[0].choice.price.as_of
    return [
        (
            f"workload {workload.name}: a block ends at {blocks.END_HOUR_UTC} UTC and EC2 terminates its instances "
            "from 30 minutes before; the block is paid for its whole length"
        ),
        f"workload {workload.name}: the price of the block is of {day}; AWS resets these prices, and the offer decides",
    ]


def _next_steps(workload: Training, best: Run, found: Selection, today: date) -> tuple[str, ...]:
    buying = blocks.buying_days(workload.start, today)
    if best.block_days is None or buying is None:
        return _without_block(workload, found, today)
    choice = best.lines[0].choice
    order = commands.BlockOrder(
        workload=workload.name,
        region=choice.region,
        instance_type=choice.kind.name,
        count=best.count,
        days=best.block_days,
        buying=buying,
    )
    return commands.block_steps(order)


def _without_block(workload: Training, found: Selection, today: date) -> tuple[str, ...]:
    """A block that cannot be had as the job stands may be cheaper than what is planned now."""
    start = workload.start or today
    sold = ", ".join(sorted(_windows(found)))
    if not sold:
        return ()
    if start <= today + blocks.WINDOW:
        return (f"workload {workload.name}: {_window_hint(workload, today)} ({sold} can be had in blocks)",)
    step = (
        f"workload {workload.name}: plan again on {start - blocks.WINDOW}, when capacity blocks for {start} can be "
        f"bought ({sold} can be had in blocks)"
    )
    return (step,)


def _conflict(workload: Training, found: Selection, types: Mapping[str, InstanceType], today: date) -> Conflict:
    """Why no type can run the job, from the reasons of those that came nearest."""
    reasons, _ = nearest(found.rejected)
    words = _window_hint(workload, today) if "capacity_block_window" in reasons else hint(reasons)
    return Conflict(
        constraint=f"workloads.{workload.name}",
        needed=_demand(workload),
        allowed=nearest_words(found.rejected, types),
        hint=words,
    )


def _window_hint(workload: Training, today: date) -> str:
    start = workload.start or today
    if start > today + blocks.WINDOW:
        return f"a capacity block for {start} can be bought from {start - blocks.WINDOW}; plan again then"
    if start < today:
        return f"the start {start} is past, and capacity blocks start today or later; give a later start"
    if workload.compute is None and blocks.shortest_block(workload.deadline_days) is None:
        return (
            f"no capacity block is longer than {blocks.LENGTHS_DAYS[-1]} days; split the job or shorten deadline_days"
        )
    return f"a capacity block holds at most {blocks.MAX_INSTANCES} instances; allow more days, or split the job"


def _demand(workload: Training) -> str:
    if workload.compute is not None:
        work = f"{workload.compute.pflop_days:g} PFLOP-days in {workload.compute.precision}"
    else:
        work = f"{workload.accelerators} accelerators"
    return f"{work} within {workload.deadline_days:g} days"
