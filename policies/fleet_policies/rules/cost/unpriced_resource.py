"""Resources of a type have no price, so that no budget counts them.

## What it does
Names each type of which some resource has no known price, with the number of resources and the reason. One finding a
type. Resources that are known to be free, and those charged by use only, are not meant.

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

from collections.abc import Iterator

from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_SHOWN = 2


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Unpriced resources by type."""
    unpriced = [r for _, r in sorted(scene.priced.items()) if r.unpriced_reason is not None]
    for kind in sorted({r.type for r in unpriced}):
        resources = [r for r in unpriced if r.type == kind]
        reasons = sorted({r.unpriced_reason for r in resources if r.unpriced_reason is not None})
        more = f"; and {len(reasons) - _SHOWN} more reasons" if len(reasons) > _SHOWN else ""
        text = f"{len(resources)} of {kind} not (fully) priced: {'; '.join(reasons[:_SHOWN])}{more}"
        yield Violation(urn=resources[0].urn, text=text)
    for urn, resource in sorted(scene.priced.items()):
        if resource.unpriced_reason is None and resource.monthly_usd is not None and resource.monthly_usd.max is None:
            yield Undecided(urn=urn, why="its amount has no upper end, so that part of it may have no price")


RULE = Rule(
    id="FC104",
    name="unpriced-resource",
    level="advisory",
    severity="low",
    summary="Resources of a type have no price, so that no budget counts them.",
    fix="Look their price up, and leave room for it in the budget.",
    check=check,
)
