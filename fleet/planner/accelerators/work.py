"""Training work in PFLOP-days: how fast an instance does it, and how many instances finish it in time.

Units: catalog peaks are TFLOPS of one accelerator (1 PFLOPS = 1,000 TFLOPS); a PFLOP-day is one PFLOPS for 24 hours.
"""

import math

from fleet.catalog.model import Accelerator, InstanceType
from fleet.planner.accelerators.gates import usable_stacks
from fleet.planner.accelerators.needs import Need
from fleet.spec.model import Compute
from fleet.vocabulary import Precision

TFLOPS_PER_PFLOPS = 1000
HOURS_PER_DAY = 24
_ROUNDING = 1e-9


def peak_pflops(kind: InstanceType, accelerator: Accelerator, precision: Precision) -> float | None:
    """Dense peak of all accelerators of an instance in PFLOPS; None where the peak is not published."""
    tflops = accelerator.tflops.get(precision)
    return None if tflops is None else tflops * kind.accelerators / TFLOPS_PER_PFLOPS


def utilization(need: Need, accelerator: Accelerator, compute: Compute) -> float | None:
    """The best share of the peak that the spec gives for a stack usable here; None where it gives none."""
    shares = [compute.utilization[stack] for stack in usable_stacks(need, accelerator) if stack in compute.utilization]
    return max(shares, default=None)


def delivered_pflops(need: Need, kind: InstanceType, accelerator: Accelerator, compute: Compute) -> float | None:
    """PFLOPS that an instance delivers to the job: peak times utilisation; None where either is not known."""
    peak = peak_pflops(kind, accelerator, compute.precision)
    share = utilization(need, accelerator, compute)
    return None if peak is None or share is None else peak * share


def instances_for_work(pflop_days: float, pflops_per_instance: float, hours: float) -> int:
    """Fewest whole instances that do the work in so many hours."""
    return max(1, whole(pflop_days * HOURS_PER_DAY / (pflops_per_instance * hours)))


def whole(amount: float) -> int:
    """The amount rounded up to a whole number; noise of floating point does not add one."""
    return math.ceil(amount - _ROUNDING * max(1.0, abs(amount)))
