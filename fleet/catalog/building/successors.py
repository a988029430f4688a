"""Which type follows which: the same size in the next generation of a family."""

import re
from collections.abc import Mapping

__all__ = ["follow"]

Row = dict[str, str]

_NAME = re.compile(r"([a-z]+)(\d+)(.*)")
_FURTHEST = 3
"""Generations looked ahead at most: x2 was followed by x8, but names alone do not say so."""


def follow(types: Mapping[str, Row], named: Mapping[str, str]) -> None:
    """Fill the `successor` column: from the table of named successors, else the family of the next number."""
    families = {row["family"] for row in types.values()}
    for row in types.values():
        family = named.get(row["family"]) or _next(row["family"], families)
        name = f"{family}.{row['size']}"
        same = name in types and types[name]["architecture"] == row["architecture"]
        row["successor"] = name if same else ""


def _next(family: str, families: set[str]) -> str:
    found = _NAME.fullmatch(family)
    if not found:
        return ""
    letters, number, rest = found.groups()
    candidates = (f"{letters}{int(number) + step}{rest}" for step in range(1, _FURTHEST + 1))
    return next((name for name in candidates if name in families), "")
