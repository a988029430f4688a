"""Capacity reservations that a stack names: which group targets one, and where it then stands."""

from collections.abc import Sequence
from dataclasses import replace

from pulumi import InputPropertyError

from fleet.resources.design.model import GroupDesign
from fleet.resources.settings import Reservation

__all__ = ["in_reservation"]


def in_reservation(
    workload: str, groups: Sequence[GroupDesign], reservation: Reservation | None
) -> tuple[GroupDesign, ...]:
    """The groups of a workload, its only one in the reservation; InputPropertyError where it cannot be.

    A reservation holds instances of one type in one zone, bought on demand or as a block; nothing stands in for it.
    """
    if reservation is None:
        return tuple(groups)
    path = f"reservations.{workload}"
    if len(groups) != 1 or groups[0].market == "spot":
        given = ", ".join(f"{choice.facts.name} ({group.market})" for group in groups for choice in group.choices)
        raise InputPropertyError(
            path,
            f"a reservation holds one instance type on demand or in a block, and the plan gives {given}; narrow the "
            "workload's 'candidates.instance_types' to the type that is reserved, or take the reservation out",
        )
    group = replace(groups[0], choices=groups[0].choices[:1], reservation=reservation.id)
    if reservation.zone is None:
        return (group,)
    if not reservation.zone.startswith(group.region):
        raise InputPropertyError(f"{path}.zone", f"found {reservation.zone!r}, the plan is in {group.region}")
    return (replace(group, zones=(reservation.zone,)),)
