"""State files: the output of `pulumi stack export`, and the checkpoints that file backends keep."""

import re
from collections.abc import Mapping
from typing import Any

from fleet.errors import DecodeError
from fleet.stack.model import Location, Operation, Resource, Stack
from fleet.stack.plain import from_wire

__all__ = ["decode_state", "resource_of_state", "visible"]

ROOT = "pulumi:pulumi:Stack"
_URN_PARTS = 4
_POSITION = re.compile(r"^project:///(?P<file>.+)#(?P<line>\d+)(?:,\d+)?$")


def decode_state(loaded: Mapping[str, Any]) -> Stack:
    """The stack of a state file, in the file's order; encrypted values become `Secret(None)`.

    Resources that wait for their deletion (left by an interrupted update) have the operation `delete`, resources that
    the program only reads have `read`, all others `same`.
    """
    deployment = loaded.get("deployment")
    if deployment is None and isinstance(loaded.get("checkpoint"), Mapping):
        deployment = loaded["checkpoint"].get("latest") or {}
    if deployment is None and "deployment" in loaded:
        deployment = {}
    if not isinstance(deployment, Mapping):
        raise DecodeError("this is no state file: it has no 'deployment'; write one with 'pulumi stack export'")
    listed = [] if deployment.get("resources") is None else deployment["resources"]
    if not isinstance(listed, list):
        raise DecodeError(f"'deployment.resources' is a {type(listed).__name__}; it must be a list")
    resources = tuple(resource_of_state(item, f"deployment.resources[{at}]") for at, item in enumerate(listed))
    project, name = stack_of(resources)
    return Stack(project=project, name=name, resources=resources, exports=exports_of(resources))


def resource_of_state(
    state: Any,
    where: str,
    *,
    operation: Operation | None = None,
    old: Mapping[str, Any] | None = None,
) -> Resource:
    """One resource from its state; `old` is the state before, where a preview tells it."""
    if not isinstance(state, Mapping):
        raise DecodeError(f"{where} is a {type(state).__name__}; it must be an object")
    urn = state.get("urn")
    if not isinstance(urn, str) or len(urn.split("::")) < _URN_PARTS:
        raise DecodeError(f"{where} has no usable 'urn'; found {urn!r}")
    if operation is None:
        operation = "delete" if state.get("delete") else "read" if state.get("external") else "same"
    return Resource(
        urn=urn,
        type=str(state.get("type") or urn.split("::", 3)[2].rsplit("$", 1)[-1]),
        name=urn.split("::", 3)[3],
        custom=bool(state.get("custom")),
        operation=operation,
        inputs=visible(state.get("inputs"), f"{where}.inputs"),
        outputs=visible(state.get("outputs"), f"{where}.outputs"),
        old_inputs=None if old is None else visible(old.get("inputs"), f"{where}.inputs"),
        old_outputs=None if old is None else visible(old.get("outputs"), f"{where}.outputs"),
        id=state.get("id") or None,
        parent=state.get("parent") or None,
        provider=str(state.get("provider") or "").rpartition("::")[0] or None,
        dependencies=tuple(state.get("dependencies") or ()),
        property_dependencies={
            key: tuple(urns) for key, urns in (state.get("propertyDependencies") or {}).items() if urns
        },
        location=_location(state),
        protect=bool(state.get("protect")),
        options=_options(state),
    )


def visible(values: Any, where: str) -> dict[str, Any]:
    """Properties as plain values, without the keys that the engine and providers keep for themselves (`__...`)."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise DecodeError(f"{where} is a {type(values).__name__}; it must be an object")
    return {key: from_wire(value) for key, value in values.items() if not key.startswith("__")}


def stack_of(resources: tuple[Resource, ...]) -> tuple[str, str]:
    """Project and name of the stack that resources belong to, from their URNs; empty when there is none."""
    for resource in resources:
        name, project = resource.urn.removeprefix("urn:pulumi:").split("::")[:2]
        return project, name
    return "", ""


def exports_of(resources: tuple[Resource, ...]) -> Mapping[str, Any]:
    """The outputs of the root stack."""
    return next((resource.outputs for resource in resources if resource.type == ROOT), {})


def _location(state: Mapping[str, Any]) -> Location | None:
    frames = [frame.get("sourcePosition") for frame in state.get("stackTrace") or () if isinstance(frame, Mapping)]
    for position in [state.get("sourcePosition"), *frames]:
        match = _POSITION.match(position) if isinstance(position, str) else None
        # The first frame inside the project: the SDK and the interpreter lie outside, or in a virtual environment.
        if match and not match["file"].startswith("../") and "/site-packages/" not in match["file"]:
            return Location(file=match["file"], line=int(match["line"]))
    return None


def _options(state: Mapping[str, Any]) -> dict[str, Any]:
    names = ("ignoreChanges", "aliases", "additionalSecretOutputs", "customTimeouts", "retainOnDelete", "deletedWith")
    return {name: state[name] for name in names if state.get(name)}
