"""Findings that say the same of many resources, as one: a reader's time goes to what differs."""

from collections import defaultdict
from collections.abc import Sequence

from fleet.result.against import fails
from fleet.result.model import Finding, Result

__all__ = ["Folded", "folded"]

_MOST_ALONE = 3

Folded = tuple[Finding, tuple[Finding, ...]]
"""A finding and those like it, of other resources."""


def folded(findings: Sequence[Finding], result: Result) -> list[Folded]:
    """The findings in their order; where a rule speaks of more than three resources, its first one with the others.

    What fails the result is never folded, nor is what is new with what is not.
    """
    groups: dict[object, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[_group(finding)].append(finding)
    shown: list[Folded] = []
    for finding in findings:
        alike = groups[_group(finding)]
        if fails(result, finding) or len(alike) <= _MOST_ALONE:
            shown.append((finding, ()))
        elif finding is alike[0]:
            shown.append((finding, tuple(alike[1:])))
    return shown


def _group(finding: Finding) -> object:
    return finding.pack, finding.rule, finding.level, finding.new, finding.exemption
