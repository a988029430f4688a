"""A training job as groups: whole instances in one zone, in a reservation when one is configured."""

from dataclasses import replace

from fleet.resources.design.model import GroupDesign, TrainingDesign
from fleet.resources.design.pool import design_pool
from fleet.resources.design.source import Source
from fleet.spec import Training

__all__ = ["design_training"]


def design_training(source: Source, workload: Training) -> TrainingDesign | None:
    """The groups of a training job; None when the plan gives it nothing.

    Work in a capacity block stands at 0 nodes until the id of the bought block is configured: launching without it
    would fail, and no component buys one.
    """
    pool = design_pool(source, workload)
    if pool is None:
        return None
    reservation = source.settings.reservations.get(workload.name)
    groups = tuple(_in_one_zone(group, reserved=reservation is not None) for group in pool.groups)
    return TrainingDesign(
        workload=workload.name,
        groups=groups,
        tags=pool.tags,
        reservation=reservation,
        uses_efa=sum(choice.count for group in pool.groups for choice in group.choices) > 1,
    )


def _in_one_zone(group: GroupDesign, *, reserved: bool) -> GroupDesign:
    """One zone, and no rolling replacement: a job that loses a node loses all of them."""
    waits = group.market == "capacity_block" and not reserved
    desired = 0 if waits else group.desired
    return replace(group, zones=group.zones[:1], min_size=0, desired=desired, is_rolling=False)
