"""Running the rules over a scene: levels, exemptions, what could not be decided, and rules that crash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fleet.result.exemptions import first_waiver
from fleet.result.grammar import format_message, format_undecided, format_waived
from fleet.result.model import Exemption, Level, Severity
from fleet_policies.rule import NotApplicable, Rule, Undecided, Violation
from fleet_policies.scene import Raised, Scene
from fleet_policies.settings import Settings

__all__ = ["Analysis", "Diagnosis", "analyze"]

_EXEMPTED = "exempted-finding"
_EXPIRED = "exemption-expired"
_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One finding as it leaves the pack."""

    rule: str
    urn: str
    level: Level
    severity: Severity
    message: str
    exemption: Exemption | None = None
    waiver: int | None = None
    """Number of the exemption in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All findings, by URN and message; and (rule, reason) for rules that had nothing to say or could not decide."""

    findings: tuple[Diagnosis, ...]
    notes: tuple[tuple[str, str], ...]


def analyze(scene: Scene, rules: Mapping[str, Rule], settings: Settings) -> Analysis:
    """What all rules find. A rule that raises anything is a finding of that rule at its level; the others go on."""
    findings: list[Diagnosis] = []
    notes: list[tuple[str, str]] = []
    # The rule on exemptions looks at what the others found.
    for rule in sorted(rules.values(), key=lambda rule: (rule.name == _EXPIRED, rule.id)):
        setting = settings[rule.name]
        if setting.level == "disabled" or rule.name == _EXEMPTED:
            continue
        found, said = _run(rule, setting.level, setting.options, scene)
        findings += found
        notes += said
        scene.raised.extend(_raised(rule, finding.urn, setting.options) for finding in found)
    waived = [_waived(finding, rules, settings, scene) for finding in findings]
    kept = sorted((f for f in waived if f is not None), key=lambda f: (f.urn, f.message, f.rule))
    return Analysis(findings=tuple(kept), notes=tuple(notes))


def _raised(rule: Rule, urn: str, options: Mapping[str, Any]) -> Raised:
    waivable = rule.exemptable and options.get("exemptable") is not False
    return Raised(rule_id=rule.id, rule=rule.name, urn=urn, waivable=waivable)


def _run(
    rule: Rule, level: Level, options: Mapping[str, Any], scene: Scene
) -> tuple[list[Diagnosis], list[tuple[str, str]]]:
    level = "mandatory" if level == "remediate" else level
    findings: list[Diagnosis] = []
    undecided: dict[str, str] = {}
    notes: list[tuple[str, str]] = []
    try:
        for found in rule.check(scene, options):
            match found:
                case Violation():
                    findings.append(_diagnosis(rule, found, level, scene))
                case Undecided():
                    undecided.setdefault(found.urn, found.why)
                case NotApplicable():
                    notes.append((rule.name, found.why))
    except BaseException as problem:  # noqa: BLE001  (whatever a rule does, the others go on and its gate stays shut)
        findings.append(_crash(rule, problem, level, scene))
    if undecided and options.get("on_unknown") == "fail":
        findings += [
            _diagnosis(rule, Violation(urn=urn, text=f"cannot be decided: {why}; 'on_unknown' is 'fail'"), level, scene)
            for urn, why in undecided.items()
        ]
    elif undecided:
        notes.append((rule.name, format_undecided(undecided)))
    return findings, notes


def _diagnosis(rule: Rule, violation: Violation, level: Level, scene: Scene) -> Diagnosis:
    return Diagnosis(
        rule=rule.name,
        urn=violation.urn or scene.stack_urn,
        level=violation.level or level,
        severity=rule.severity,
        message=format_message(rule.id, _shortened(violation.text), violation.saving),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _crash(rule: Rule, problem: BaseException, level: Level, scene: Scene) -> Diagnosis:
    """A finding about the rule itself; an exception's text may hold values of the program, so only its type is told."""
    text = (
        f"rule {rule.name} failed with {type(problem).__name__}, so nothing is proved; report it, or disable the rule"
    )
    return _diagnosis(rule, Violation(urn="", text=text), level, scene)


def _waived(finding: Diagnosis, rules: Mapping[str, Rule], settings: Settings, scene: Scene) -> Diagnosis | None:
    """The finding as an exemption leaves it: as it was, as an exempted one, or nothing when those are disabled."""
    rule = rules[finding.rule]
    if not scene.given.waivers or not rule.exemptable or settings[rule.name].options.get("exemptable") is False:
        return finding
    waiver = first_waiver(
        scene.given.waivers,
        rule_id=rule.id,
        rule=rule.name,
        urn=finding.urn,
        name=scene.name(finding.urn),
        monthly=scene.monthly(finding.urn),
        today=scene.today,
    )
    if waiver is None or _EXEMPTED not in rules:
        return finding
    level = settings[_EXEMPTED].level
    if level == "disabled":
        return None
    return Diagnosis(
        rule=_EXEMPTED,
        urn=finding.urn,
        level=level,
        severity=rules[_EXEMPTED].severity,
        message=format_waived(finding.message, rule.name, waiver.exemption()),
        exemption=waiver.exemption(),
        waiver=waiver.index,
    )
