"""What instances cost: every way that AWS may fill the capacity, from the cheapest to the dearest."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fleet.catalog import Catalog
from fleet.cost.bill import FREE_OF_CHARGE, Bill, line, sum_of, unpriced_bill
from fleet.cost.filling import Case, Filling, cases_of, fill
from fleet.cost.machines import BLOCK_MARKET, Launch, Machines
from fleet.cost.model import Line
from fleet.cost.surroundings import NOT_IN, local_zone
from fleet.cost.ways import Option, Ways, ways_to_buy
from fleet.interval import Interval
from fleet.money import HOURS_PER_MONTH
from fleet.stack.model import Unknown

__all__ = ["bill_of_machines"]

_MONTH = Decimal(HOURS_PER_MONTH)


def bill_of_machines(
    machines: Machines,
    *,
    catalog: Catalog,
    hours: Interval,
    running: Interval,
    most: Interval,
    reserved: frozenset[str] = frozenset(),
) -> Bill:
    """Charges of what a resource launches, `running` units of capacity over `hours` a month, `most` at full scale.

    `reserved` names reservations that the stack itself pays for: what runs in them costs nothing more.
    """
    region = machines.region
    if region is None:
        return unpriced_bill("no region is known: set aws:region or the resource's region")
    elsewhere = local_zone(machines.zones) if isinstance(machines.zones, tuple) else None
    if elsewhere is not None:
        return replace(unpriced_bill(NOT_IN.format(elsewhere)), **_facts(machines, catalog))
    known = isinstance(region, str) and machines.types_known and not _is_unsure(machines)
    ways = ways_to_buy(machines, catalog, region, reserved) if isinstance(region, str) else Ways()
    if known and not _can_be_filled(machines, ways):
        return replace(unpriced_bill(*ways.unpriced), **_facts(machines, catalog))
    now = _amounts(machines, ways, running, hours, known=known)
    full = now if most == running else _amounts(machines, ways, most, hours, known=known)
    if machines.warm_pool is not None:
        # The average over a schedule does not tell how far the pool fills up in between.
        in_service = running if running == machines.desired else Interval(Decimal(0), most.max)
        now += _kept_warm(machines, ways, machines.warm_pool.size(in_service, most), hours, known=known)
        full += _kept_warm(machines, ways, machines.warm_pool.size(most, most), hours, known=known)
    return Bill(
        lines=now.lines,
        monthly=now.interval,
        at_max_scale=full.interval,
        unpriced=ways.unpriced,
        by_use=_by_use(machines, ways, catalog),
        kg_co2e=now.kg,
        **_facts(machines, catalog),
    )


def _is_unsure(machines: Machines) -> bool:
    launches = {id(c.launch): c.launch for c in machines.choices}.values()
    unsure = any(isinstance(launch.on_host, Unknown) or isinstance(launch.market, Unknown) for launch in launches)
    return unsure or isinstance(machines.market, Unknown)


def _can_be_filled(machines: Machines, ways: Ways) -> bool:
    """Every way of buying that the capacity needs has something with a price."""
    steady = machines.only_spot or bool(ways.steady.options)
    return steady and (machines.may_use_spot is False or bool(ways.spot.options))


@dataclass(frozen=True, slots=True)
class _Amounts:
    lines: tuple[Line, ...]
    interval: Interval
    kg: Interval | None

    def __add__(self, other: "_Amounts") -> "_Amounts":
        kg = None if self.kg is None or other.kg is None else self.kg + other.kg
        return _Amounts(self.lines + other.lines, self.interval + other.interval, kg)


def _amounts(machines: Machines, ways: Ways, capacity: Interval, hours: Interval, *, known: bool) -> _Amounts:
    """Lines of the cheapest case, and the interval of all cases. What may have no price adds no known amount."""
    if capacity.max == 0 or hours.max == 0:
        return _Amounts((), FREE_OF_CHARGE, FREE_OF_CHARGE)
    if not known:
        return _Amounts((), Interval(Decimal(0), None), None)
    cases = cases_of(machines, ways, capacity, hours)
    fillings = [fill(machines, ways, case) for case in cases]
    bills = [
        [item for part in filling.parts for item in _lines(*part, case)]
        for case, filling in zip(cases, fillings, strict=True)
    ]
    sums = [sum_of(lines) for lines in bills]
    lowest = min(range(len(sums)), key=sums.__getitem__)
    unbounded = capacity.max is None or any(filling.is_open for filling in fillings)
    unbounded |= any(option.volumes.open for option in ways.options)
    kg = _carbon(fillings, [case.hours for case in cases])
    if kg is not None and capacity.max is None:
        kg = Interval(kg.min, None)
    return _Amounts(tuple(bills[lowest]), Interval(sums[lowest], None if unbounded else max(sums)), kg)


def _kept_warm(machines: Machines, ways: Ways, size: Interval, hours: Interval, *, known: bool) -> _Amounts:
    """What a warm pool adds: whole instances where they are kept running, only their volumes where they are not."""
    # What is in service has used the base up.
    beside = replace(machines, on_demand_base=FREE_OF_CHARGE)
    runs = machines.warm_pool is not None and machines.warm_pool.runs
    at_rest = _amounts(beside, ways.each(Option.at_rest), size, hours, known=known)
    if runs is False:
        return at_rest
    running = _amounts(beside, ways.each(Option.kept_running), size, hours, known=known)
    if runs is True:
        return running
    kg = None if at_rest.kg is None or running.kg is None else at_rest.kg.hull(running.kg)
    return _Amounts(at_rest.lines, at_rest.interval.hull(running.interval), kg)


def _carbon(fillings: list[Filling], hours: list[Decimal]) -> Interval | None:
    """Kilograms a month, least to most over all cases; None when a type has no figure."""
    hull: Interval | None = None
    for filling, time in zip(fillings, hours, strict=True):
        kg = FREE_OF_CHARGE
        if filling.is_open:
            return None
        for option, instances in filling.parts:
            if option.kg_per_hour is None:
                return None
            kg += option.kg_per_hour * (instances * time)
        hull = kg if hull is None else hull.hull(kg)
    return hull


def _lines(option: Option, instances: Decimal, case: Case) -> list[Line]:
    """Lines of so many instances, with their volumes for the time that they exist."""
    charges = option.volumes.low if case.pick == "cheapest" else option.volumes.high
    found = [line(f"{option.type} {option.how}", instances * case.hours, "hours", option.hourly)]
    months = instances * case.hours / _MONTH
    return found + [line(c.what, c.quantity * months, c.unit, c.price) for c in charges]


def _by_use(machines: Machines, ways: Ways, catalog: Catalog) -> tuple[str, ...]:
    notes = {note for option in ways.options for note in option.volumes.by_use}
    if machines.takes_the_first and not machines.only_spot and len(machines.types) > 1:
        notes.add("a type further down the list, where AWS has no capacity of the first")
    for choice in machines.choices:
        if machines.kind != "node_group" and not _has_root(choice.launch):
            notes.add("root volume of an instance: its size comes from the AMI")
        if choice.launch.public_address:
            notes.add("public IPv4 addresses of instances")
        shape = catalog.types.get(choice.type) if isinstance(choice.type, str) else None
        if shape is not None and shape.burstable and choice.launch.credits != "standard":
            notes.add("CPU credits of burstable instances")
    return tuple(sorted(notes))


def _has_root(launch: Launch) -> bool:
    return isinstance(launch.volumes, Unknown) or any(volume.root for volume in launch.volumes)


def _facts(machines: Machines, catalog: Catalog) -> dict[str, Any]:
    """What a reader wants to see beside the amount."""
    shapes = [catalog.types[name] for name in machines.types if name in catalog.types]
    architectures = sorted({shape.architecture for shape in shapes})
    return {
        "count": machines.desired,
        "instance_types": machines.types,
        "architecture": "+".join(architectures) or None,
        "purchase": _purchase(machines, catalog),
    }


def _purchase(machines: Machines, catalog: Catalog) -> str | None:
    if any(choice.launch.on_host is True for choice in machines.choices):
        return "dedicated_host"
    if any(catalog.mac(name) is not None for name in machines.types):
        return "dedicated_host"
    if machines.market == BLOCK_MARKET or any(choice.launch.market == BLOCK_MARKET for choice in machines.choices):
        return "capacity_block"
    spot = machines.may_use_spot
    if isinstance(spot, Unknown):
        return None
    if not spot:
        return "on_demand"
    return "spot" if machines.only_spot else "mixed"
