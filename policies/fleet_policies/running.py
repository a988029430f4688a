"""How much of a type runs, and whether the plan chose it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from fleet.catalog import Catalog
from fleet.cost import Choice, Machines, PricedResource
from fleet.stack.model import UNKNOWN, Unknown

if TYPE_CHECKING:
    from fleet.plans import Plan

__all__ = ["has_several_nodes", "is_planned", "on_demand_types", "runs_now", "steady_hours", "types_at_list_price"]

_ON_DEMAND = " on demand"


def steady_hours(priced: PricedResource | None, type_: str) -> Decimal:
    """Instance-hours a month that a type is billed on demand; zero when the estimate has no such line."""
    if priced is None:
        return Decimal(0)
    hours = (line.quantity for line in priced.lines if line.what == type_ + _ON_DEMAND)
    return sum((Decimal(str(value)) for value in hours), Decimal(0))


def on_demand_types(machines: Machines) -> tuple[str, ...]:
    """Types that AWS takes for the on-demand part at a price that is known: the first where the order decides."""
    # Reservations and dedicated hosts are paid for whatever runs in them.
    choices = machines.choices[:1] if machines.takes_the_first else machines.choices
    free = (c for c in choices if c.launch.reservation is None and c.launch.on_host is not True)
    return _types_at_list_price(free)


def types_at_list_price(machines: Machines) -> tuple[str, ...]:
    """Types by name for which the catalog's prices hold: Windows and dedicated tenancy cost something else."""
    return _types_at_list_price(machines.choices)


def _types_at_list_price(choices: Iterable[Choice]) -> tuple[str, ...]:
    named = (c.type for c in choices if isinstance(c.type, str) and not c.launch.is_priced_apart)
    return tuple(dict.fromkeys(named))


def runs_now(machines: Machines, hours: Decimal = Decimal(0)) -> bool | Unknown:
    """Something runs at the desired capacity, or by a schedule that has been priced with so many hours."""
    if hours or machines.desired.min > 0:
        return True
    return False if machines.desired.max == 0 else UNKNOWN


def has_several_nodes(machines: Machines, catalog: Catalog) -> bool | Unknown:
    """The group is meant to grow to more than one node: proved, excluded, or UNKNOWN."""
    if machines.kind == "instance":
        return False
    units = _units_of_a_node(machines, catalog)
    if max(machines.desired.min, machines.maximum.min) > max(units):
        return True
    most = machines.maximum.max
    return False if most is not None and max(most, machines.desired.min) <= min(units) else UNKNOWN


def _units_of_a_node(machines: Machines, catalog: Catalog) -> list[Decimal]:
    """Units of capacity that one node may count for: vCPUs in Batch, else its weight."""
    if machines.in_vcpus:
        shapes = [catalog.types[name] for name in machines.types if name in catalog.types]
        return [Decimal(shape.vcpus) for shape in shapes] or [Decimal(1)]
    return [choice.weight for choice in machines.choices if isinstance(choice.weight, Decimal)] or [Decimal(1)]


def is_planned(machines: Machines, plan: "Plan | None") -> bool:
    """The lock holds these types for this workload: they were compared with everything else when it was made."""
    workload = machines.tags.known("fleet:workload")
    if plan is None or workload is None or not machines.types:
        return False
    names = set(workload.split())
    chosen = frozenset[str]().union(*(plan.types_of(name) for name in names))
    return bool(chosen) and chosen >= set(machines.types)
