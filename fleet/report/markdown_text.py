"""Text that GitHub and GitLab show as it is, and lists that fit into the room there is."""

from collections.abc import Sequence

from fleet.report.harmless import short

LIMIT = 65_000
"""GitHub takes 65,536 characters in one comment; the rest is for the mark by which a comment is found again."""

_LONGEST = 600
_LONGEST_NAME = 120
_ESCAPES = str.maketrans(
    {
        **{character: "\\" + character for character in "\\|*_`[]~"},
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        # A zero-width space: no mention of a person, no link to an issue, no link of a foreign address.
        "@": "@&#8203;",
        "#": "#&#8203;",
        # Two of them would begin a formula.
        "$": "<span>$</span>",
    }
)


def escape(text: str, most: int = _LONGEST) -> str:
    """Text that Markdown and HTML leave as it is, on one line; of at most so many characters before escaping."""
    return short(text, most).translate(_ESCAPES).replace("://", ":&#8203;//").replace("www.", "www&#8203;.")


def cell(name: str) -> str:
    """A name, short enough for a table."""
    return escape(name, _LONGEST_NAME)


def fitted(before: str, rows: Sequence[str], room: int, *, after: str = "") -> str:
    """As many of the rows as fit between `before` and `after`, the rest counted; empty without rows or room."""
    room -= len(before) + len(after)
    rest = "\n\n... and {} more"
    reserve = len(rest) + len(str(len(rows)))
    kept: list[str] = []
    for position, row in enumerate(rows):
        room -= len(row) + 1
        if room < (reserve if position < len(rows) - 1 else 0):
            break
        kept.append(row)
    if not kept:
        return ""
    left = len(rows) - len(kept)
    return before + "\n".join(kept) + (rest.format(left) if left else "") + after
