"""The CLI's streaming events beyond the stack itself: policy findings, what was logged, whether it came to an end."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fleet.stack import Stack, decode_stream

__all__ = ["Events", "Violation", "read_events", "without_notices"]

_OWN_SHIMS = ("pulumi-language-python", "pulumi-resource-aws", "pulumi-resource-pulumi-python")
_SUMMARIES = frozenset({"preview failed", "update failed", "destroy failed"})
"""Errors that only say that there was one; after a violation they stand alone."""


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
    """What a whole stream says; `stack` is None when it broke off before the first resource."""

    stack: Stack | None = None
    violations: tuple[Violation, ...] = ()
    diagnostics: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    is_complete: bool = False


class _Reader:
    """Gathers events one by one."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.diagnostics: list[str] = []
        self.errors: list[str] = []
        self.is_complete = False
        self.has_resources = False

    def take(self, event: Mapping[str, Any]) -> None:
        """One event; kinds that carry nothing for us pass by."""
        self.has_resources = self.has_resources or "resourcePreEvent" in event
        if "policyEvent" in event:
            self._violation(event["policyEvent"])
        if "diagnosticEvent" in event:
            self._diagnostic(event["diagnosticEvent"])
        if "summaryEvent" in event:
            self.is_complete = True

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
        if not text or severity == "debug" or event.get("ephemeral") or _is_own_shim(text) or text in _SUMMARIES:
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
    return text.startswith(tuple(f"using {part} from $PATH" for part in _OWN_SHIMS))


def without_notices(text: str) -> str:
    """What the CLI wrote on stderr, without its warnings about parts on PATH."""
    lines = (line for line in text.splitlines() if not _is_own_shim(line.removeprefix("warning: ")))
    return "\n".join(lines).strip()


def read_events(lines: Sequence[str]) -> Events:
    """Decode a stream; lines that are no events (a program's own output, say) pass by."""
    reader = _Reader()
    for line in lines:
        if not line.startswith("{"):
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "sequence" in event:
            reader.take(event)
    return Events(
        stack=decode_stream(lines, partial=True) if reader.has_resources else None,
        violations=tuple(reader.violations),
        diagnostics=tuple(reader.diagnostics),
        errors=tuple(reader.errors),
        is_complete=reader.is_complete,
    )
