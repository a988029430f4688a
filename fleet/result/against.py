"""A result held against an earlier one: which findings are new, what each resource cost before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from fleet.result.model import Finding, Result
from fleet.result.same import key_of, known, pairs

__all__ = ["against", "failing", "fails"]


def against(result: Result, baseline: Result, *, fail_on: Literal["any", "new"] = "any") -> Result:
    """The result with `new` and `previous_monthly_usd` filled in from a baseline.

    With `fail_on` "new" mandatory findings that the baseline has do not fail.
    """
    is_known = known(result.findings, key_of(result), baseline)
    before = {new.urn: old.monthly_usd for old, new in pairs(baseline, result) if old is not None and new is not None}
    held = replace(
        result,
        findings=[replace(finding, new=not was) for finding, was in zip(result.findings, is_known, strict=True)],
        resources=[
            replace(
                resource,
                previous_monthly_usd=before.get(resource.urn)
                if resource.previous_monthly_usd is None
                else resource.previous_monthly_usd,
            )
            for resource in result.resources
        ],
        counts=replace(result.counts, new=is_known.count(False)),
        fail_on=fail_on,
    )
    failed = bool(failing(held))
    return replace(held, reason="violation" if failed else None, passed=not failed)


def fails(result: Result, finding: Finding) -> bool:
    """Whether a finding of the result fails it: mandatory, and new where only new ones count."""
    return finding.level == "mandatory" and (result.fail_on == "any" or bool(finding.new))


def failing(result: Result) -> Sequence[Finding]:
    """The findings that fail the result."""
    return [finding for finding in result.findings if fails(result, finding)]
