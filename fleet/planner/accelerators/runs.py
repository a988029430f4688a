"""The ways to run one training job on one type in one region: steady instances, spot, or a capacity block.

A job is synchronous: one type, one zone, whole instances, EFA as soon as there are two of them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from fleet.planner.accelerators import blocks
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.needs import need_of
from fleet.planner.accelerators.rework import Rework, expected_rework
from fleet.planner.accelerators.work import HOURS_PER_DAY, delivered_pflops, instances_for_work, whole
from fleet.planner.interruptions import monthly_probability
from fleet.spec.model import PurchaseRules, Training
from fleet.vocabulary import Reason

_MICRO = Decimal("0.000001")
_TOLERANCE = 1e-9
_MOST_MORE = 1000
"""So many spot nodes more than needed are looked at; the rounding of the steady part is then below a thousandth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many instances of one choice."""

    choice: Choice
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One job from start to end: what it occupies, for how long, at which cost."""

    lines: tuple[Line, ...]
    hours: Decimal
    """Hours that each instance is paid for."""
    cost_usd: Decimal
    block_days: int | None = None
    rework: Rework | None = None

    @property
    def count(self) -> int:
        """Instances at one time."""
        return sum(line.count for line in self.lines)

    @property
    def hourly_usd(self) -> Decimal:
        """An hour of all instances together."""
        return sum((line.count * line.choice.unit_usd for line in self.lines), Decimal(0))

    @property
    def order(self) -> tuple[Decimal, int, tuple[str, str, str]]:
        """The cheapest run first, then the one with fewer instances, then by name."""
        return (self.cost_usd, self.count, self.lines[0].choice.order)


