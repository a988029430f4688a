"""What accelerator work costs per unit of work: dollars per PFLOP-day, and energy where power is known."""

from dataclasses import dataclass
from decimal import Decimal

from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.needs import need_of
from fleet.planner.accelerators.runs import Run
from fleet.planner.accelerators.selection import Selection
from fleet.planner.accelerators.work import HOURS_PER_DAY, delivered_pflops, peak_pflops
from fleet.spec.model import Training
from fleet.vocabulary import Precision

_CENT = Decimal("0.01")
_PEAK_PRECISION: Precision = "bf16"
_WATTS_PER_KILOWATT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PflopDay:
    """Dollars of a PFLOP-day of a run, at its prices and the speed that is counted."""

    usd: Decimal
    basis: str


def usd_per_pflop_day(workload: Training, run: Run) -> PflopDay | None:
    """24 hours of an instance of the run over its PFLOPS: delivered where the spec gives utilisation, else the peak.

    The hour is the mean of all instances of the run, and stretched by the rework that interruptions cause.
    """
    choice = run.lines[0].choice
    if workload.compute is not None:
        speed = delivered_pflops(need_of(workload), choice.kind, choice.accelerator, workload.compute)
        basis = f"{workload.compute.precision} at the stated utilisation"
    else:
        speed = peak_pflops(choice.kind, choice.accelerator, _PEAK_PRECISION)
        basis = f"{_PEAK_PRECISION} at dense peak"
    if not speed:
        return None
    factor = run.rework.factor if run.rework is not None else 1.0
    return PflopDay(usd=run.hourly_usd / run.count * HOURS_PER_DAY * Decimal(repr(factor / speed)), basis=basis)


def energy_kwh(choice: Choice, count: int, hours: float) -> float | None:
    """Energy of the accelerators alone at their power limit; None where the limit is not known."""
    watts = choice.accelerator.power_w
    return None if watts is None else watts * choice.kind.accelerators * count * hours / _WATTS_PER_KILOWATT


def price_lines(workload: Training, found: Selection) -> list[str]:
    """The cheapest run of each type and purchase with its price per PFLOP-day, the winner first."""
    lines: list[str] = []
    seen: set[tuple[str, str]] = set()
    for run in found.runs:
        choice = run.lines[0].choice
        key = (choice.kind.name, choice.purchase)
        if key not in seen:
            seen.add(key)
            lines.append(f"{'chosen' if not lines else 'instead'}: {_line(workload, run)}")
    return lines


def in_words(run: Run) -> str:
    """What a run takes, for how long and at which cost."""
    choice = run.lines[0].choice
    ways = [line.choice.purchase.replace("_", " ") for line in run.lines]
    if len(run.lines) > 1:
        ways = [f"{line.count} {way}" for line, way in zip(run.lines, ways, strict=True)]
    length = f"a block of {run.block_days} days" if run.block_days else f"{float(run.hours):g} hours"
    return (
        f"{run.count} x {choice.kind.name} in {choice.region}, {' and '.join(ways)}, {length}: "
        f"{run.cost_usd.quantize(_CENT):,} USD"
    )


def _line(workload: Training, run: Run) -> str:
    unit = usd_per_pflop_day(workload, run)
    text = in_words(run)
    return text if unit is None else f"{text}, {unit.usd.quantize(_CENT):,} USD per PFLOP-day ({unit.basis})"
