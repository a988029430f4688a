"""Resources of a type have no price, so that no budget counts them.

## What it does
Names each type of which some resource has no known price, with the number of resources and the reason; where there are
several reasons, each with a resource that it holds for. One finding a type. Resources that are known to be free, and
those charged by use only, are not meant.

## Why is this bad
Other tools count what they cannot price as zero, and the budget passes. Here it is said.

## Example
```yaml
resources:
  - type: aws:rds/instance:Instance
    name: orders
    properties: {instanceClass: db.m7g.large, engine: postgres, allocatedStorage: 100}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
"""

from collections.abc import Iterator, Mapping

from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_MOST_REASONS = 3
_LONGEST_NAME = 60


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Unpriced resources by type."""
    groups: dict[str, dict[str, list[str]]] = {}
    for urn, resource in sorted(scene.priced.items()):
        if resource.unpriced_reason is not None:
            groups.setdefault(resource.type, {}).setdefault(resource.unpriced_reason, []).append(urn)
    for kind, reasons in sorted(groups.items()):
        urns = sorted(urn for found in reasons.values() for urn in found)
        text = f"{len(urns)} of {kind} not (fully) priced: {_told(scene, reasons)}"
        yield Violation(urn=urns[0], text=text)
    for urn, resource in sorted(scene.priced.items()):
        if resource.unpriced_reason is None and resource.monthly_usd is not None and resource.monthly_usd.max is None:
            yield Undecided(urn=urn, why="its amount has no upper end, so that part of it may have no price")


def _told(scene: Scene, reasons: Mapping[str, list[str]]) -> str:
    """Each reason with the resource that it holds for, where there are several."""
    if len(reasons) == 1:
        return next(iter(reasons))
    said = []
    for reason, urns in sorted(reasons.items(), key=lambda item: item[1])[:_MOST_REASONS]:
        more = f" and {len(urns) - 1} more" if len(urns) > 1 else ""
        said.append(f"{scene.name(urns[0])[:_LONGEST_NAME]}{more}: {reason}")
    others = len(reasons) - _MOST_REASONS
    return "; ".join(said) + (f"; and {others} more reasons" if others > 0 else "")


RULE = Rule(
    id="FC104",
    name="unpriced-resource",
    level="advisory",
    severity="low",
    summary="Resources of a type have no price, so that no budget counts them.",
    fix="Look their price up, and leave room for it in the budget.",
    check=check,
)
