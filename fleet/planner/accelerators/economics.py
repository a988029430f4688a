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
    """Dollars of a PFLOP-day on a choice, at its price and the speed that is counted."""

    usd: Decimal
    basis: str


def usd_per_pflop_day(workload: Training, choice: Choice) -> PflopDay | None:
    """24 hours of one instance over its PFLOPS: delivered where the spec gives utilisation, else the bf16 peak."""
    if workload.compute is not None:
        speed = delivered_pflops(need_of(workload), choice.kind, choice.accelerator, workload.compute)
        basis = f"{workload.compute.precision} at the stated utilisation"
    else:
        speed = peak_pflops(choice.kind, choice.accelerator, _PEAK_PRECISION)
        basis = f"{_PEAK_PRECISION} at dense peak"
    if not speed:
        return None
    return PflopDay(usd=choice.unit_usd * HOURS_PER_DAY / Decimal(repr(speed)), basis=basis)


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
            lines.append(f"{'chosen' if not lines else 'instead'}: {_line(workload, run, choice)}")
    return lines


def _line(workload: Training, run: Run, choice: Choice) -> str:
    how = choice.purchase.replace("_", " ")
    length = f"a block of {run.block_days} days" if run.block_days else f"{float(run.hours):g} hours"
    text = f"{run.count} x {choice.kind.name} in {choice.region}, {how}, {length}: {run.cost_usd.quantize(_CENT):,} USD"
    unit = usd_per_pflop_day(workload, choice)
    return text if unit is None else f"{text}, {unit.usd.quantize(_CENT):,} USD per PFLOP-day ({unit.basis})"
