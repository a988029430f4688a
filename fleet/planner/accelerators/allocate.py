"""Counts of choices as allocations of the plan."""

from collections.abc import Sequence
from decimal import Decimal

from fleet.money import usd
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.runs import Run
from fleet.plans.model import Allocation

_MICRO = Decimal("0.000001")


def recurring(workload: str, choice: Choice, count: int, hours: float) -> Allocation:
    """Instances that run so many hours every month."""
    return Allocation(
        workloads=[workload],
        instance_type=choice.kind.name,
        purchase=choice.purchase,
        region=choice.region,
        zones=list(choice.zones),
        count=count,
        unit_hourly_usd=choice.unit_usd,
        hours_per_month=hours,
        monthly_usd=(count * choice.unit_usd * usd(hours)).quantize(_MICRO),
        shares={workload: 1.0},
        price_as_of=choice.price.as_of,
        price_source=choice.price.source,
    )


def job(workload: str, run: Run) -> list[Allocation]:
    """Instances of one job, paid once."""
    return [_of_job(workload, run, line.choice, line.count) for line in run.lines]


def _of_job(workload: str, run: Run, choice: Choice, count: int) -> Allocation:
    return Allocation(
        workloads=[workload],
        instance_type=choice.kind.name,
        purchase=choice.purchase,
        region=choice.region,
        zones=list(_zones(run, choice)),
        count=count,
        unit_hourly_usd=choice.unit_usd,
        hours_per_month=float(run.hours),
        monthly_usd=Decimal(0),
        job_usd=(count * choice.unit_usd * run.hours).quantize(_MICRO),
        shares={workload: 1.0},
        price_as_of=choice.price.as_of,
        price_source=choice.price.source,
    )


def _zones(run: Run, choice: Choice) -> Sequence[str]:
    """A job stays in one zone: the first that all its lines have. The zone of a block is that of the offer bought."""
    if run.block_days:
        return choice.zones
    common = set.intersection(*(set(line.choice.zones) for line in run.lines))
    return sorted(common)[:1]
