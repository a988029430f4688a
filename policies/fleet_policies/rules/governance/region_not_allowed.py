"""A resource is created in a region that is not allowed.

## What it does
Reports resources in a region that the option `regions` does not list. The region is the resource's own, its
provider's, or that of the configuration. Global types (IAM, Route 53, CloudFront and others) are skipped. Resources
of the package aws-native count too.

## Why is this bad
Law and contracts say where data may be; and a resource in a forgotten region is found by its bill.

## Example
```yaml
options:
  regions: [us-east-1]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc, region: eu-west-1}
```
Use instead:
```yaml
options:
  regions: [us-east-1]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc, region: us-east-1}
```

## Options
- `regions`: names of the allowed regions; without it the rule does not apply

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
"""

from collections.abc import Iterator

from fleet.stack.model import Unknown
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_GLOBAL = frozenset(
    {
        "account",
        "artifact",
        "billing",
        "budgets",
        "ce",
        "cloudfront",
        "costexplorer",
        "cur",
        "globalaccelerator",
        "iam",
        "identitystore",
        "networkmanager",
        "organizations",
        "route53",
        "route53domains",
        "savingsplans",
        "shield",
        "ssoadmin",
        "waf",
    }
)
"""Modules of pulumi-aws whose resources belong to no region."""


def is_regional(kind: str) -> bool:
    """An AWS type whose resources belong to a region: `aws:ec2/vpc:Vpc`, `aws-native:ec2:Vpc`."""
    package, _, rest = kind.partition(":")
    module = rest.partition(":")[0].partition("/")[0]
    return package in ("aws", "aws-native") and module not in _GLOBAL


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """Every regional resource."""
    allowed = options.get("regions")
    if allowed is None:
        yield NotApplicable(why="option 'regions' is not set")
        return
    for resource in scene.resources:
        if not is_regional(resource.type):
            continue
        region = scene.near.region(resource)
        if region is None or isinstance(region, Unknown):
            yield Undecided(urn=resource.urn, why="its region is not known")
        elif region not in allowed:
            text = f"region {region[:40]!r} is not allowed for {resource.type}; allowed are {', '.join(allowed)}"
            yield Violation(urn=resource.urn, text=text)


RULE = Rule(
    id="FT702",
    name="region-not-allowed",
    level="mandatory",
    severity="high",
    summary="A resource is created in a region that is not allowed.",
    fix="Create it in one of the allowed regions.",
    check=check,
    options={"regions": {"type": "array", "items": {"type": "string"}, "description": "names of the allowed regions"}},
)
