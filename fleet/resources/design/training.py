"""A training job as groups: whole instances close together, in a reservation when one is configured."""

from dataclasses import replace

from fleet.resources.design.model import GroupDesign, TrainingDesign
from fleet.resources.design.pool import design_pool
from fleet.resources.design.source import Source
from fleet.spec import Training

__all__ = ["design_training"]


def design_training(source: Source, workload: Training) -> TrainingDesign | None:
    """The groups of a training job; None when the plan gives it nothing."""
    pool = design_pool(source, workload)
    if pool is None:
        return None
    return TrainingDesign(
        workload=workload.name,
        groups=tuple(_pinned(group) for group in pool.groups),
        tags=pool.tags,
        uses_efa=sum(choice.count for group in pool.groups for choice in group.choices) > 1,
    )


def _pinned(group: GroupDesign) -> GroupDesign:
    """One zone, and no rolling replacement: a job that loses a node loses all of them.

    The zone is the reservation's, or the first that the plan names. Where the zone of a reservation or block is not
    told, all zones of the plan stay, since instances that target it start in its own only. Work in a capacity block
    stands at 0 nodes until the id of the bought block is configured: launching without it would fail.
    """
    in_block = group.market == "capacity_block"
    zones = group.zones if group.reservation is not None or in_block else group.zones[:1]
    desired = 0 if in_block and group.reservation is None else group.desired
    return replace(group, zones=zones, min_size=0, desired=desired, is_rolling=False)
