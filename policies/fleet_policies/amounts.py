"""How amounts are written in findings."""

from decimal import ROUND_HALF_UP, Decimal

from fleet.interval import Interval

__all__ = ["money", "monthly", "number", "percent"]

_CENT = Decimal("0.01")


def money(amount: Decimal) -> str:
    """`1,234.50 USD`."""
    return f"{amount.quantize(_CENT, rounding=ROUND_HALF_UP):,} USD"


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
