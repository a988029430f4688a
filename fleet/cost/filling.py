"""How AWS fills a capacity: each way that unknown values may turn out, with the instances that it then launches."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import product
from typing import Literal

from fleet.cost.machines import Machines
from fleet.cost.ways import Option, Ways
from fleet.interval import Interval
from fleet.money import HOURS_PER_MONTH

__all__ = ["Case", "Filling", "cases_of", "fill"]

_HUNDRED = Decimal(100)
_Pick = Literal["cheapest", "dearest"]


@dataclass(frozen=True, slots=True)
class Case:
    """One way that unknown values may turn out."""

    capacity: Decimal
    base: Decimal
    percent: Decimal
    hours: Decimal
    pick: _Pick


@dataclass(frozen=True, slots=True)
class Filling:
    """Numbers of instances. `is_open`: part of the capacity may be filled with what has no price, and is left out."""

    parts: tuple[tuple[Option, Decimal], ...]
    is_open: bool = False


def cases_of(machines: Machines, ways: Ways, capacity: Interval, hours: Interval) -> list[Case]:
    """The corners of what is not known: the amount is monotonic between them."""
    options = ways.options
    single = len(options) == 1 and options[0].volumes.low == options[0].volumes.high
    picks: tuple[_Pick, ...] = ("cheapest",) if single else ("cheapest", "dearest")
    base = machines.on_demand_base
    top = base.max if base.max is not None else capacity.max if capacity.max is not None else capacity.min
    ends = (_ends(capacity), _distinct(base.min, top), _ends(machines.on_demand_percent), _ends(hours))
    return [Case(*case) for case in product(*ends, picks)]


def _ends(interval: Interval) -> tuple[Decimal, ...]:
    return _distinct(interval.min, interval.min if interval.max is None else interval.max)


def _distinct(low: Decimal, high: Decimal) -> tuple[Decimal, ...]:
    return (low,) if low == high else (low, high)


def fill(machines: Machines, ways: Ways, case: Case) -> Filling:
    """Instances of one case: the base and a share of the rest on demand (rounded up, as AWS does), the rest spot."""
    capacity = case.capacity
    first = min(case.base, capacity)
    share = (capacity - first) * case.percent / _HUNDRED
    steady = min(first + (_round_up(share) if _is_whole(capacity) else share), capacity)
    parts: list[tuple[Option, Decimal]] = []
    is_open = False
    for side, units in ((ways.steady, steady), (ways.spot, capacity - steady)):
        if units <= 0:
            continue
        if side.gaps or not side.options:
            is_open = True
        else:
            options = _taken(machines, side.options) if side is ways.steady else side.options
            parts.append(_extreme([_instances(option, units, capacity) for option in options], case.pick))
    return Filling(tuple(parts), is_open)


def _instances(option: Option, part: Decimal, capacity: Decimal) -> tuple[Option, Decimal]:
    """Enough instances for a part of the capacity. An average over a schedule may be a fraction, and stays one."""
    wanted = part / option.weight
    return option, _round_up(wanted) if _is_whole(capacity) else wanted


def _taken(machines: Machines, options: tuple[Option, ...]) -> tuple[Option, ...]:
    """What AWS may launch on demand: only the type that is cheapest by the unit, where the strategy says so."""
    if not machines.takes_the_cheapest:
        return options
    cheapest = min(options, key=lambda option: (option.per_unit(), option.type)).type
    return tuple(option for option in options if option.type == cheapest)


def _extreme(parts: list[tuple[Option, Decimal]], pick: _Pick) -> tuple[Option, Decimal]:
    """The part that costs least or most: a heavy type is cheap by the unit, and one of it is dear for a single unit."""
    best = min if pick == "cheapest" else max
    return best(parts, key=lambda part: (_hour(part[0], pick) * part[1], part[0].type))


def _hour(option: Option, pick: _Pick) -> Decimal:
    """What an hour of one instance costs with its volumes."""
    charges = option.volumes.low if pick == "cheapest" else option.volumes.high
    return option.hourly.usd + sum((c.quantity * c.price.usd for c in charges), Decimal(0)) / HOURS_PER_MONTH


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _round_up(value: Decimal) -> Decimal:
    return value.to_integral_value(rounding=ROUND_CEILING)
