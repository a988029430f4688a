"""Amounts with a unit, as people type them: `64`, `64GiB`, `0.5TiB`, `100Gbps`, `2000/month`."""

import re
from collections.abc import Mapping

from fleet.errors import CatalogError, nearest

__all__ = ["EBS", "MEMORY", "NETWORK", "PRICE", "STORAGE", "parse"]

MEMORY: Mapping[str, float] = {"GiB": 1, "MiB": 1 / 1024, "TiB": 1024}
"""Unit -> GiB."""
NETWORK: Mapping[str, float] = {"Gbps": 1, "Mbps": 1 / 1000, "Tbps": 1000}
"""Unit -> Gbps."""
EBS: Mapping[str, float] = {"Mbps": 1, "Gbps": 1000}
"""Unit -> Mbps."""
STORAGE: Mapping[str, float] = {"GB": 1, "TB": 1000}
"""Unit -> GB."""
PRICE: Mapping[str, float] = {"/hour": 1, "/h": 1, "/month": 1 / 730, "/year": 1 / 8760}
"""Unit -> USD an hour."""

_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z/]*)\s*")


def parse(text: str, units: Mapping[str, float], *, what: str) -> float:
    """The amount in the first unit of `units`, which is also what a bare number means. CatalogError otherwise."""
    found = _AMOUNT.fullmatch(text)
    allowed = ", ".join(units)
    if not found:
        raise CatalogError(f"{what} {text!r} is no amount; write a number, with one of the units {allowed} if need be")
    number, unit = found.groups()
    if not unit:
        return float(number)
    for known, factor in units.items():
        if known.lower() == unit.lower():
            return float(number) * factor
    close = nearest(unit, units)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise CatalogError(f"{what} {text!r} has the unknown unit {unit!r}; allowed are {allowed}{hint}")
