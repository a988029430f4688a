"""How much longer a training job takes on spot, because interruptions throw work away."""

from dataclasses import dataclass

from fleet.planner.interruptions import hourly_rate

CHECKPOINT_HOURS = 1.0
"""Assumed time between checkpoints: an interruption loses half of it on average."""

RESTART_HOURS = 0.5
"""Assumed time from an interruption until all nodes train again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rework:
    """How a job stretches on spot nodes."""

    monthly_probability: float
    """That one node is interrupted within a month of 730 hours."""
    nodes: int
    factor: float
    """Expected hours of the job as a multiple of its useful hours."""


def expected_rework(probability: float, nodes: int) -> Rework | None:
    """Stretch of a synchronous job on so many spot nodes; None when it would not get ahead.

    One node is interrupted at the rate h = -ln(1 - p) / 730 an hour, p its probability in a month. A synchronous job
    stops when any of its n spot nodes does, so at n h an hour, and each stop costs tau = half the time between
    checkpoints plus the restart. Of every hour the share n h tau is lost, so H useful hours take H / (1 - n h tau).
    """
    if probability >= 1:
        return None
    rate = hourly_rate(probability)
    lost = nodes * rate * (CHECKPOINT_HOURS / 2 + RESTART_HOURS)
    return None if lost >= 1 else Rework(monthly_probability=probability, nodes=nodes, factor=1 / (1 - lost))


def assumption(rework: Rework) -> str:
    """What the estimate takes for granted, for the plan."""
    return (
        f"spot: {rework.nodes} nodes, each interrupted with probability {rework.monthly_probability:.0%} a month; "
        f"each interruption stops the job, loses {CHECKPOINT_HOURS / 2:g} h since the last of hourly checkpoints and "
        f"takes {RESTART_HOURS:g} h to restart, so the job takes {rework.factor:.4f} times its useful hours"
    )
