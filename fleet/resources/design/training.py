"""A training job as groups: whole instances close together, in a reservation when one is configured."""

from dataclasses import replace

from fleet.resources.design.model import GroupDesign, TrainingDesign
from fleet.resources.design.pool import design_pool
from fleet.resources.design.source import Source
from fleet.resources.settings import Reservation
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
    return TrainingDesign(
        workload=workload.name,
        groups=tuple(_pinned(group, reservation) for group in pool.groups),
        tags=pool.tags,
        reservation=reservation.id if reservation else None,
        uses_efa=sum(choice.count for group in pool.groups for choice in group.choices) > 1,
    )


def _pinned(group: GroupDesign, reservation: Reservation | None) -> GroupDesign:
    """One zone, and no rolling replacement: a job that loses a node loses all of them.

    The zone is the reservation's; without one, the first that the plan names. A reservation whose zone is not told
    keeps all zones of the plan, since instances that target it start in its own only.
    """
    zones = group.zones[:1]
    if reservation is not None or group.market == "capacity_block":
        zones = (reservation.zone,) if reservation and reservation.zone else group.zones
    waits = group.market == "capacity_block" and reservation is None
    desired = 0 if waits else group.desired
    return replace(group, zones=zones, min_size=0, desired=desired, is_rolling=False)
