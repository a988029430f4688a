"""What instances cost: every way that AWS may fill the capacity, from the cheapest to the dearest."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import product
from typing import Any, Literal

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType, Price
from fleet.cost.bill import FREE_OF_CHARGE, Bill, line, sum_of, unpriced_bill
from fleet.cost.carbon import kg_co2e_per_hour
from fleet.cost.machines import Choice, Launch, Machines
from fleet.cost.model import Line
from fleet.cost.volumes import VolumeCharge, VolumeCharges, volume_charges
from fleet.interval import Interval
from fleet.money import HOURS_PER_MONTH
from fleet.stack.model import Unknown

__all__ = ["bill_of_machines"]

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_HEAVIEST = Decimal(999)
"""AWS's highest weight of a type in a group."""
_MONTH = Decimal(HOURS_PER_MONTH)
_BLOCK = "capacity-block"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """One type as it may be bought: hourly price of an instance, and its volumes."""

    type: str
    how: str
    weight: Decimal
    hourly: Price
    volumes: VolumeCharges
    kg_per_hour: Interval | None

    def per_unit(self) -> Decimal:
        """Hourly price of one unit of capacity."""
        return self.hourly.usd / self.weight


@dataclass(frozen=True, slots=True)
class _Ways:
    """Options on demand (or in a block, or on a host) and on spot, and what has no price."""

    region: str
    catalog: Catalog
    steady: list[_Option]
    spot: list[_Option]
    unpriced: list[str]


