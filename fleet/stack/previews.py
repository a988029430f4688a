"""Previews of the command line: `pulumi preview --json`, and its streaming form, one event a line."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fleet.errors import DecodeError
from fleet.stack.model import Operation, Resource, Stack
from fleet.stack.states import exports_of, resource_of_state, stack_of, visible

__all__ = ["decode_preview_json", "decode_stream"]

_OPERATIONS: Mapping[str, Operation] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "same": "same",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "read": "read",
    "read-replacement": "read",
    "refresh": "refresh",
    "import": "import",
    "import-replacement": "import",
    "discard": "delete",
    "discard-replaced": "delete",
    "remove-pending-replace": "delete",
}

_EVENTS = frozenset(
    {
        "cancelEvent",
        "diagnosticEvent",
        "policyAnalyzeStackSummaryEvent",
        "policyAnalyzeSummaryEvent",
        "policyEvent",
        "policyLoadEvent",
        "policyRemediateSummaryEvent",
        "policyRemediationEvent",
        "preludeEvent",
        "progressEvent",
        "resOpFailedEvent",
        "resOutputsEvent",
        "resourcePreEvent",
        "startDebuggingEvent",
        "stdoutEvent",
        "summaryEvent",
        "errorEvent",
    }
)


class _Step:
    """What a preview says about one resource, gathered from all that it says."""

    def __init__(self) -> None:
        self.operation: Operation = "same"
        self.old: Mapping[str, Any] | None = None
        self.new: Mapping[str, Any] | None = None

    def add(self, operation: str, old: Any, new: Any, where: str) -> None:
        """One step or event. A replacement comes in parts; what the later ones know of the state wins."""
        if operation not in _OPERATIONS:
            raise DecodeError(f"{where} has an unknown operation {operation!r}; this fleet reads Pulumi 3")
        if (self.new is None and self.old is None) or _OPERATIONS[operation] == "replace":
            self.operation = _OPERATIONS[operation]
        self.old = old or self.old
        self.new = new or self.new


def decode_preview_json(loaded: Mapping[str, Any]) -> Stack:
    """The stack that a preview would give, from `pulumi preview --json`; secrets are redacted there: `Secret(None)`."""
    steps = loaded.get("steps", [])
    if not isinstance(steps, list):
        raise DecodeError("this is no preview: it has no list of 'steps'; write one with 'pulumi preview --json'")
    gathered: dict[str, _Step] = {}
    for at, step in enumerate(steps):
        where = f"steps[{at}]"
        if not isinstance(step, Mapping) or not isinstance(step.get("urn"), str):
            raise DecodeError(f"{where} has no 'urn'")
        gathered.setdefault(step["urn"], _Step()).add(
            str(step.get("op")), step.get("oldState"), step.get("newState"), where
        )
    return _stack(gathered, loaded.get("config") or {})


def decode_stream(lines: Iterable[str], *, partial: bool = False) -> Stack:
    """The stack that a streaming preview shows; a stream that ends before its summary is refused unless `partial`.

    Lines that are no events (what a program or the shell printed between them) pass by.
    """
    gathered: dict[str, _Step] = {}
    config: dict[str, str] = {}
    is_complete = False
    events = 0
    last = ""
    for number, line in enumerate(lines, 1):
        last = line.strip() or last
        event = _event(line)
        if event is None:
            continue
        events += 1
        is_complete = is_complete or "summaryEvent" in event
        config.update((event.get("preludeEvent") or {}).get("config") or {})
        for kind in ("resourcePreEvent", "resOutputsEvent"):
            if kind in event:
                _gather(gathered, event[kind], f"line {number}")
    if not events:
        raise DecodeError("this is no streaming preview: no line of it is an event of Pulumi")
    if not is_complete and not partial:
        raise DecodeError(f"the streaming preview ends before its summary; the file is cut short at {last[-60:]!r}")
    return _stack(gathered, config)


def _event(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "sequence" in event and event.keys() & _EVENTS else None


def _gather(gathered: dict[str, _Step], event: Any, where: str) -> None:
    metadata = event.get("metadata") if isinstance(event, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("urn"), str):
        raise DecodeError(f"{where} is a resource event without 'metadata.urn'")
    gathered.setdefault(metadata["urn"], _Step()).add(
        str(metadata.get("op")), metadata.get("old"), metadata.get("new"), where
    )


def _stack(gathered: Mapping[str, _Step], config: Mapping[str, Any]) -> Stack:
    resources = tuple(_resource(urn, step) for urn, step in gathered.items())
    project, name = stack_of(resources)
    plain = {str(key): str(_shown(value)) for key, value in config.items() if _shown(value) != "[secret]"}
    return Stack(project=project, name=name, resources=resources, exports=exports_of(resources), config=plain)


def _shown(value: Any) -> Any:
    return value.get("value", value) if isinstance(value, Mapping) else value


def _resource(urn: str, step: _Step) -> Resource:
    state = step.new or step.old or {}
    old = step.old if step.operation != "create" else None
    if old is not None:
        visible(old.get("inputs"), f"{urn}.inputs")
    return resource_of_state({**state, "urn": urn}, urn, operation=step.operation, old=old)
