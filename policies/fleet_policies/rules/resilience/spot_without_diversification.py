"""Spot capacity is bought of too few instance types.

## What it does
Reports groups, fleets, node groups and compute environments that buy spot of fewer than `min_instance_types` types.
Single instances are not meant. Silent on what the lock chose.

## Why is this bad
A type whose pool runs dry takes all of its instances at once. With several pools AWS replaces them from another.

## Example
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: web
    properties: {imageId: ami-0abc}
  - type: aws:autoscaling/group:Group
    name: web
    properties:
      minSize: 2
      maxSize: 8
      mixedInstancesPolicy:
        instancesDistribution: {onDemandPercentageAboveBaseCapacity: 0}
        launchTemplate:
          launchTemplateSpecification: {launchTemplateId: {unknown: true}}
          overrides: [{instanceType: c7g.large}]
    depends: {mixedInstancesPolicy: ["aws:ec2/launchTemplate:LaunchTemplate::web"]}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: web
    properties: {imageId: ami-0abc}
  - type: aws:autoscaling/group:Group
    name: web
    properties:
      minSize: 2
      maxSize: 8
      mixedInstancesPolicy:
        instancesDistribution: {onDemandPercentageAboveBaseCapacity: 0}
        launchTemplate:
          launchTemplateSpecification: {launchTemplateId: {unknown: true}}
          overrides:
            - {instanceType: c7g.large}
            - {instanceType: m7g.large}
            - {instanceType: r7g.large}
            - {instanceType: c8g.large}
    depends: {mixedInstancesPolicy: [aws:ec2/launchTemplate:LaunchTemplate::web]}
```

## Options
- `min_instance_types`: the least number of types (3)

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html
"""

from fleet.catalog import Catalog
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.per_machines import decided, unplanned_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene


def number_of_types(machines: Machines, catalog: Catalog) -> int:
    """Types by name; a family, as Batch takes them, counts with all of its types."""
    named = {name for name in machines.types if name not in catalog.families}
    return len(named) + sum(len(catalog.families[name]) for name in machines.types if name in catalog.families)


def verdict(machines: Machines, scene: Scene, options: Options) -> Found | None:
    """Spot of few types."""
    spot = machines.may_use_spot
    if machines.kind == "instance" or spot is False or machines.runs_any is False:
        return None
    least = int(options["min_instance_types"])
    found = number_of_types(machines, scene.catalog)
    if found >= least:
        return None
    if isinstance(spot, Unknown) or not machines.types_known:
        if machines.choices or isinstance(spot, Unknown):
            return Undecided(urn=machines.urn, why="its types or its share of spot are not all known")
        return None
    text = f"spot of {found} instance type{'s' if found != 1 else ''}; use at least {least}, so that AWS can choose"
    return decided(machines, machines.runs_any, Violation(urn=machines.urn, text=text))


RULE = Rule(
    id="FR501",
    name="spot-without-diversification",
    level="advisory",
    severity="medium",
    summary="Spot capacity is bought of too few instance types.",
    fix="Add instance types, or let attributes choose them.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
    options={
        "min_instance_types": {
            "type": "integer",
            "minimum": 1,
            "maximum": 40,
            "default": 3,
            "description": "least number of instance types",
        }
    },
)