def bill_of_machines(
    machines: Machines,
    catalog: Catalog,
    hours: Interval,
    *,
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
    known = isinstance(region, str) and machines.types_known and not _is_unsure(machines)
    ways = _ways(machines, catalog, region, reserved) if isinstance(region, str) else _Ways("", catalog, [], [], [])
    missing = tuple(dict.fromkeys(ways.unpriced))
    if known and not _can_be_filled(machines, ways):
        return replace(unpriced_bill(*missing), **_facts(machines, catalog))
    now = _amounts(machines, ways, running, hours, known=known)
    full = now if most == running else _amounts(machines, ways, most, hours, known=known)
    by_use = _by_use(machines, ways, catalog)
    return Bill(
        lines=tuple(now.lines),
        monthly=now.interval,
        at_max_scale=full.interval,
        unpriced=missing,
        by_use=by_use,
        kg_co2e=now.kg,
        **_facts(machines, catalog),
    )


def _is_unsure(machines: Machines) -> bool:
    launches = {id(c.launch): c.launch for c in machines.choices}.values()
    unsure = any(isinstance(launch.on_host, Unknown) or isinstance(launch.market, Unknown) for launch in launches)
    return unsure or isinstance(machines.market, Unknown)


def _can_be_filled(machines: Machines, ways: _Ways) -> bool:
    """Every purchase option that the capacity needs has a price."""
    spot = machines.may_use_spot
    if spot is True and machines.on_demand_percent.max == 0 and machines.on_demand_base.max == 0:
        return bool(ways.spot)
    return bool(ways.steady) and (spot is False or bool(ways.spot))


def _ways(machines: Machines, catalog: Catalog, region: str, reserved: frozenset[str]) -> _Ways:
    ways = _Ways(region, catalog, [], [], [])
    zone = machines.zones[0] if isinstance(machines.zones, tuple) and len(machines.zones) == 1 else None
    spot = machines.may_use_spot
    steady = not (spot is True and machines.on_demand_percent.max == 0 and machines.on_demand_base.max == 0)
    volumes: dict[int, VolumeCharges] = {}
    for choice in machines.choices:
        charges = volumes.get(id(choice.launch))
        if charges is None:
            charges = volumes[id(choice.launch)] = volume_charges(choice.launch.volumes, region, catalog)
            ways.unpriced.extend(charges.unpriced)
        for shape, weight in _shapes(machines, choice, catalog, ways.unpriced):
            refusal = _refusal(shape, choice.launch)
            if refusal is not None:
                ways.unpriced.append(refusal)
                continue
            if steady:
                found = _steady(shape, choice.launch, machines, catalog, region, reserved)
                _add(ways.steady, ways, found, weight, charges)
            if spot is not False:
                price = catalog.spot(shape.name, region, zone if isinstance(zone, str) else None)
                offered = (price, "spot") if isinstance(price, Price) else price.reason
                _add(ways.spot, ways, (shape.name, offered), weight, charges)
    return ways


def _add(
    options: list[_Option],
    ways: _Ways,
    found: tuple[str, tuple[Price, str] | str],
    weight: Decimal,
    volumes: VolumeCharges,
) -> None:
    name, priced = found
    if isinstance(priced, str):
        ways.unpriced.append(priced)
    else:
        kg = kg_co2e_per_hour(name, ways.region, ways.catalog)
        options.append(
            _Option(type=name, how=priced[1], weight=weight, hourly=priced[0], volumes=volumes, kg_per_hour=kg)
        )


def _shapes(
    machines: Machines, choice: Choice, catalog: Catalog, unpriced: list[str]
) -> Iterable[tuple[InstanceType, Decimal]]:
    """Types that a choice stands for (Batch takes families too), with the capacity that one of each gives."""
    if not isinstance(choice.type, str):
        return
    shapes = machines.shapes(choice, catalog)
    if not shapes:
        listed = catalog.listed.get(choice.type)
        unpriced.append(
            listed.why_not if listed else f"the catalog of {catalog.as_of} knows no type {choice.type[:60]!r}"
        )
        return
    for shape in shapes:
        if machines.in_vcpus:
            yield shape, Decimal(shape.vcpus)
        elif isinstance(choice.weight, Unknown):
            yield shape, _ONE
            yield shape, _HEAVIEST
        else:
            yield shape, choice.weight


def _steady(
    shape: InstanceType, launch: Launch, machines: Machines, catalog: Catalog, region: str, reserved: frozenset[str]
) -> tuple[str, tuple[Price, str] | str]:
    """Price of an hour that is not spot, or why there is none; `reserved` names reservations that are paid anyway."""
    if launch.host_group is not None:
        # A host resource group allocates a host for each instance, and no resource of the stack stands for it.
        price = catalog.host(shape.name, region)
        return shape.name, (price, "on a host of its group") if isinstance(price, Price) else price.reason
    if catalog.mac(shape.name) is not None or launch.on_host is True:
        return shape.name, (
            _nothing(catalog.as_of, "EC2 bills the dedicated host, not the instance on it"),
            "on a host",
        )
    if isinstance(launch.reservation, str) and launch.reservation in reserved:
        return shape.name, (
            _nothing(catalog.as_of, "the capacity reservation of this stack is billed instead"),
            "reserved",
        )
    block = _BLOCK in (machines.market, launch.market)
    price = catalog.capacity_block(shape.name, region) if block else catalog.on_demand(shape.name, region)
    how = "in a capacity block" if block else "on demand"
    return shape.name, (price, how) if isinstance(price, Price) else price.reason


def _refusal(shape: InstanceType, launch: Launch) -> str | None:
    """Why prices of Linux on shared hardware, the only ones that are known, do not hold for a launch."""
    if launch.other_system is not None:
        return f"{launch.other_system} instances have no price here, only Linux"
    if launch.tenancy == "dedicated":
        return f"dedicated tenancy of {shape.name} has no price here, only shared tenancy"
    return None


def _nothing(as_of: date, source: str) -> Price:
    return Price(usd=Decimal(0), as_of=as_of, source=source)


@dataclass(frozen=True, slots=True)
class _Amounts:
    lines: list[Line]
    interval: Interval
    kg: Interval | None


def _amounts(machines: Machines, ways: _Ways, capacity: Interval, hours: Interval, *, known: bool) -> _Amounts:
    """Lines of the cheapest case, and the interval of all cases."""
    if capacity.max == 0 or hours.max == 0:
        return _Amounts([], FREE_OF_CHARGE, FREE_OF_CHARGE)
    if not known:
        return _Amounts([], Interval(Decimal(0), None), None)
    cases = _cases(machines, ways, capacity, hours)
    fillings = [_fill(machines, ways, case) for case in cases]
    bills = [
        [item for part in filling for item in _lines(*part, case)]
        for case, filling in zip(cases, fillings, strict=True)
    ]
    sums = [sum_of(lines) for lines in bills]
    lowest = min(range(len(sums)), key=sums.__getitem__)
    unbounded = capacity.max is None or any(option.volumes.open for option in (*ways.steady, *ways.spot))
    kg = _carbon(fillings, [case.hours for case in cases])
    if kg is not None and capacity.max is None:
        kg = Interval(kg.min, None)
    return _Amounts(bills[lowest], Interval(sums[lowest], None if unbounded else max(sums)), kg)


_Filling = list[tuple[_Option, Decimal]]


def _carbon(fillings: list[_Filling], hours: list[Decimal]) -> Interval | None:
    """Kilograms a month, least to most over all cases; None when a type has no figure."""
    hull: Interval | None = None
    for filling, time in zip(fillings, hours, strict=True):
        kg = FREE_OF_CHARGE
        for option, instances in filling:
            if option.kg_per_hour is None:
                return None
            kg += option.kg_per_hour * (instances * time)
        hull = kg if hull is None else hull.hull(kg)
    return hull


_Pick = Literal["cheapest", "dearest"]


@dataclass(frozen=True, slots=True)
class _Case:
    """One way that unknown values may turn out."""

    capacity: Decimal
    base: Decimal
    percent: Decimal
    hours: Decimal
    pick: _Pick


def _cases(machines: Machines, ways: _Ways, capacity: Interval, hours: Interval) -> list[_Case]:
    """The corners of what is not known: the amount is monotonic between them."""
    options = ways.steady + ways.spot
    single = len(options) == 1 and options[0].volumes.low == options[0].volumes.high
    picks: tuple[_Pick, ...] = ("cheapest",) if single else ("cheapest", "dearest")
    base = machines.on_demand_base
    top = base.max if base.max is not None else capacity.max if capacity.max is not None else capacity.min
    ends = (_ends(capacity), _distinct(base.min, top), _ends(machines.on_demand_percent), _ends(hours))
    return [_Case(*case) for case in product(*ends, picks)]


def _ends(interval: Interval) -> tuple[Decimal, ...]:
    return _distinct(interval.min, interval.min if interval.max is None else interval.max)


def _distinct(low: Decimal, high: Decimal) -> tuple[Decimal, ...]:
    return (low,) if low == high else (low, high)


def _fill(machines: Machines, ways: _Ways, case: _Case) -> _Filling:
    """Instances of one case: the base and a share of the rest on demand (rounded up, as AWS does), the rest spot."""
    capacity = case.capacity
    first = min(case.base, capacity)
    share = (capacity - first) * case.percent / _HUNDRED
    steady = min(first + (_round_up(share) if _is_whole(capacity) else share), capacity)
    filling: _Filling = []
    if steady > 0 and ways.steady:
        filling.append(_instances(_steady_pick(machines, ways.steady, case.pick), steady, capacity))
    if capacity > steady and ways.spot:
        filling.append(_instances(_extreme(ways.spot, case.pick), capacity - steady, capacity))
    return filling


def _instances(option: _Option, part: Decimal, capacity: Decimal) -> tuple[_Option, Decimal]:
    """Enough instances for a part of the capacity. An average over a schedule may be a fraction, and stays one."""
    wanted = part / option.weight
    return option, _round_up(wanted) if _is_whole(capacity) else wanted


def _steady_pick(machines: Machines, options: list[_Option], pick: _Pick) -> _Option:
    """What AWS launches on demand: the first in the list, the cheapest, or (where it may choose) either end."""
    strategy = machines.on_demand_strategy
    if machines.kind in ("group", "node_group") and strategy in (None, "prioritized"):
        return _extreme([option for option in options if option.type == options[0].type], pick)
    if strategy in ("lowest-price", "lowestPrice") or (machines.kind == "fleet" and strategy is None):
        cheapest = _extreme(options, "cheapest").type
        return _extreme([option for option in options if option.type == cheapest], pick)
    return _extreme(options, pick)


def _extreme(options: list[_Option], pick: _Pick) -> _Option:
    best = min if pick == "cheapest" else max
    return best(options, key=lambda option: (option.per_unit(), option.type))


def _lines(option: _Option, instances: Decimal, case: _Case) -> list[Line]:
    """Lines of so many instances, with their volumes for the time that they exist."""
    charges: tuple[VolumeCharge, ...] = option.volumes.low if case.pick == "cheapest" else option.volumes.high
    found = [line(f"{option.type} {option.how}", instances * case.hours, "hours", option.hourly)]
    months = instances * case.hours / _MONTH
    return found + [line(c.what, c.quantity * months, c.unit, c.price) for c in charges]


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _round_up(value: Decimal) -> Decimal:
    return value.to_integral_value(rounding=ROUND_CEILING)


def _by_use(machines: Machines, ways: _Ways, catalog: Catalog) -> tuple[str, ...]:
    notes = {note for option in (*ways.steady, *ways.spot) for note in option.volumes.by_use}
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
    if machines.market == _BLOCK or any(choice.launch.market == _BLOCK for choice in machines.choices):
        return "capacity_block"
    spot = machines.may_use_spot
    if isinstance(spot, Unknown):
        return None
    if not spot:
        return "on_demand"
    return "spot" if machines.on_demand_percent.max == 0 and machines.on_demand_base.max == 0 else "mixed"
