"""Checks a rule's options against the JSON schema that its pack states, as the engine does before it starts.

The keywords that packs use: type, enum, const, bounds of numbers, lengths, pattern, items, uniqueItems, properties,
required, additionalProperties, and the combinations allOf, anyOf, oneOf, not. Others do not restrict.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["violations"]

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": lambda value: _is_number(value),  # noqa: PLW0108  (defined below)
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
    "null": lambda value: value is None,
}


def violations(schema: Mapping[str, Any], value: Any, where: str = "") -> list[str]:
    """What is wrong with a value, each with its place, in the schema's order; nothing when it fits."""
    own = [f"{where}: {problem}" if where else problem for problem in _own(schema, value)]
    return [*own, *_inner(schema, value, where)]


def _own(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    yield from _kind(schema, value)
    if "enum" in schema and value not in schema["enum"]:
        yield f"must be one of the following: {', '.join(repr(item) for item in schema['enum'])}; found {value!r}"
    if "const" in schema and value != schema["const"]:
        yield f"must be {schema['const']!r}; found {value!r}"
    if _is_number(value):
        yield from _bounds(schema, value)
    if isinstance(value, str):
        yield from _text(schema, value)
    if isinstance(value, list):
        yield from _list(schema, value)
    if isinstance(value, Mapping):
        yield from (f"{name} is required" for name in schema.get("required", ()) if name not in value)
        if schema.get("additionalProperties") is False:
            known = schema.get("properties", {})
            yield from (f"additional property {name} is not allowed" for name in value if name not in known)
    yield from _combinations(schema, value)


def _kind(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    named = schema.get("type")
    kinds = [named] if isinstance(named, str) else list(named or ())
    if kinds and not any(_TYPES.get(kind, _anything)(value) for kind in kinds):
        yield f"invalid type; expected {' or '.join(kinds)}, found {value!r}"


def _anything(_value: Any) -> bool:
    return True


def _bounds(schema: Mapping[str, Any], value: float) -> Iterator[str]:
    if "minimum" in schema and value < schema["minimum"]:
        yield f"must be greater than or equal to {schema['minimum']}; found {value}"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"must be less than or equal to {schema['maximum']}; found {value}"
    if _is_number(schema.get("exclusiveMinimum")) and value <= schema["exclusiveMinimum"]:
        yield f"must be greater than {schema['exclusiveMinimum']}; found {value}"
    if _is_number(schema.get("exclusiveMaximum")) and value >= schema["exclusiveMaximum"]:
        yield f"must be less than {schema['exclusiveMaximum']}; found {value}"


def _text(schema: Mapping[str, Any], value: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"must have at least {schema['minLength']} characters; found {len(value)}"
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield f"must have at most {schema['maxLength']} characters; found {len(value)}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"does not match pattern {schema['pattern']!r}; found {value!r}"


def _list(schema: Mapping[str, Any], value: list[Any]) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"must have at least {schema['minItems']} items; found {len(value)}"
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        yield f"must have at most {schema['maxItems']} items; found {len(value)}"
    if schema.get("uniqueItems") and any(item in value[:place] for place, item in enumerate(value)):
        yield "items must be unique"


def _combinations(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    if any(violations(part, value) for part in schema.get("allOf", ())):
        yield "must fit all of the given schemas"
    if "anyOf" in schema and all(violations(part, value) for part in schema["anyOf"]):
        yield "must fit any of the given schemas"
    if "oneOf" in schema and sum(not violations(part, value) for part in schema["oneOf"]) != 1:
        yield "must fit exactly one of the given schemas"
    if "not" in schema and not violations(schema["not"], value):
        yield "must not fit the given schema"


def _inner(schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for place, item in enumerate(value):
            yield from violations(schema["items"], item, f"{where}.{place}" if where else str(place))
    if isinstance(value, Mapping):
        for name, part in schema.get("properties", {}).items():
            if name in value and isinstance(part, Mapping):
                yield from violations(part, value[name], f"{where}.{name}" if where else name)
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping):
            for name in value.keys() - schema.get("properties", {}).keys():
                yield from violations(extra, value[name], f"{where}.{name}" if where else name)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
