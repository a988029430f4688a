"""The tags of a resource, provider defaults counted, and the intent that they carry (tags `fleet:*`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fleet.cost.properties import at, count
from fleet.interval import Interval
from fleet.money import HOURS_PER_MONTH
from fleet.stack.model import UNKNOWN, Secret, Unknown

__all__ = ["Tags", "hours_per_month", "read_tags"]

_FULL_MONTH = Interval.exactly(Decimal(HOURS_PER_MONTH))


@dataclass(frozen=True, slots=True)
class Tags:
    """Tags by key. `whole` is False when the set of keys itself is not known, so that any key may be there."""

    values: Mapping[str, Any]
    whole: bool = True

    def get(self, key: str) -> str | Unknown | None:
        """Value of a tag; UNKNOWN when it is set but not known or may be there, None when it is not there."""
        value = self.values.get(key)
        if isinstance(value, str):
            return value
        if value is None:
            return None if self.whole else UNKNOWN
        return str(value).lower() if isinstance(value, bool) else UNKNOWN

    def known(self, key: str) -> str | None:
        """Value of a tag when it is known, else None."""
        value = self.get(key)
        return value if isinstance(value, str) else None


def read_tags(layers: Iterable[object]) -> Tags:
    """Tags of several layers, later ones winning; each is a mapping, a list of `{key, value}`, or unknown."""
    merged: dict[str, Any] = {}
    whole = True
    for layer in layers:
        if layer is None:
            continue
        if isinstance(layer, Mapping):
            merged.update(layer)
        elif isinstance(layer, list):
            whole &= _add_list(merged, layer)
        else:
            whole = False
    return Tags({key: UNKNOWN if isinstance(value, Secret) else value for key, value in merged.items()}, whole)


def _add_list(merged: dict[str, Any], layer: list[Any]) -> bool:
    """Add tags written as a list; False when a key is not known."""
    whole = True
    for item in layer:
        key = at(item, "key")
        if isinstance(key, str):
            merged[key] = at(item, "value")
        else:
            whole = False
    return whole


def hours_per_month(tags: Tags) -> Interval:
    """Hours that the estimate counts: tag `fleet:hours-per-month`, else the whole month."""
    value = count(tags.values, "fleet:hours-per-month")
    if value is None:
        return _FULL_MONTH if tags.whole else Interval(Decimal(0), _FULL_MONTH.max)
    if isinstance(value, Unknown):
        return Interval(Decimal(0), _FULL_MONTH.max)
    return Interval.exactly(min(value, Decimal(HOURS_PER_MONTH)))
