"""The embedded monitor's report to a Stack."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from fleet.errors import DecodeError
from fleet.stack.model import UNKNOWN, Location, Operation, Resource, Stack, Unknown
from fleet.stack.plain import has_unknown
from fleet.stack.states import visible

__all__ = ["decode_monitor"]


def decode_monitor(report: Mapping[str, Any], *, project: str, name: str, config: Mapping[str, str]) -> Stack:
    """A Stack from what the monitor recorded; resources in the order in which the program registered them."""
    try:
        resources = _with_all_tags([_resource(record) for record in report["resources"]])
        exports = _mapping(report["exports"])
        not_answered = tuple((kind, str(token)) for kind, token in report["not_answered"])
    except (KeyError, TypeError, ValueError) as problem:
        raise DecodeError(f"the program's report is broken: {problem!r}") from problem
    return Stack(
        project=project,
        name=name,
        resources=resources,
        exports=exports,
        config=dict(config),
        not_answered=not_answered,
    )


def _resource(record: Mapping[str, Any]) -> Resource:
    inputs = _mapping(record["inputs"])
    outputs = _mapping(record.get("outputs", {}))
    place = record.get("location")
    operation = record.get("operation", "create")
    assert operation in get_args(Operation), operation
    return Resource(
        urn=record["urn"],
        type=record["type"],
        name=record["name"],
        custom=record["custom"],
        operation=operation,
        inputs=inputs,
        outputs={**dict.fromkeys(record.get("computed", ()), UNKNOWN), **outputs},
        id=record.get("id"),
        parent=record.get("parent"),
        provider=record.get("provider") or None,
        dependencies=tuple(record.get("dependencies", ())),
        property_dependencies={key: tuple(urns) for key, urns in record.get("property_dependencies", {}).items()},
        location=Location(file=place[0], line=place[1]) if place else None,
        protect=record.get("protect", False),
        options=record.get("options", {}),
    )


def _mapping(value: Any) -> dict[str, Any]:
    # Properties that are unknown as a whole have no keys to show.
    return visible(value, "the program's report") if isinstance(value, dict) else {}


def _with_all_tags(resources: list[Resource]) -> tuple[Resource, ...]:
    """AWS's `tagsAll` needs no cloud: it is the provider's default tags and the resource's own, when both are known."""
    defaults = {resource.urn: _default_tags(resource.inputs.get("defaultTags")) for resource in resources}
    return tuple(_tagged(resource, defaults.get(resource.provider or "", {})) for resource in resources)


def _tagged(resource: Resource, defaults: Mapping[str, Any] | None) -> Resource:
    if not resource.type.startswith("aws:") or not isinstance(resource.outputs.get("tagsAll"), Unknown):
        return resource
    own = resource.inputs.get("tags")
    own = {} if own is None else own
    if defaults is None or has_unknown(own) or not isinstance(own, Mapping):
        return resource
    return replace(resource, outputs={**resource.outputs, "tagsAll": {**defaults, **own}})


def _default_tags(given: Any) -> Mapping[str, Any] | None:
    """The default tags in a provider's input, which is JSON text; None when they are not known."""
    if given is None:
        return {}
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    tags = given.get("tags", {}) if isinstance(given, Mapping) else None
    return None if has_unknown(tags) or not isinstance(tags, Mapping) else tags
