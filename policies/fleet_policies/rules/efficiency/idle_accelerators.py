"""An instance has more accelerators than the work can use.

## What it does
Reports types with more accelerators than the tag `fleet:accelerators` says the work can use on a node, and names the
cheapest type with the same accelerator that has enough. Silent on what the lock chose.

## Why is this bad
An accelerator that no process touches costs as much as one that works.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: embed
    properties: {instanceType: g6e.12xlarge, ami: ami-0abc, tags: {"fleet:accelerators": "1"}}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: embed
    properties: {instanceType: g6e.2xlarge, ami: ami-0abc, tags: {"fleet:accelerators": "1"}}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/accelerated-computing-instances.html
"""

from collections.abc import Iterable

from fleet.catalog.model import InstanceType
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import hourly
from fleet_policies.intent import share
from fleet_policies.market import Offered
from fleet_policies.per_machines import unplanned_machines, unsure_types
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import steady_hours
from fleet_policies.scene import Scene


def enough(shape: InstanceType, need: float, offers: Iterable[Offered]) -> Offered | None:
    """The cheapest type with the same accelerator that has at least so many, and fewer than this one."""
    fitting = [
        o
        for o in offers
        if o.shape.accelerator == shape.accelerator
        and o.shape.architecture == shape.architecture
        and need <= o.shape.accelerators < shape.accelerators
    ]
    return min(fitting, key=lambda o: (o.usd, o.shape.name), default=None)


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first type with accelerators to spare."""
    need = share(machines.tags, "fleet:accelerators")
    if need is None:
        return None
    if isinstance(need, Unknown):
        return Undecided(urn=machines.urn, why="its tag 'fleet:accelerators' is not known yet")
    for name in machines.types:
        shape = scene.catalog.types.get(name)
        if shape is None or shape.accelerator is None or shape.accelerators <= need or need <= 0:
            continue
        text = f"{name} has {shape.accelerators:g} accelerators, the work uses {need:g}"
        now = None if not isinstance(machines.region, str) else scene.market.offer(name, machines.region)
        if now is None or not isinstance(machines.region, str):
            return Violation(urn=machines.urn, text=f"{text}; use a smaller size")
        other = enough(shape, need, scene.market.offers(machines.region))
        if other is None or other.usd >= now.usd:
            return Violation(urn=machines.urn, text=f"{text}; let the work use all of them")
        saving = (now.usd - other.usd) * steady_hours(scene.priced.get(machines.urn), name)
        text += f"; use {other.shape.name} at {hourly(other.usd)} instead of {hourly(now.usd)} an hour"
        return Violation(urn=machines.urn, text=text, saving=saving)
    return unsure_types(machines)


RULE = Rule(
    id="FE206",
    name="idle-accelerators",
    level="advisory",
    severity="high",
    summary="An instance has more accelerators than the work can use.",
    fix="Use a smaller size of the family, or let the work use all accelerators.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
)