Outcome = Run | Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The demand of a training workload on one type."""

    workload: Training
    per_instance: float
    """PFLOPS delivered, or accelerators where the spec counts those."""

    @property
    def deadline_hours(self) -> float:
        """Hours until the job has to be done."""
        return self.workload.deadline_days * HOURS_PER_DAY

    def instances(self, hours: float) -> int:
        """Whole instances that the job needs when it has so many hours."""
        compute = self.workload.compute
        if compute is None:
            needed = whole((self.workload.accelerators or 0) / self.per_instance)
        else:
            needed = instances_for_work(compute.pflop_days, self.per_instance, hours)
        return max(needed, self.workload.min_nodes, 1)

    def useful_hours(self, count: int) -> float:
        """Hours that so many instances work."""
        compute = self.workload.compute
        if compute is None:
            return self.deadline_hours
        return compute.pflop_days * HOURS_PER_DAY / (count * self.per_instance)


def job_on(workload: Training, choice: Choice) -> Job | None:
    """The job on a type; None where peak or utilisation of its accelerator is not known.

    An accelerator without any published peak (a fraction of a GPU has none) does not count as one of those asked for.
    """
    if workload.compute is None:
        counts = bool(choice.accelerator.tflops)
        return Job(workload=workload, per_instance=choice.kind.accelerators) if counts else None
    speed = delivered_pflops(need_of(workload), choice.kind, choice.accelerator, workload.compute)
    return Job(workload=workload, per_instance=speed) if speed else None


def outcomes(workload: Training, choices: Sequence[Choice], rules: PurchaseRules, today: date) -> Iterator[Outcome]:
    """Every run that the choices of one type in one region allow, and the reason for each that they do not."""
    job = job_on(workload, choices[0])
    if job is None:
        yield "no_throughput"
        return
    steady = sorted((c for c in choices if c.purchase in {"savings_plan", "on_demand"}), key=lambda c: c.unit_usd)
    if steady:
        yield _steady(job, steady)
    for choice in choices:
        if choice.purchase == "spot":
            yield _spot(job, choice, steady, rules)
        elif choice.purchase == "capacity_block":
            yield from _blocks(job, choice, today)


def _steady(job: Job, steady: Sequence[Choice]) -> Outcome:
    count = job.instances(job.deadline_hours)
    lines = _fill(steady, count)
    return _run(lines, count, job.useful_hours(count)) if lines is not None else "quota"


def _spot(job: Job, choice: Choice, steady: Sequence[Choice], rules: PurchaseRules) -> Outcome:
    """The cheapest number of nodes that gets the job done in time, interruptions counted; a part may have to be steady.

    More nodes than needed lower the cost where the steady part is rounded up: one of three is a third, one of five is
    the fifth that was asked for. They also raise the rework, so that the search ends.
    """
    if (rules.spot.min_instance_types or 1) > 1:
        return "purchase_unsupported"
    if choice.interruption is None:
        return "no_spot_data"
    if rules.spot.on_demand_base_percent and not steady:
        return "purchase_unsupported"
    share = rules.spot.on_demand_base_percent / 100
    probability = monthly_probability(choice.interruption)
    fewest = job.instances(job.deadline_hours)
    best: Run | None = None
    failed: Reason = "purchase_unsupported"
    for count in range(fewest, fewest + (_MOST_MORE if job.workload.compute else 1)):
        base = math.ceil(count * share - _TOLERANCE)
        if base == count:
            continue
        failed = "interruption_rate"
        rework = expected_rework(probability, count - base)
        if rework is None:
            break
        hours = job.useful_hours(count) * rework.factor
        if best is not None and _least_usd(choice, steady, share) * count * Decimal(repr(hours)) >= best.cost_usd:
            break
        if job.workload.compute is not None and hours > job.deadline_hours * (1 + _TOLERANCE):
            continue
        found = _spot_run(choice, steady, (count, base), hours, rework)
        if not isinstance(found, Run):
            return best or found
        best = min(best or found, found, key=lambda run: run.order)
    return best or failed


def _least_usd(choice: Choice, steady: Sequence[Choice], share: float) -> Decimal:
    """An hour of a node on average, were the steady part never rounded up: no number of nodes goes below."""
    cheapest = min((other.unit_usd for other in steady), default=choice.unit_usd)
    part = Decimal(repr(share))
    return part * cheapest + (1 - part) * min(choice.unit_usd, cheapest)


def _spot_run(
    choice: Choice, steady: Sequence[Choice], counts: tuple[int, int], hours: float, rework: Rework
) -> Outcome:
    count, base = counts
    lines = _fill(steady, base)
    if lines is None or count - base > (choice.at_most if choice.at_most is not None else count):
        return "quota"
    return _run((Line(choice=choice, count=count - base), *lines), count, hours, rework=rework)


def _blocks(job: Job, choice: Choice, today: date) -> list[Outcome]:
    """A run for each length of block that can be bought; the reasons only where there is none."""
    days = job.workload.deadline_days
    exact = blocks.shortest_block(days)
    lengths = blocks.lengths_worth_trying(days) if job.workload.compute else (exact,) if exact else ()
    if blocks.buying_days(job.workload.start, today) is None or not lengths:
        return ["capacity_block_window"]
    found = [_block(job, choice, length) for length in lengths]
    return [run for run in found if isinstance(run, Run)] or sorted(set(found), key=str)


def _block(job: Job, choice: Choice, length: int) -> Outcome:
    """One block of this length, as a synchronous job needs its nodes placed together."""
    count = job.instances(blocks.useful_hours(length, job.workload.deadline_days))
    if count > blocks.MAX_INSTANCES:
        return "capacity_block_window"
    if choice.at_most is not None and count > choice.at_most:
        return "quota"
    return _run((Line(choice=choice, count=count),), count, length * HOURS_PER_DAY, block_days=length)


def _fill(steady: Sequence[Choice], count: int) -> tuple[Line, ...] | None:
    """So many instances from the cheapest choices; None when they do not hold that many."""
    on_demand = next((choice for choice in steady if choice.purchase == "on_demand"), None)
    if on_demand is not None and on_demand.at_most is not None and count > on_demand.at_most:
        return None  # the quota on demand counts what savings plans pay for, too
    lines: list[Line] = []
    rest = count
    for choice in steady:
        take = rest if choice.at_most is None else min(rest, choice.at_most)
        if take > 0:
            lines.append(Line(choice=choice, count=take))
            rest -= take
    return None if rest else tuple(lines)


def _run(
    lines: tuple[Line, ...],
    count: int,
    hours: float,
    *,
    block_days: int | None = None,
    rework: Rework | None = None,
) -> Outcome:
    if count > 1 and lines[0].choice.kind.efa_interfaces < 1:
        return "no_efa"
    if not set.intersection(*(set(line.choice.zones) for line in lines)):
        return "not_in_zone"
    paid = Decimal(repr(hours)).quantize(_MICRO, rounding=ROUND_CEILING)
    cost = sum((line.count * line.choice.unit_usd * paid for line in lines), Decimal(0))
    return Run(lines=lines, hours=paid, cost_usd=cost, block_days=block_days, rework=rework)
