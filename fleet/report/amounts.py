"""How money, counts and dates are written for people."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from fleet.cost.model import Line, PricedResource
from fleet.interval import ZERO, Interval
from fleet.result.changes import Change


def money(value: Decimal) -> str:
    """Dollars with two places and thousands marks: `1,234.50`."""
    return f"{value:,.2f}"


def interval(value: Interval | None) -> str:
    """`1,234.50`; `1,000.00 to 2,000.00`; `at least 1,000.00`; `unknown` where there is no price."""
    if value is None:
        return "unknown"
    if value.max is None:
        return f"at least {money(value.min)}"
    low, high = money(value.min), money(value.max)
    return low if low == high else f"{low} to {high}"


def of_resource(resource: PricedResource) -> str:
    """What a resource costs; `at least 1,000.00` also where a part of it has no price, `unpriced` where nothing has."""
    amount = resource.monthly_usd
    if amount is None:
        return "unpriced" if resource.unpriced_reason else ""
    return interval(amount if resource.unpriced_reason is None else Interval(amount.min, None))


def change(value: Change) -> str:
    """`+12.00`; `+10.00 to +20.00`; `at least +10.00`; `at most -5.00`; `unknown` where both ends are open."""
    if value.min is None:
        return "unknown" if value.max is None else f"at most {_signed(value.max)}"
    if value.max is None:
        return f"at least {_signed(value.min)}"
    low, high = _signed(value.min), _signed(value.max)
    return low if low == high else f"{low} to {high}"


def _signed(value: Decimal) -> str:
    return f"{value:+,.2f}" if round(value, 2) else "0.00"


def number(value: Decimal) -> str:
    """A count without needless places: `12`, `1.5`."""
    return f"{value.normalize():f}" if value else "0"


def count(value: Interval) -> str:
    """`12`, `2 to 4`, `2 or more`."""
    if value.max is None:
        return f"{number(value.min)} or more"
    return number(value.min) if value.is_exact else f"{number(value.min)} to {number(value.max)}"


def types(resource: PricedResource, most: int = 2) -> str:
    """Instance types in short: `c9g.4xlarge`, or `c9g.4xlarge, m9g.4xlarge +4`."""
    names = resource.instance_types
    more = len(names) - most
    return ", ".join(names[:most]) + (f" +{more}" if more > 0 else "")


_WARM = " in the warm pool"
"""How the estimate's lines of instances that are kept ready end."""


def what(resource: PricedResource) -> str:
    """What a priced resource is, in one phrase: count, types, architecture, purchase; else why its amount is open."""
    parts = []
    if resource.instance_types:
        # A group that stands at none and costs something runs by a schedule or a queue: its count says nothing.
        idles = resource.count == ZERO and resource.monthly_usd not in {None, ZERO}
        many = f"{count(resource.count)} x " if resource.count is not None and not idles else ""
        parts.append(many + types(resource))
    if resource.architecture:
        parts.append(resource.architecture)
    if resource.purchase:
        parts.append(resource.purchase.replace("_", " "))
    if any(line.what.endswith(_WARM) for line in resource.lines):
        parts.append("with a warm pool")
    if not parts and resource.lines and resource.monthly_usd is not None and not resource.monthly_usd.is_exact:
        parts.append(resource.lines[0].what)
    return " · ".join(parts)


def price_dates(lines: Iterable[Line]) -> str:
    """First and last day of the prices: `2026-07-20 to 2026-08-21`; empty without prices."""
    days = sorted({line.as_of for line in lines})
    if not days:
        return ""
    return _day(days[0]) if days[0] == days[-1] else f"{_day(days[0])} to {_day(days[-1])}"


def _day(value: date) -> str:
    return value.isoformat()


def trimmed(text: str) -> str:
    """The same lines without spaces at their ends, which tables leave."""
    return "\n".join(line.rstrip() for line in text.split("\n"))
