"""A result held against an earlier one: which findings are new, what each resource cost before."""

from dataclasses import replace

from fleet.result.model import Counts, Finding, Result


def against(result: Result, baseline: Result, *, only_new: bool = False) -> Result:
    """The result with `new` and `previous_monthly_usd` filled in from a baseline.

    A finding is known when the baseline has one of the same rule of the same pack for the same resource. With
    `only_new` known mandatory findings do not fail: the result passes when none of the mandatory findings is new.
    """
    known = {_key(finding) for finding in baseline.findings}
    before = {resource.urn: resource.monthly_usd for resource in baseline.resources}
    findings = [replace(finding, new=_key(finding) not in known) for finding in result.findings]
    resources = [
        replace(resource, previous_monthly_usd=resource.previous_monthly_usd or before.get(resource.urn))
        for resource in result.resources
    ]
    failing = [finding for finding in findings if finding.level == "mandatory" and (finding.new or not only_new)]
    return replace(
        result,
        findings=findings,
        resources=resources,
        counts=_counts(result.counts, findings),
        reason="violation" if failing else None,
        passed=not failing,
    )


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.pack, finding.rule, finding.urn


def _counts(counts: Counts, findings: list[Finding]) -> Counts:
    return replace(counts, new=sum(finding.new is True for finding in findings))
