"""Plain text: tables whose columns are as wide as what stands in them, and facts wrapped beside their labels."""

import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal

__all__ = ["amount", "facts", "fitted", "number", "table"]

_LARGE = 1000
"""From here on a fraction is noise."""

_NARROWEST_COLUMN = 20
_NARROWEST = 40
"""Facts are not wrapped to less, whatever the terminal."""


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: frozenset[str] = frozenset(),
    width: int | None = None,
) -> str:
    """Header and rows in columns; columns named in `right` are set to the right.

    Where `width` is given, texts of the last column are wrapped in it.
    """
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    start = sum(widths[:-1]) + 2 * len(widths[:-1])
    last = None if width is None else max(width - start, _NARROWEST_COLUMN)
    lines = []
    for row in (header, *rows):
        cells = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(row[:-1], widths, header, strict=False)
        ]
        parts = [row[-1]] if last is None else textwrap.wrap(row[-1], last, break_on_hyphens=False)
        first, *more = parts or [""]
        shown = first.rjust(widths[-1]) if header[-1] in right else first
        lines.append("  ".join([*cells, shown]).rstrip())
        lines += [" " * start + text for text in more]
    return "\n".join(lines)


def fitted(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: frozenset[str] = frozenset(),
    width: int | None,
    spare: Sequence[str],
) -> str:
    """The table in at most `width` columns, where that is given: `spare` ones are left out in turn, and named below.

    A column with nothing in it goes first, unnamed. What no column can be spared for stays as wide as it is.
    """
    shown, left_out = list(range(len(header))), []
    order = [i for i in shown if header[i] in spare and not any(row[i] for row in rows)]
    order += [header.index(name) for name in spare if header.index(name) not in order]

    def text() -> str:
        cells = [[row[i] for i in shown] for row in rows]
        return table([header[i] for i in shown], cells, right=right)

    while width is not None and order and max(len(line) for line in text().splitlines()) > width:
        column = order.pop(0)
        shown.remove(column)
        left_out += [header[column]] if any(row[column] for row in rows) else []
    more = f"not shown for want of room: {', '.join(left_out)}; a wider terminal or --json has them"
    return text() + (f"\n{textwrap.fill(more, max(width or 0, _NARROWEST))}" if left_out else "")


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
