"""How much of a type runs, and whether the plan chose it."""

from decimal import Decimal

from fleet.cost import Machines, PricedResource
from fleet.plans import Plan

__all__ = ["has_several_nodes", "is_planned", "steady_hours"]

_ON_DEMAND = " on demand"


def steady_hours(priced: PricedResource | None, type_: str) -> Decimal:
    """Instance-hours a month that a type is billed on demand; zero when the estimate has no such line."""
    if priced is None:
        return Decimal(0)
    hours = (line.quantity for line in priced.lines if line.what == type_ + _ON_DEMAND)
    return sum((Decimal(str(value)) for value in hours), Decimal(0))


def has_several_nodes(machines: Machines) -> bool:
    """More than one node may take part: the group is meant to grow to more than one."""
    most = machines.maximum.min if machines.maximum.max is None else machines.maximum.max
    return machines.kind != "instance" and max(machines.desired.min, most) > 1


def is_planned(machines: Machines, plan: Plan | None) -> bool:
    """The lock holds these types for this workload: they were compared with everything else when it was made."""
    workload = machines.tags.known("fleet:workload")
    if plan is None or workload is None or not machines.types:
        return False
    names = set(workload.split())
    chosen = {a.instance_type for a in plan.allocations if names & set(a.workloads)}
    return bool(chosen) and chosen >= set(machines.types)
