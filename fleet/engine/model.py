"""What an engine hands over: the stack it saw, what the packs found, what the program said. Plain values, no pulumi.

Both engines, the embedded one and the real command line, give these values, so that nothing to the right of them needs
to know which one ran.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fleet.result.model import Level, Severity
from fleet.stack.model import Stack

__all__ = ["EngineRun", "PackFinding", "PackInfo", "PackRun", "PolicyPack", "Remediation", "RuleInfo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFinding:
    """One violation as the engine reports it: `message` is the pack's description, a newline and its text.

    `level` is the effective one. `remediation` and `documentation` are the rule's static texts, None where it has none.
    """

    rule: str
    pack: str
    level: Level
    severity: Severity | None
    urn: str
    message: str
    remediation: str | None = None
    documentation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInfo:
    """What a pack says about one of its rules; `level` is the one in force after configuration."""

    name: str
    kind: Literal["resource", "stack", "unknown"]
    level: Level
    description: str = ""
    display_name: str = ""
    severity: Severity | None = None
    remediation: str | None = None
    documentation: str | None = None
    tags: tuple[str, ...] = ()
    config_schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInfo:
    """A policy pack and its rules, by name. The version of PulumiPolicy.yaml wins over the pack's own."""

    name: str
    version: str
    rules: Mapping[str, RuleInfo]
    display_name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remediation:
    """A change that a rule made to a resource's inputs before they were analyzed."""

    rule: str
    pack: str
    urn: str
    description: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPack:
    """A pack to run: its folder, and its configuration by rule name as in a `--policy-pack-config` file.

    `config_file` is where the configuration was read from, for what is wrong in it.
    """

    folder: Path
    config: Mapping[str, Any] = field(default_factory=dict)
    config_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRun:
    """What one pack made of a stack.

    `stack` is the stack with the remediated inputs. `not_applicable` holds (rule, reason) once per rule and reason.
    `notes` are what a user should know about the run: a pack without a virtual environment, lines the pack printed.
    """

    info: PackInfo
    stack: Stack
    findings: tuple[PackFinding, ...]
    remediations: tuple[Remediation, ...] = ()
    not_applicable: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRun:
    """What one run of a program gave: its stack, findings (none without a pack), and what the program logged.

    `not_applicable` holds (rule, reason) of rules that did not apply or could not decide.
    """

    stack: Stack
    findings: tuple[PackFinding, ...] = ()
    diagnostics: tuple[str, ...] = ()
    packs: tuple[PackInfo, ...] = ()
    not_applicable: tuple[tuple[str, str], ...] = ()
