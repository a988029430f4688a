"""The resources of a result as a tree: components with what they hold, prices summed, free resources counted."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fleet.cost.model import PricedResource
from fleet.interval import ZERO, Interval
from fleet.result.model import Finding, Result

OF_A_TYPE = frozenset({"FC104"})
"""Rules with one finding for all resources of a type, at the first of them."""
_COUNTER = re.compile(r"(?:^|[-_.]?)(?:[0-9]+[a-z]?|(?<![A-Za-z0-9])[a-z])$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One resource and what is below it.

    `monthly_usd` and `at_maximum` add up the whole branch's priced resources; `free` counts the resources without a
    charge and without findings that are left out below this one.
    """

    resource: PricedResource
    monthly_usd: Interval
    at_maximum: Interval
    children: tuple["Branch", ...]
    findings: tuple[Finding, ...]
    free: int
    unpriced: int = 0
    """Resources of the branch that have no price: the amounts leave them out."""
    alike: int = 1
    """Resources that this line stands for: siblings that differ only by name; amounts are their sum."""


def tree(result: Result, *, everything: bool = False) -> tuple[Branch, ...]:
    """Top branches in the order of registration; `everything` keeps the free resources too."""
    known = {resource.urn for resource in result.resources}
    children: dict[str | None, list[PricedResource]] = defaultdict(list)
    for resource in result.resources:
        children[resource.parent if resource.parent in known else None].append(resource)
    findings: dict[str, list[Finding]] = defaultdict(list)
    for finding in result.findings:
        findings[finding.urn].append(finding)

    def branch(resource: PricedResource) -> Branch:
        below = tuple(branch(child) for child in children[resource.urn])
        shown = below if everything else tuple(child for child in below if _is_worth_a_line(child))
        hidden = () if everything else tuple(child for child in below if not _is_worth_a_line(child))
        return Branch(
            resource=resource,
            monthly_usd=_sum([resource.monthly_usd, *(child.monthly_usd for child in below)]),
            at_maximum=_sum([_at_maximum(resource), *(child.at_maximum for child in below)]),
            unpriced=_has_no_price(resource) + sum(child.unpriced for child in below),
            children=shown if everything else _joined(shown),
            findings=tuple(findings[resource.urn]),
            free=len(hidden) + sum(child.free for child in hidden),
        )

    top = tuple(branch(resource) for resource in children[None])
    return top if everything else tuple(item for item in top if _is_worth_a_line(item))


def _joined(branches: Sequence[Branch]) -> tuple[Branch, ...]:
    """Siblings that differ only by the number or letter that ends their names as one branch, where the first stands."""
    alike: dict[object, list[Branch]] = defaultdict(list)
    for number, branch in enumerate(branches):
        item = branch.resource
        is_plain = not (branch.children or any(finding.id not in OF_A_TYPE for finding in branch.findings))
        runs = (tuple(item.instance_types), item.architecture, item.purchase, str(item.count))
        same = (_stem(item.name), item.type, *runs, str(item.monthly_usd), str(branch.at_maximum), item.unpriced_reason)
        alike[same if is_plain else number].append(branch)
    return tuple(_as_one(found) if len(found) > 1 else found[0] for found in alike.values())


def _stem(name: str) -> str:
    """What names of one making share: `web-1` and `web-2`, `public-us-east-1a` and `public-us-east-1b`."""
    return _COUNTER.sub("", name)


def _as_one(branches: Sequence[Branch]) -> Branch:
    return replace(
        branches[0],
        findings=tuple(finding for branch in branches for finding in branch.findings),
        monthly_usd=_sum([branch.monthly_usd for branch in branches]),
        at_maximum=_sum([branch.at_maximum for branch in branches]),
        unpriced=sum(branch.unpriced for branch in branches),
        alike=len(branches),
    )


def stray_findings(result: Result) -> tuple[Finding, ...]:
    """Findings of the stack itself, or of resources that the result does not list."""
    known = {resource.urn for resource in result.resources}
    return tuple(finding for finding in result.findings if finding.urn not in known)


def _at_maximum(resource: PricedResource) -> Interval | None:
    return resource.monthly_usd_at_max_scale if resource.monthly_usd_at_max_scale is not None else resource.monthly_usd


def _has_no_price(resource: PricedResource) -> bool:
    """Costs something that is not known; components, providers and references cost nothing of their own."""
    return resource.monthly_usd is None and resource.unpriced_reason is not None


def _is_worth_a_line(branch: Branch) -> bool:
    resource = branch.resource
    if branch.children or branch.findings:
        return True
    if resource.monthly_usd is None:
        return _has_no_price(resource)
    return resource.monthly_usd != ZERO or bool(resource.lines or resource.instance_types)


def _sum(values: Sequence[Interval | None]) -> Interval:
    total = ZERO
    for value in values:
        total += value if value is not None else ZERO
    return total
