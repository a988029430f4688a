"""A result from its parts: a stack, its estimate, and the findings of every pack."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

from fleet.cost.model import Estimate
from fleet.result.model import CatalogStamp, Counts, Finding, NotAnswered, Result
from fleet.stack.model import Location, Secret, Stack, Unknown

_ROOT = "pulumi:pulumi:Stack"
_LEVELS = {"mandatory": 0, "remediate": 1, "advisory": 2, "disabled": 3}


def assemble(
    stack: Stack,
    estimate: Estimate,
    findings: Iterable[Finding],
    *,
    engine: Literal["embedded", "pulumi", "file"],
    catalog: CatalogStamp,
    tool_version: str,
    undecided: int = 0,
) -> Result:
    """Everything that one preview or check found; findings sorted by level, rule and resource."""
    # The stack itself is declared by whoever runs the program, not by a line of it.
    locations = {resource.urn: resource.location for resource in stack.resources if resource.type != _ROOT}
    placed = sorted(
        (_placed(finding, locations.get(finding.urn)) for finding in findings),
        key=lambda finding: (_LEVELS[finding.level], finding.id or finding.rule, finding.urn, finding.message),
    )
    counts = _counts(placed, estimate, undecided)
    return Result(
        tool_version=tool_version,
        engine=engine,
        stack=stack.name,
        project=stack.project,
        catalog=catalog,
        cost=estimate.cost,
        kg_co2e_per_month=estimate.kg_co2e_per_month,
        resources=list(estimate.resources),
        by_use=list(estimate.by_use),
        unpriced=list(estimate.unpriced),
        not_answered=[NotAnswered(kind=kind, token=token) for kind, token in sorted(set(stack.not_answered))],
        findings=placed,
        counts=counts,
        outputs={name: _shown(value) for name, value in sorted(stack.exports.items())},
        reason="violation" if counts.mandatory else None,
        passed=counts.mandatory == 0,
    )


def _placed(finding: Finding, location: Location | None) -> Finding:
    if finding.location is not None or location is None:
        return finding
    return replace(finding, location=location)


def _counts(findings: Sequence[Finding], estimate: Estimate, undecided: int) -> Counts:
    return Counts(
        mandatory=sum(finding.level == "mandatory" for finding in findings),
        advisory=sum(finding.level in {"advisory", "remediate"} and finding.exemption is None for finding in findings),
        exempted=sum(finding.exemption is not None for finding in findings),
        undecided=undecided,
        resources=len(estimate.resources),
        unpriced=sum(item.count for item in estimate.unpriced),
    )


def _shown(value: Any) -> Any:
    """A stack export as JSON; secrets and unknown values are named, never printed."""
    if isinstance(value, Unknown):
        return "[unknown]"
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return value
