"""Instances run in a region whose grid emits much carbon.

## What it does
Reports what launches instances in a region whose grid emits more than `max_grams_per_kwh` of CO2 equivalent
(location-based). Regions without a figure are left out. Disabled by default.

## Why is this bad
The same instance causes fifty times the carbon in one region as in another.

## Example
```yaml
options: {max_grams_per_kwh: 300}
resources:
  - type: aws:ec2/instance:Instance
    name: nightly
    properties: {instanceType: m7g.large, ami: ami-0abc, region: us-east-1}
```
Use instead:
```yaml
options: {max_grams_per_kwh: 300}
resources:
  - type: aws:ec2/instance:Instance
    name: nightly
    properties: {instanceType: m7g.large, ami: ami-0abc, region: eu-north-1}
```

## Options
- `max_grams_per_kwh`: most grams of CO2 equivalent per kWh (400)

## Source
https://docs.aws.amazon.com/wellarchitected/latest/sustainability-pillar/region-selection.html
"""

from decimal import Decimal

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import number
from fleet_policies.per_machines import each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_GRAMS = Decimal(1000)


def verdict(machines: Machines, scene: Scene, options: Options) -> Found | None:
    """A region above the limit."""
    if isinstance(machines.region, Unknown):
        return Undecided(urn=machines.urn, why="its region is not known yet")
    grid = None if machines.region is None else scene.catalog.grid(machines.region)
    limit = Decimal(str(options["max_grams_per_kwh"]))
    if grid is None or grid * _GRAMS <= limit:
        return None
    text = f"the grid of {machines.region} emits {number(grid * _GRAMS)} g CO2e per kWh, more than {number(limit)}"
    return Violation(urn=machines.urn, text=f"{text}; choose a region with a cleaner grid")


RULE = Rule(
    id="FE204",
    name="high-carbon-region",
    level="disabled",
    severity="low",
    summary="Instances run in a region whose grid emits much carbon.",
    fix="Run the work in a region with a cleaner grid, where latency and law allow it.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
    options={
        "max_grams_per_kwh": {
            "type": "number",
            "minimum": 0,
            "default": 400,
            "description": "most grams of CO2 equivalent per kWh",
        }
    },
)
