"""What a rule is: its name and page, its options, and a pure function from the scene to what it found."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from fleet.result.model import Level, Severity

if TYPE_CHECKING:
    from fleet_policies.scene import Scene

__all__ = ["Check", "Found", "NotApplicable", "Options", "Remedy", "Rule", "Undecided", "Violation"]

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A resource breaks the rule. `urn` '' is the stack. `level` only where it differs from the rule's own."""

    urn: str
    text: str
    """What is wrong, with the value; and what to do."""
    saving: Decimal | None = None
    """USD a month that doing it saves."""
    level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Whether a resource breaks the rule cannot be told, because a value is not known yet."""

    urn: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """The rule has nothing to say, because an option that it needs is not set."""

    why: str


Found = Violation | Undecided | NotApplicable
Check = Callable[["Scene", Options], Iterator[Found]]
Remedy = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the pack. Its page is the docstring of the module that holds it."""

    id: str
    name: str
    level: Level
    severity: Severity
    summary: str
    """What is wrong, in one sentence."""
    fix: str
    """What to do about it, in one sentence."""
    check: Check
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """JSON schema of each option, with its description and, where it has one, its default."""
    gate: bool = False
    """Fails on what could be, not only on proof, and so takes no `on_unknown`."""
    exemptable: bool = True
    """May be waived at all; exemptable rules take the option `exemptable: false`."""
    types: frozenset[str] = frozenset()
    """Resource types that it looks at; empty for the whole stack."""
    remedy: Remedy | None = None
    """At level `remediate`: the changed inputs, or None when there is nothing to change."""
    remedy_types: frozenset[str] = frozenset()
    status: Literal["preview", "stable", "deprecated"] = "preview"
    since: str = "0.1.0"
    page: str = ""
    area: str = ""

    @property
    def schema(self) -> dict[str, Mapping[str, Any]]:
        """JSON schema of all options, those that every rule has included."""
        shared: dict[str, Mapping[str, Any]] = {}
        if not self.gate:
            shared["on_unknown"] = _ON_UNKNOWN
        if self.exemptable:
            shared["exemptable"] = _EXEMPTABLE
        return {**self.options, **shared}

    @property
    def defaults(self) -> dict[str, Any]:
        """Values of the options that have a default."""
        return {name: schema["default"] for name, schema in self.schema.items() if "default" in schema}


_ON_UNKNOWN: Mapping[str, Any] = {
    "type": "string",
    "enum": ["note", "fail"],
    "default": "note",
    "description": "what cannot be decided, because a value is not known yet: counted (note) or a finding (fail)",
}
_EXEMPTABLE: Mapping[str, Any] = {
    "type": "boolean",
    "default": True,
    "description": "whether exemptions.yaml may waive this rule",
}
