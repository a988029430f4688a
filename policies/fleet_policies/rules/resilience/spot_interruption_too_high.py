"""AWS interrupts a type that is bought as spot more often than it may.

## What it does
Reports types bought as spot whose interruption rate in the region, by the Spot Instance Advisor, is proved to be
`max_interruption_percent` or more a month: the lower end of its bucket. Silent on what the lock chose.

## Why is this bad
Each interruption costs the work since the last checkpoint, and a new start.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: render
    properties:
      instanceType: c5.12xlarge
      ami: ami-0abc
      region: af-south-1
      instanceMarketOptions: {marketType: spot}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: render
    properties: {instanceType: c5.12xlarge, ami: ami-0abc, region: af-south-1}
```

## Options
- `max_interruption_percent`: the highest rate a month in per cent (20)

## Source
https://aws.amazon.com/ec2/spot/instance-advisor/
"""

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import percent
from fleet_policies.per_machines import decided, unplanned_machines, unsure_types
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene


def verdict(machines: Machines, scene: Scene, options: Options) -> Found | None:
    """Types bought as spot that are interrupted too often."""
    spot = machines.may_use_spot
    if spot is False or machines.runs_any is False:
        return None
    if isinstance(spot, Unknown) or not isinstance(machines.region, str):
        return Undecided(urn=machines.urn, why="its share of spot or its region is not known yet")
    limit = float(options["max_interruption_percent"])
    often = []
    for name in machines.types:
        found = scene.catalog.interruption(name, machines.region)
        if found is not None and found.low_percent >= limit:
            often.append(f"{name} ({found.low_percent} % or more)")
    if not often:
        return unsure_types(machines)
    text = f"spot of types that AWS interrupts {percent(limit)} a month or more in {machines.region}: "
    violation = Violation(urn=machines.urn, text=f"{text}{', '.join(often[:5])}; use others")
    return decided(machines, machines.runs_any, violation)


RULE = Rule(
    id="FR504",
    name="spot-interruption-too-high",
    level="advisory",
    severity="medium",
    summary="AWS interrupts a type that is bought as spot more often than it may.",
    fix="Use types that are interrupted less, or buy on demand.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
    options={
        "max_interruption_percent": {
            "type": "number",
            "minimum": 0,
            "maximum": 100,
            "default": 20,
            "description": "highest rate of interruption a month in per cent",
        }
    },
)
