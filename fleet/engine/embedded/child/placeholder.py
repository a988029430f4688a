"""Stand-ins for answers that nobody has, for programs that ask in a way that allows no unknown values.

`aws.ec2.get_ami(...)` gives a plain object at once, and generated SDKs refuse an unknown inside it. Each text of such
an answer is a placeholder instead: the program can carry it around, cut it and join it, and wherever it ends up in a
resource the value counts as unknown. Numbers and booleans cannot carry a mark: they are None.
"""

from __future__ import annotations

import typing
from typing import Any

MARK = "~not-answered~"
TEXT = f"unknown{MARK}unknown"
LIST_KEY = f"{MARK}list~"
_LIST_TEXT = f"unknown{LIST_KEY}unknown"


def of_type(kind: Any) -> dict[str, Any]:
    """Placeholders for every property of a result class of a generated SDK, by Pulumi's property names."""
    from pulumi import _types  # noqa: PLC0415  (only in the program's interpreter)

    return {name: _value(declared) for name, declared in _types.output_type_types(kind).items()}


def _value(declared: Any) -> Any:
    from pulumi import _types  # noqa: PLC0415

    arguments = [part for part in typing.get_args(declared) if part is not type(None)]
    origin = typing.get_origin(declared)
    if origin is typing.Union and arguments:
        return _value(arguments[0])
    if declared is str:
        return TEXT
    if origin in (list, tuple) or (origin and getattr(origin, "__name__", "") == "Sequence"):
        item = arguments[0] if arguments else str
        return [_LIST_TEXT] if item is str else []
    if origin is dict or (origin and getattr(origin, "__name__", "") == "Mapping"):
        return {TEXT: TEXT}
    if isinstance(declared, type) and _types.is_output_type(declared):
        return of_type(declared)
    return None
