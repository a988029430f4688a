"""When a price is too old to be shown without a mark."""

from datetime import date, timedelta

from fleet.catalog.decode import UNDATED
from fleet.catalog.model import Price

__all__ = ["CAPACITY_BLOCK_RESET", "MAX_AGE", "STALE", "is_stale", "staleness"]

MAX_AGE = timedelta(days=90)
CAPACITY_BLOCK_RESET = date(2026, 10, 1)
"""AWS announced new capacity block prices for October 2026; an older price does not hold after it."""


STALE = "* stale: older than 90 days or than a known reset"
"""What the mark behind a day means."""


def is_stale(price: Price, today: date, *, purchase: str = "on_demand") -> bool:
    """True for a price older than 90 days, without a day, or of a capacity block from before the known reset."""
    return bool(staleness(price, today, purchase=purchase))


def staleness(price: Price, today: date, *, purchase: str = "on_demand") -> str:
    """Why a price is stale, in words; '' when it is not."""
    if price.as_of == UNDATED:
        return "undated"
    if purchase == "capacity_block" and price.as_of < CAPACITY_BLOCK_RESET <= today:
        return f"before the {CAPACITY_BLOCK_RESET:%B %Y} reset"
    if today - price.as_of > MAX_AGE:
        return f"{(today - price.as_of).days} days old"
    return ""
