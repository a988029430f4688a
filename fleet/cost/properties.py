"""Reading the properties of a resource: what is not there is None, what cannot be used as it stands is UNKNOWN.

A secret counts as unknown: an amount that was computed from it would tell it. So does a value of the wrong type
(text where AWS wants a number, a negative count): AWS would refuse it, so nothing can be said about what it will be.
"""

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fleet.interval import Interval
from fleet.stack.model import UNKNOWN, Resource, Secret, Unknown

__all__ = ["at", "boolean", "count", "effective", "items", "json_mapping", "mapping", "number", "span", "text"]

_ABSENT: Mapping[str, Any] = {}
_MOST_DIGITS = 18
_OPAQUE = (Unknown, Secret)


def effective(resource: Resource) -> Mapping[str, Any]:
    """Inputs, with what is known of the outputs on top; an output that is unknown and was never set is left out.

    Providers answer a preview with every computed property as unknown, so only an input says that a value was set.
    """
    if not resource.outputs:
        return resource.inputs
    if not resource.inputs:
        return resource.outputs
    merged = dict(resource.inputs)
    known = {k: v for k, v in resource.outputs.items() if not isinstance(v, Unknown) and v is not None and v != ""}
    return merged | known


def at(values: object, *path: str) -> Any:
    """The value at a path of keys; UNKNOWN when anything on the way is unknown or secret, None when it is not there.

    A list of one object stands for the object, as some sources write single blocks.
    """
    for key in path:
        # Nearly all are plain dicts, and asking an abstract class what a value is takes longer than all the rest.
        if type(values) is dict:
            values = values.get(key)
            continue
        if isinstance(values, list) and len(values) == 1:
            values = values[0]
        if isinstance(values, _OPAQUE):
            return UNKNOWN
        if not isinstance(values, Mapping):
            return None
        values = values.get(key)
    return UNKNOWN if isinstance(values, Secret) else values


def text(values: object, *path: str) -> str | Unknown | None:
    """A text; '' counts as not given, as providers write it."""
    value = at(values, *path)
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else UNKNOWN


def number(values: object, *path: str) -> Decimal | Unknown | None:
    """A finite number, also when it is written as text."""
    value = at(values, *path)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < 10**_MOST_DIGITS else UNKNOWN
    if isinstance(value, float):
        return _decimal(repr(value)) if math.isfinite(value) else UNKNOWN
    return _decimal(value) if isinstance(value, str) and len(value) <= _MOST_DIGITS else UNKNOWN


def _decimal(written: str) -> Decimal | Unknown:
    try:
        value = Decimal(written)
    except ArithmeticError:
        return UNKNOWN
    return value if value.is_finite() and abs(value) < 10**_MOST_DIGITS else UNKNOWN


def count(values: object, *path: str) -> Decimal | Unknown | None:
    """A number that is not negative."""
    value = number(values, *path)
    return UNKNOWN if isinstance(value, Decimal) and value < 0 else value


def span(value: Decimal | Unknown | None, default: Decimal | int = 0, top: Decimal | int | None = None) -> Interval:
    """The values that a number can have: itself, the default when it is not given, 0 to `top` when it is unknown."""
    if value is None:
        return Interval.exactly(Decimal(default))
    if isinstance(value, Unknown):
        return Interval(Decimal(0), None if top is None else Decimal(top))
    return Interval.exactly(value)


def boolean(values: object, *path: str) -> bool | Unknown | None:
    """A claim, also when it is written as text."""
    value = at(values, *path)
    if value is None or isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower(), UNKNOWN) if isinstance(value, str) else UNKNOWN


def items(values: object, *path: str) -> list[Any] | Unknown:
    """A list with secrets taken as unknown; [] when it is not given, a single object as a list of one."""
    value = at(values, *path)
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [value]
    if not isinstance(value, list):
        return UNKNOWN
    return [UNKNOWN if isinstance(item, Secret) else item for item in value]


def mapping(values: object, *path: str) -> Mapping[str, Any] | Unknown:
    """An object; empty when it is not given."""
    value = at(values, *path)
    if value is None:
        return _ABSENT
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, Mapping) else UNKNOWN


def json_mapping(values: object, key: str) -> Mapping[str, Any] | Unknown:
    """An object that a provider's properties hold as JSON text (or as it is)."""
    value = at(values, key)
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except ValueError:
            return UNKNOWN
        return value if isinstance(value, Mapping) else UNKNOWN
    return mapping(values, key)
