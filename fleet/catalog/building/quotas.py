"""Quota table of the EC2 user guide -> which code limits which category or family."""

import re
from collections.abc import Iterable, Mapping

__all__ = ["quota_codes", "quota_rows"]

Row = dict[str, str]

_GROUPS = {
    "Standard": ("a", "c", "d", "h", "i", "m", "r", "t", "z"),
    "G and VT": ("g", "vt"),
    "HPC": ("hpc",),
    "High Memory": ("u",),
}
"""Names of quota groups that cover other categories than the one they are called by (`Inf` covers inf)."""

_HOST_FAMILIES = {"inf": ("inf1",)}
"""'Running Dedicated inf Hosts' is the quota of inf1: inf2 has its own."""


def quota_rows(source: Iterable[Mapping[str, str]]) -> list[Row]:
    """Rows of the `quotas` table, by code."""
    rows = [
        {
            "code": q["quota_code"],
            "name": q["quota_name"],
            "unit": q["unit"],
            "default": q["default"],
            "purchase": q["category"],
        }
        for q in source
    ]
    return sorted(rows, key=lambda row: row["code"])


def quota_codes(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], str]:
    """(purchase, category or family) -> code, read from the names of the quotas."""
    codes: dict[tuple[str, str], str] = {}
    for row in rows:
        for scope in _scopes(row["name"], row["purchase"]):
            codes[row["purchase"], scope] = row["code"]
    return codes


def _scopes(name: str, purchase: str) -> tuple[str, ...]:
    if purchase == "dedicated-host":
        family = name.removeprefix("Running Dedicated ").removesuffix(" Hosts")
        return _HOST_FAMILIES.get(family, (family,))
    if purchase.startswith("capacity-block"):
        return (name.partition(" ")[0].lower(),)
    found = re.match(r"(?:Running On-Demand|All) (.+?)(?: \(.*\))? (?:instances|Spot Instance Requests)$", name)
    if not found:
        raise ValueError(f"quota name {name!r} fits no known pattern; add it to the quota groups")
    return _GROUPS.get(found.group(1), (found.group(1).lower(),))
