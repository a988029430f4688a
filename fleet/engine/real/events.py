"""The CLI's streaming events as plain values: resources with old and new state, policy findings, what was logged."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fleet.stack.model import UNKNOWN, Operation, Resource, Secret

__all__ = ["Events", "Violation", "decode_property", "read_events"]

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A policy event as the engine reports it."""

    rule: str
    pack: str
    level: str
    severity: str | None
    urn: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What a whole stream says; `resources` in the order of their first step."""

    resources: tuple[Resource, ...] = ()
    violations: tuple[Violation, ...] = ()
    diagnostics: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    config: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, Any] = field(default_factory=dict)
    is_complete: bool = False


class _Reader:
    """Gathers events one by one."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, Any]] = {}
        self.violations: list[Violation] = []
        self.diagnostics: list[str] = []
        self.errors: list[str] = []
        self.config: dict[str, str] = {}
        self.is_complete = False

    def take(self, event: Mapping[str, Any]) -> None:
        """One event; kinds that carry nothing for us pass by."""
        for kind in ("resourcePreEvent", "resOutputsEvent"):
            if kind in event:
                self._step(event[kind]["metadata"])
        if "policyEvent" in event:
            self._violation(event["policyEvent"])
        if "diagnosticEvent" in event:
            self._diagnostic(event["diagnosticEvent"])
        if "preludeEvent" in event:
            self.config.update(event["preludeEvent"].get("config") or {})
        if "summaryEvent" in event:
            self.is_complete = True

    def _step(self, metadata: Mapping[str, Any]) -> None:
        urn = metadata["urn"]
        step = self.steps.setdefault(urn, {"op": metadata["op"], "old": None, "new": None, "type": metadata["type"]})
        if _OPERATIONS.get(metadata["op"]) == "replace":
            step["op"] = "replace"
        if metadata.get("old"):
            step["old"] = metadata["old"]
        if metadata.get("new"):
            step["new"] = metadata["new"]

    def _violation(self, event: Mapping[str, Any]) -> None:
        self.violations.append(
            Violation(
                rule=event["policyName"],
                pack=event["policyPackName"],
                level=event["enforcementLevel"],
                severity=event.get("severity") or None,
                urn=event.get("resourceUrn", ""),
                message=event["message"].rstrip("\n"),
            )
        )

    def _diagnostic(self, event: Mapping[str, Any]) -> None:
        text = event.get("message", "").strip("\n")
        severity = event.get("severity")
        if not text or severity == "debug" or event.get("ephemeral") or _is_own_shim(text):
            return
        if severity == "error":
            self.errors.append(_with_resource(text, event.get("urn", "")))
        self.diagnostics.append(event.get("prefix", "") + text)


def _with_resource(text: str, urn: str) -> str:
    """An error with the resource that it is about; the program's own errors stand as they are."""
    parts = urn.split("::", 3)
    if len(parts) < 4 or parts[2] == "pulumi:pulumi:Stack":  # noqa: PLR2004  (stack, project, type, name)
        return text
    return f"{parts[3]} ({parts[2].rsplit('$', 1)[-1]}): {text}"


def _is_own_shim(text: str) -> bool:
    """The CLI warns of parts that it takes from PATH, also of the stand-ins that we put there and announce."""
    return text.startswith(("using pulumi-language-python from $PATH", "using pulumi-resource-aws from $PATH"))


def read_events(lines: Iterable[str]) -> Events:
    """Decode a stream; lines that are no events (a program's own output, say) pass by."""
    reader = _Reader()
    for line in lines:
        if not line.startswith("{"):
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        reader.take(event)
    resources = tuple(_resource(urn, step) for urn, step in reader.steps.items())
    root = next((one for one in resources if one.type == "pulumi:pulumi:Stack"), None)
    return Events(
        resources=resources,
        violations=tuple(reader.violations),
        diagnostics=tuple(reader.diagnostics),
        errors=tuple(reader.errors),
        config=reader.config,
        exports=root.outputs if root else {},
        is_complete=reader.is_complete,
    )


def _resource(urn: str, step: Mapping[str, Any]) -> Resource:
    old, new = step["old"], step["new"]
    state = new or old or {}
    return Resource(
        urn=urn,
        type=step["type"],
        name=urn.split("::", 3)[-1],
        custom=bool(state.get("custom")),
        operation=_OPERATIONS.get(step["op"], "same"),
        inputs=_properties(state.get("inputs")),
        outputs=_properties(state.get("outputs")),
        old_inputs=_properties(old.get("inputs")) if old else None,
        old_outputs=_properties(old.get("outputs")) if old else None,
        id=state.get("id") or None,
        parent=state.get("parent") or None,
        provider=(state.get("provider") or "").rpartition("::")[0] or None,
        protect=bool(state.get("protect")),
    )


def _properties(value: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: decode_property(item) for key, item in (value or {}).items() if not key.startswith("__")}


def decode_property(value: Any) -> Any:
    """A property of the engine's JSON: marks become `UNKNOWN` and `Secret` (whose value the CLI has left out)."""
    if isinstance(value, dict):
        if _SIGNATURE in value:
            return Secret(decode_property(value.get("value")))
        return {key: decode_property(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode_property(item) for item in value]
    if isinstance(value, str) and value in _UNKNOWNS:
        return UNKNOWN
    return value
