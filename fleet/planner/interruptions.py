"""What interruptions of spot cost: how often they come, and what of the work they leave.

Spot Instance Advisor publishes the share of instances that were interrupted in a month as a bucket.
"""

import math
from collections.abc import Iterable

from fleet.catalog.model import Interruption
from fleet.money import HOURS_PER_MONTH

NOTICE_MINUTES = 2.0
"""EC2 announces an interruption so long ahead (EC2 User Guide, Spot Instance interruption notices)."""


def monthly_probability(figures: Interruption) -> float:
    """The pessimistic end of the advisor's bucket; its low end where no upper end is published (over 20 %)."""
    percent = figures.low_percent if figures.high_percent is None else figures.high_percent
    return percent / 100


def hourly_rate(probability: float) -> float:
    """Interruptions an hour of a node that is interrupted within 730 hours with a probability (0 to less than 1)."""
    return -math.log1p(-probability) / HOURS_PER_MONTH


def kept_share(figures: Interruption, run_hours: float) -> float:
    """The share (0 to 1) of the work of a spot node that counts, where an interruption loses half a run on the node.

    The spec names neither checkpoints nor the length of tasks, so the longest is taken: a task that began with the run
    is lost whole, on average half of the run's hours when interruptions come evenly.
    """
    return max(0.0, 1.0 - hourly_rate(monthly_probability(figures)) * run_hours / 2)


def batch_note(name: str, run_hours: float, kept: Iterable[float]) -> str:
    """What the plan of batch work takes for granted about interruptions; `kept` of the types in use."""
    return (
        f"{name}: each interruption of spot is taken to lose half a run of {run_hours:g} h on its node (the spec names "
        f"no checkpoints), at the upper end of the type's interruptions a month, 20 % where they are over 20 %: the "
        f"work takes {1 / min(kept):.4f} times its hours on the type that loses most"
    )


def service_note(name: str, figures: Iterable[Interruption | None]) -> str:
    """What the plan of replicas that run all the time takes for granted; `figures` of the types in use."""
    known = list(figures)
    rates = [hourly_rate(monthly_probability(some)) for some in known if some is not None]
    often = f"{max(rates) * NOTICE_MINUTES / 60:.4%} of its hour at most" if rates else "so often as nobody published"
    return (
        f"{name}: interruptions of spot add nothing to its price: a replacement that starts with the notice of "
        f"{NOTICE_MINUTES:g} minutes runs beside the node for so long, {often}; replicas missed until it is ready are "
        "not priced"
    )
