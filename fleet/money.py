"""US dollars as exact decimals, and how they are written. An unknown price is None, never zero."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

HOURS_PER_MONTH = 730
"""Hours of the month that every monthly figure speaks of (365 x 24 / 12), as AWS's own calculators do."""

_MICRO = Decimal("0.000001")


def usd(value: Decimal | float | str) -> Decimal:
    """Exact decimal of a number as it was written: `usd(0.1) == Decimal("0.1")`."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def to_number(value: Decimal) -> float | int:
    """JSON number of an amount: at most six places, whole amounts without a fraction."""
    rounded = value.quantize(_MICRO, rounding=ROUND_HALF_UP)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _from_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))


Usd = Annotated[Decimal, BeforeValidator(_from_number), PlainSerializer(to_number, when_used="json")]
"""A pydantic field type: an amount read from a number, written as a number."""


def per_month(hourly: Decimal, hours: Decimal | float = HOURS_PER_MONTH) -> Decimal:
    """Monthly amount of an hourly price over so many hours."""
    return hourly * usd(hours)
