"""An amount that may not be known exactly: a lowest and a highest value. `max` None means unbounded."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fleet.money import Usd


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `min` to `max`; exact when they are equal, unbounded above when `max` is None."""

    min: Usd
    max: Usd | None

    @classmethod
    def exactly(cls, value: Decimal) -> "Interval":
        """The interval that holds one value."""
        return cls(value, value)

    @property
    def is_exact(self) -> bool:
        """True when only one value is possible."""
        return self.min == self.max

    def __add__(self, other: "Interval") -> "Interval":
        """Sum of both: ends add up, unbounded stays unbounded."""
        top = None if self.max is None or other.max is None else self.max + other.max
        return Interval(self.min + other.min, top)

    def __mul__(self, factor: Decimal) -> "Interval":
        """Every value times a factor >= 0."""
        return Interval(self.min * factor, None if self.max is None else self.max * factor)

    def hull(self, other: "Interval") -> "Interval":
        """Smallest interval that holds both."""
        top = None if self.max is None or other.max is None else max(self.max, other.max)
        return Interval(min(self.min, other.min), top)


ZERO = Interval(Decimal(0), Decimal(0))


def total(intervals: Iterable[Interval]) -> Interval:
    """Sum of all; zero for none."""
    result = ZERO
    for interval in intervals:
        result += interval
    return result
