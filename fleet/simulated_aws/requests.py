"""Pulumi's names and values to a boto3 request and back, by the service's own model."""

from collections.abc import Mapping
from typing import Any

__all__ = ["camel", "request", "tag_list", "tag_map", "to_properties"]


def request(client: Any, operation: str, properties: Mapping[str, Any], **renames: str) -> dict[str, Any]:
    """Arguments of a boto3 call from properties: `renames` maps Pulumi's name to AWS's where they differ.

    Values take the type that AWS's model gives them ("true" becomes True, 8.0 becomes 8, a mapping of tags a list);
    properties that the call does not have stay out.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    return _structure(shape, properties, {key.lower(): value for key, value in renames.items()})


def _structure(shape: Any, properties: Mapping[str, Any], renames: Mapping[str, str]) -> dict[str, Any]:
    members = {_folded(name): name for name in shape.members}
    # Pulumi's lists have plural names where AWS's API has singular ones.
    plurals = {f"{folded}s": name for folded, name in members.items() if shape.members[name].type_name == "list"}
    arguments: dict[str, Any] = {}
    for key, value in properties.items():
        renamed = renames.get(key.lower())
        name = renamed if renamed in shape.members else members.get(_folded(key)) or plurals.get(_folded(key))
        if name is not None and name in shape.members and value is not None:
            arguments[name] = _value(shape.members[name], value, renames)
    return arguments


def _value(shape: Any, value: Any, renames: Mapping[str, str]) -> Any:
    kind = shape.type_name
    if kind == "structure":
        # The same block is an object here and a list of one there.
        only = value[0] if isinstance(value, list) and value else value
        return _structure(shape, only if isinstance(only, Mapping) else {}, renames)
    if kind == "list":
        if isinstance(value, Mapping) and "Key" in getattr(shape.member, "members", {}):
            return tag_list(value)
        return [_value(shape.member, item, renames) for item in (value if isinstance(value, list) else [value])]
    if kind == "map":
        return {key: _value(shape.value, item, renames) for key, item in value.items()}
    return _scalar(kind, value)


def _scalar(kind: str, value: Any) -> Any:
    if kind == "boolean":
        return value == "true" if isinstance(value, str) else bool(value)
    if kind in {"integer", "long"}:
        return int(value)
    if kind in {"float", "double"}:
        return float(value)
    if kind == "string":
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def camel(name: str) -> str:
    """AWS's name as Pulumi writes it: `VpcId` is `vpcId`, `EBSOptimized` is `ebsOptimized`."""
    head = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return name[: max(1, head - 1)].lower() + name[max(1, head - 1) :] if head < len(name) else name.lower()


def to_properties(answer: Any) -> Any:
    """An answer of AWS under Pulumi's names; lists of tags become mappings."""
    if isinstance(answer, Mapping):
        return {camel(key): to_properties(value) for key, value in answer.items() if key != "ResponseMetadata"}
    if isinstance(answer, list):
        if answer and all(isinstance(item, Mapping) and set(item) == {"Key", "Value"} for item in answer):
            return tag_map(answer)
        return [to_properties(item) for item in answer]
    return answer


def tag_list(tags: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Tags as AWS's list, sorted."""
    return [{"Key": key, "Value": str(value)} for key, value in sorted((tags or {}).items())]


def tag_map(tags: list[Mapping[str, str]] | None) -> dict[str, str]:
    """AWS's list of tags as a mapping, without those that AWS sets itself."""
    return {tag["Key"]: tag["Value"] for tag in tags or [] if not tag["Key"].startswith("aws:")}
