"""Plain text: tables whose columns are as wide as what stands in them, and facts wrapped beside their labels."""

import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal

__all__ = ["amount", "facts", "number", "table"]

_LARGE = 1000
"""From here on a fraction is noise."""

_NARROWEST = 40
"""Facts are not wrapped to less, whatever the terminal."""


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


def facts(pairs: Iterable[tuple[str, str]], *, width: int, indent: int = 2) -> str:
    """Labels and texts in two columns, long texts wrapped in theirs; what has no text is left out."""
    given = [(label, text) for label, text in pairs if text]
    column = indent + max((len(label) for label, _ in given), default=0) + 2
    return "\n".join(
        textwrap.fill(
            text,
            max(width, _NARROWEST),
            initial_indent=" " * indent + label.ljust(column - indent),
            subsequent_indent=" " * column,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for label, text in given
    )


def number(value: float | None) -> str:
    """Shortest text of a number; '-' for an unknown one."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= _LARGE else f"{value:,.4g}"


def amount(usd: Decimal | None) -> str:
    """USD with two places, or as many more as it has up to six; '-' for an unknown one."""
    if usd is None:
        return "-"
    exact = usd.normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{usd:,.{min(places, 6)}f}"
