"""What one resource is charged: lines at the lowest possible amount, and the interval of amounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fleet.catalog.model import Price
from fleet.cost.model import Line
from fleet.interval import Interval

__all__ = ["FREE_OF_CHARGE", "Bill", "line", "sum_of", "unpriced_bill"]

FREE_OF_CHARGE = Interval.exactly(Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A resource's charges. `monthly` None: nothing of it has a price. Its lines add up to the lowest amount."""

    lines: tuple[Line, ...] = ()
    monthly: Interval | None = FREE_OF_CHARGE
    at_max_scale: Interval | None = FREE_OF_CHARGE
    unpriced: tuple[str, ...] = ()
    by_use: tuple[str, ...] = ()
    count: Interval | None = None
    instance_types: tuple[str, ...] = ()
    architecture: str | None = None
    purchase: str | None = None
    kg_co2e: Interval | None = None
    """Kilograms of CO2 equivalent a month; None where it is not known or nothing runs."""


def line(what: str, quantity: Decimal, unit: str, price: Price) -> Line:
    """A line of so many units at a price."""
    return Line(
        what=what,
        quantity=float(quantity),
        unit=unit,
        unit_usd=price.usd,
        monthly_usd=price.usd * quantity,
        as_of=price.as_of,
        source=price.source,
    )


def sum_of(lines: Iterable[Line]) -> Decimal:
    """Monthly amount of lines."""
    return sum((item.monthly_usd for item in lines), Decimal(0))


def unpriced_bill(*reasons: str, by_use: tuple[str, ...] = ()) -> Bill:
    """A bill without an amount, with the reasons why."""
    return Bill(monthly=None, at_max_scale=None, unpriced=reasons, by_use=by_use)
