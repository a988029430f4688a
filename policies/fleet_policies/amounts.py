"""How amounts are written in findings."""

from decimal import ROUND_HALF_UP, Decimal

from fleet.interval import Interval

__all__ = ["hourly", "money", "monthly", "number", "percent"]

_CENT = Decimal("0.01")
_HUNDREDTH_OF_A_CENT = Decimal("0.0001")


def money(amount: Decimal) -> str:
    """`1,234.50 USD`."""
    return f"{amount.quantize(_CENT, rounding=ROUND_HALF_UP):,} USD"


def hourly(amount: Decimal) -> str:
    """A price of an hour, which is often cents: `0.0864 USD`, with four places at most and two at least."""
    whole, _, places = f"{amount.quantize(_HUNDREDTH_OF_A_CENT, rounding=ROUND_HALF_UP):,f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')} USD"


def monthly(amount: Interval) -> str:
    """`1,234.50 USD a month`, with both ends where it is not exact."""
    if amount.max is None:
        return f"at least {money(amount.min)} a month, without an upper end"
    if amount.min.quantize(_CENT) == amount.max.quantize(_CENT):
        return f"{money(amount.max)} a month"
    return f"{money(amount.min)} to {money(amount.max)} a month"


def number(value: Decimal | float) -> str:
    """A number with at most two places, without trailing zeros: `40`, `1.5`, `12,000`."""
    text = f"{Decimal(str(value)).quantize(_CENT):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | float) -> str:
    """`12.5 %`."""
    return f"{Decimal(str(value)).quantize(Decimal('0.1')):f}".removesuffix(".0") + " %"
