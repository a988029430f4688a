"""How the amount of one resource moved, taken apart into prices, inputs and coverage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fleet.cost.model import Line, PricedResource
from fleet.interval import ZERO, Interval
from fleet.money import Usd
from fleet.result.model import Result

__all__ = ["NO_CHANGE", "Change", "Prices", "Steps", "difference", "sum_of", "taken_apart"]

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Change:
    """All amounts by which something may have moved; an end that is None is unbounded."""

    min: Usd | None
    max: Usd | None

    def __add__(self, other: "Change") -> "Change":
        """Sum of both: ends add up, unbounded stays unbounded."""
        low = None if self.min is None or other.min is None else self.min + other.min
        high = None if self.max is None or other.max is None else self.max + other.max
        return Change(low, high)

    @property
    def is_exact(self) -> bool:
        """True when only one amount is possible."""
        return self.min is not None and self.min == self.max

    @property
    def is_none(self) -> bool:
        """True when nothing can have moved."""
        return self.is_exact and self.min == 0


NO_CHANGE = Change(_ZERO, _ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The parts of one resource's change; together they are the change."""

    inputs: Change = NO_CHANGE
    prices: Change = NO_CHANGE
    coverage: Change = NO_CHANGE

    @property
    def change(self) -> Change:
        """The sum of the parts."""
        return self.inputs + self.prices + self.coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The unit prices of a result: by resource, region and charge, and those that all resources of a region share."""

    own: Mapping[tuple[str, str | None, str], Decimal]
    shared: Mapping[tuple[str | None, str], Decimal]

    @classmethod
    def of(cls, result: Result) -> "Prices":
        """The prices that the lines of a result carry."""
        own: dict[tuple[str, str | None, str], Decimal] = {}
        seen: dict[tuple[str | None, str], set[Decimal]] = {}
        for resource in result.resources:
            for line in resource.lines:
                own[_name(resource), resource.region, line.what] = line.unit_usd
                seen.setdefault((resource.region, line.what), set()).add(line.unit_usd)
        return cls(own=own, shared={key: next(iter(each)) for key, each in seen.items() if len(each) == 1})

    def unit(self, resource: PricedResource, line: Line) -> Decimal:
        """What one unit of a line of an older result costs in this one; the old price where this one has none."""
        own = self.own.get((_name(resource), resource.region, line.what))
        return own if own is not None else self.shared.get((resource.region, line.what), line.unit_usd)


def _name(resource: PricedResource) -> str:
    return f"{resource.type}::{resource.name}"


def sum_of(changes: Iterable[Change]) -> Change:
    """Sum of all; no change for none."""
    total = NO_CHANGE
    for change in changes:
        total += change
    return total


def difference(before: Interval, after: Interval) -> Change:
    """By how much an amount moved: end by end, the smaller first.

    What is as uncertain as before has not moved; of two unbounded amounts the lowest values are compared.
    """
    low = after.min - before.min
    if before.max is None and after.max is None:
        return Change(low, low)
    if before.max is None:
        return Change(None, low if after.max is None else after.max - before.min)
    if after.max is None:
        return Change(after.min - before.max, None)
    high = after.max - before.max
    return Change(min(low, high), max(low, high))


def taken_apart(old: PricedResource | None, new: PricedResource | None, prices: Prices | None) -> Steps:
    """Why a resource's amount moved; `prices` None: both results have the same prices.

    A change of prices counts at the old quantities, a change of inputs at the new prices.
    """
    before = old.monthly_usd if old is not None else ZERO
    after = new.monthly_usd if new is not None else ZERO
    if before is None or after is None:
        return Steps(coverage=difference(before or ZERO, after or ZERO))
    if old is None or prices is None:
        return Steps(inputs=difference(before, after))
    if new is not None and _is_same_order(old, new):
        return Steps(prices=difference(before, after))
    revalued = _revalued(old, before, prices)
    return Steps(prices=difference(before, revalued), inputs=difference(revalued, after))


def _is_same_order(old: PricedResource, new: PricedResource) -> bool:
    """True when the same quantities of the same things were asked for, so that only prices can have moved."""
    same = old.priced_inputs == new.priced_inputs and old.count == new.count and old.region == new.region
    return same and _ordered(old.lines) == _ordered(new.lines)


def _ordered(lines: Iterable[Line]) -> list[tuple[str, str, float]]:
    return sorted((line.what, line.unit, round(line.quantity, 6)) for line in lines)


def _revalued(old: PricedResource, before: Interval, prices: Prices) -> Interval:
    """What was asked for before, at the new prices.

    Lines add up to the lowest amount; the rest up to the highest is taken to move in proportion.
    """
    effect = sum(((prices.unit(old, line) - line.unit_usd) * Decimal(str(line.quantity)) for line in old.lines), _ZERO)
    low = before.min + effect
    if before.is_exact:
        return Interval.exactly(low)
    if before.max is None or before.min <= 0:
        return Interval(low, None if before.max is None else before.max + effect)
    return Interval(low, before.max * low / before.min)
