"""Protobuf structs to plain JSON values and back, in Pulumi's wire form.

Unknowns stay the sentinel string, secrets and other special values stay dicts with their signature key: the parent
process gives them their meaning. Text that carries a placeholder (see `placeholder.py`) becomes the sentinel here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import struct_pb2

from .placeholder import LIST_KEY, MARK

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  (a protocol constant)
OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"

_EXACT = 2.0**53


def plain(value: struct_pb2.Value) -> Any:
    """One protobuf value as a JSON value; whole numbers become integers."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if MARK in value.string_value else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) <= _EXACT else number
    if kind == "struct_value":
        return plain_struct(value.struct_value)
    if kind == "list_value":
        return _plain_list(value.list_value.values)
    return value.bool_value if kind == "bool_value" else None


def _plain_list(items: Any) -> Any:
    if any(item.WhichOneof("kind") == "string_value" and LIST_KEY in item.string_value for item in items):
        return UNKNOWN
    return [plain(item) for item in items]


def plain_struct(struct: struct_pb2.Struct) -> Any:
    """A protobuf struct as a dict of JSON values, in sorted order; unknown as a whole where a key is a placeholder."""
    fields = struct.fields
    if any(MARK in key for key in fields):
        return UNKNOWN
    return {key: plain(fields[key]) for key in sorted(fields)}


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """A mapping of JSON values as a protobuf struct."""
    built = struct_pb2.Struct()
    for key, value in values.items():
        built.fields[key].CopyFrom(proto(value))
    return built


def proto(value: Any) -> struct_pb2.Value:
    """One JSON value as a protobuf value."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, (list, tuple)):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[proto(item) for item in value]))
    return struct_pb2.Value(struct_value=struct(value))


def without_output_values(value: Any) -> Any:
    """The same JSON value, each output value replaced by what it holds: a value, the sentinel, or a secret of one."""
    if isinstance(value, list):
        return [without_output_values(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == OUTPUT_VALUE:
        held = without_output_values(value["value"]) if "value" in value else UNKNOWN
        return {SIGNATURE: SECRET, "value": held} if value.get("secret") else held
    return {key: without_output_values(item) for key, item in value.items()}


def output_dependencies(value: Any) -> set[str]:
    """URNs that the output values inside a JSON value depend on."""
    if isinstance(value, list):
        return set().union(*(output_dependencies(item) for item in value))
    if not isinstance(value, dict):
        return set()
    found = set(value.get("dependencies", [])) if value.get(SIGNATURE) == OUTPUT_VALUE else set()
    return found.union(*(output_dependencies(item) for key, item in value.items() if key != "dependencies"))
