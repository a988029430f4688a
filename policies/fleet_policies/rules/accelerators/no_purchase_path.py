"""An instance type is bought in a way in which AWS does not sell it.

## What it does
Reports types that do not support the usage class that is asked for: spot of a type without spot (Mac, hpc and
others), capacity blocks of a type without them, on demand of a type that has no on-demand class.

## Why is this bad
The request fails every time, after everything before it has been created.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: solver
    properties: {instanceType: hpc7a.96xlarge, ami: ami-0abc, instanceMarketOptions: {marketType: spot}}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: solver
    properties: {instanceType: hpc7a.96xlarge, ami: ami-0abc}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-purchasing-options.html
"""

from fleet.catalog.model import InstanceType
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import UNKNOWN, Unknown
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_WORDS = {"spot": "as spot", "capacity-block": "in capacity blocks", "on-demand": "on demand"}


def wanted_classes(machines: Machines) -> tuple[str, ...] | Unknown:
    """Usage classes that a resource is proved to ask for."""
    spot = machines.may_use_spot
    if isinstance(spot, Unknown) or isinstance(machines.market, Unknown):
        return UNKNOWN
    if machines.market == "capacity-block":
        return ("capacity-block",)
    if not spot:
        return ("on-demand",)
    steady = machines.on_demand_percent.min > 0 or machines.on_demand_base.min > 0
    return ("on-demand", "spot") if steady and machines.market != "spot" else ("spot",)


def unsold(shape: InstanceType, classes: tuple[str, ...]) -> str | None:
    """The first class in which AWS does not sell a type."""
    return next((wanted for wanted in classes if wanted not in shape.usage_classes), None)


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first type that cannot be bought as asked."""
    if machines.runs_any is False:
        return None
    classes = wanted_classes(machines)
    if isinstance(classes, Unknown):
        return Undecided(urn=machines.urn, why="how it is bought is not known yet")
    for shape in machines.all_shapes(scene.catalog):
        wanted = unsold(shape, classes)
        if wanted is not None:
            ways = ", ".join(_WORDS.get(way, way) for way in sorted(shape.usage_classes))
            text = f"AWS does not sell {shape.name} {_WORDS[wanted]}, only {ways}; buy it so, or choose another type"
            return decided(machines, machines.runs_any, Violation(urn=machines.urn, text=text))
    return decided(machines, machines.runs_any, None)


RULE = Rule(
    id="FA305",
    name="no-purchase-path",
    level="mandatory",
    severity="high",
    summary="An instance type is bought in a way in which AWS does not sell it.",
    fix="Buy the type in a way that AWS sells it, or choose another type.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
