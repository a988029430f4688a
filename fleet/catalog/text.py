"""Plain text tables: columns as wide as what stands in them, numbers to the right."""

from collections.abc import Sequence
from decimal import Decimal

__all__ = ["amount", "number", "table"]

_LARGE = 1000
"""From here on a fraction is noise."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[str] = frozenset()) -> str:
    """Header and rows in columns; columns named in `right` are set to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = []
    for row in (header, *rows):
        cells = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(row, widths, header, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Shortest text of a number; '-' for an unknown one."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= _LARGE else f"{value:,.4g}"


def amount(usd: Decimal | None) -> str:
    """USD with four places or more when it needs them; '-' for an unknown one."""
    if usd is None:
        return "-"
    exact = usd.normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{usd:,.{min(places, 6)}f}"
