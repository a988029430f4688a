"""A stack with prices and findings: what a preview or check gives, what reports and diffs read."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from fleet.cost.model import Cost, PricedResource, Unpriced
from fleet.interval import Interval
from fleet.money import Usd
from fleet.stack.model import Location

Level = Literal["mandatory", "advisory", "remediate", "disabled"]
Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogStamp:
    """Which snapshot the prices came from."""

    as_of: date
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Who waived a finding, why, until when."""

    owner: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation of one rule by one resource (or the stack)."""

    rule: str
    id: str | None
    pack: str
    level: Level
    severity: Severity | None
    urn: str
    message: str
    remediation: str | None = None
    documentation: str | None = None
    location: Location | None = None
    monthly_saving_usd: Usd | None = None
    new: bool | None = None
    exemption: Exemption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered:
    """A provider call or stack reference whose answer stayed unknown."""

    kind: Literal["invoke", "stack_reference", "remote_component"]
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many findings of each level, and resources."""

    mandatory: int
    advisory: int
    exempted: int
    undecided: int
    resources: int
    unpriced: int
    new: int | None = None
    """Findings that the baseline does not have; None without a baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that one preview or check found."""

    schema: Literal[1] = 1
    tool_version: str
    engine: Literal["embedded", "pulumi", "file"]
    stack: str
    project: str
    catalog: CatalogStamp
    cost: Cost
    kg_co2e_per_month: Interval | None
    resources: list[PricedResource]
    by_use: list[str]
    unpriced: list[Unpriced]
    not_answered: list[NotAnswered]
    findings: list[Finding]
    counts: Counts
    reason: Literal["violation"] | None
    passed: bool
    fail_on: Literal["any", "new"] = "any"
    """Which mandatory findings fail: all, or those that the baseline does not have."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """Exports of the stack; secret and unknown ones are named as such."""
