"""Capacity reservations of a stack: what runs in one is billed as the reservation, not a second time.

A target names its reservation. Without a target an instance runs in any open reservation of its type, platform and
zone (`instanceMatchCriteria: open` is AWS's default), so that what it costs itself lies between nothing and its price.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.cost.bill import Bill, line
from fleet.cost.launches import CAPACITY_BLOCK, CAPACITY_RESERVATION
from fleet.cost.machines import Machines
from fleet.cost.properties import count, effective, span, text
from fleet.cost.surroundings import Surroundings
from fleet.interval import Interval, total
from fleet.stack.model import Resource, Unknown

__all__ = ["LINUX", "Reservations", "less_what_may_be_reserved", "reservations_of"]

LINUX = frozenset({"Linux/UNIX"})
"""Platforms of a reservation whose instances have a price here."""

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reservations:
    """What the stack itself pays for: names (ids and URNs) that a target may give, and open reservations."""

    names: frozenset[str]
    open: Mapping[tuple[str, str], tuple[Resource, ...]]
    """By type and region."""


def reservations_of(near: Surroundings) -> Reservations:
    """Reservations and capacity blocks of a stack."""
    found = (*near.of_type(CAPACITY_RESERVATION), *near.of_type(CAPACITY_BLOCK))
    names = {name for r in found for name in (r.urn, r.id, r.outputs.get("id")) if isinstance(name, str) and name}
    takes_any: dict[tuple[str, str], list[Resource]] = {}
    for reservation in near.of_type(CAPACITY_RESERVATION):
        kind, region = text(effective(reservation), "instanceType"), near.region(reservation)
        if isinstance(kind, str) and isinstance(region, str) and _takes_any_linux(effective(reservation)):
            takes_any.setdefault((kind, region), []).append(reservation)
    return Reservations(frozenset(names), {key: tuple(listed) for key, listed in takes_any.items()})


def _takes_any_linux(values: Mapping[str, Any]) -> bool:
    """Not proved to be for those that target it, for another system, or for dedicated hardware."""
    platform = text(values, "instancePlatform")
    return (
        text(values, "instanceMatchCriteria") != "targeted"
        and text(values, "tenancy") != "dedicated"
        and (not isinstance(platform, str) or platform in LINUX)
    )


def less_what_may_be_reserved(
    bill: Bill, machines: Machines, reservations: Reservations, catalog: Catalog, hours: Interval
) -> Bill:
    """The bill with a lower end that leaves out what open reservations of the stack may take in."""
    if bill.monthly is None or not isinstance(machines.region, str):
        return bill
    for name, units in _open_for(machines, machines.region, reservations):
        price = catalog.on_demand(name, machines.region)
        ours = sum((Decimal(str(item.quantity)) for item in bill.lines if item.what == f"{name} on demand"), _NOTHING)
        if not isinstance(price, Price) or not ours:
            continue
        taken = ours if units.max is None or hours.max is None else min(units.max * hours.max, ours)
        credit = line(f"{name} that an open capacity reservation of the stack may take in", -taken, "hours", price)
        least = max(bill.monthly.min + credit.monthly_usd, _NOTHING)
        bill = replace(bill, lines=(*bill.lines, credit), monthly=Interval(least, bill.monthly.max))
    return bill


def _open_for(machines: Machines, region: str, reservations: Reservations) -> Iterator[tuple[str, Interval]]:
    """Types of what is launched without a target, with the instances that open reservations have room for."""
    free = {c.type for c in machines.choices if isinstance(c.type, str) and c.launch.takes_open_reservations}
    for kind in sorted(free):
        listed = (r for r in reservations.open.get((kind, region), ()) if _is_near(machines, r))
        room = [span(count(effective(r), "instanceCount")) for r in listed]
        if room:
            yield kind, total(room)


def _is_near(machines: Machines, reservation: Resource) -> bool:
    """The reservation may be in a zone of what is launched."""
    zone = text(effective(reservation), "availabilityZone")
    if not isinstance(zone, str) or not isinstance(machines.zones, tuple):
        return True
    return any(isinstance(own, Unknown) or own == zone for own in machines.zones)
