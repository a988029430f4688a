"""Another type of the same architecture does no less for less money.

## What it does
Names the cheapest type of the same architecture that has no less of anything (vCPU, memory, network, EBS bandwidth,
disks, accelerators, EFA), does no less work by measured CoreMark, and costs at least `min_saving_percent` less on
demand in the same region. Types that are not offered there, types without a measurement and burstable types are no
equivalents. Silent on what the lock chose.

## Why is this bad
Makers and generations differ in price for the same shape; the program keeps the type that somebody once chose.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m5.2xlarge, ami: ami-0abc}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m8g.2xlarge, ami: ami-0abc}
```

## Options
- `min_saving_percent`: the least saving in per cent that is worth a finding (10)

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import hourly, percent
from fleet_policies.intent import all_of
from fleet_policies.market import Offered, not_less
from fleet_policies.per_machines import decided, unplanned_machines, unsure_types
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import on_demand_types, runs_now, steady_hours
from fleet_policies.scene import Scene

_HUNDRED = Decimal(100)


def cheapest_equivalent(now: Offered, offers: Iterable[Offered], least_percent: Decimal) -> Offered | None:
    """The cheapest type that is proved to do no less; None when none saves enough."""
    limit = now.usd * (_HUNDRED - least_percent) / _HUNDRED
    fitting = [o for o in offers if o.usd <= limit and o.usd < now.usd and _is_equivalent(o, now)]
    return min(fitting, key=lambda o: (o.usd, o.shape.name), default=None)


def _is_equivalent(other: Offered, now: Offered) -> bool:
    shape, wanted = other.shape, now.shape
    if shape.architecture != wanted.architecture or shape.burstable or not not_less(shape, wanted):
        return False
    if wanted.accelerator is not None and wanted.coremark is None:
        return True
    return wanted.coremark is not None and shape.coremark is not None and shape.coremark >= wanted.coremark


def verdict(machines: Machines, scene: Scene, options: Options) -> Found | None:
    """The first type of a resource that has a cheaper equivalent."""
    if machines.only_on_demand is False or machines.region is None:
        return None
    if isinstance(machines.region, Unknown):
        return Undecided(urn=machines.urn, why="its region is not known yet")
    least = Decimal(str(options["min_saving_percent"]))
    for name in on_demand_types(machines):
        now = scene.market.offer(name, machines.region)
        if now is None or now.shape.burstable:
            continue
        answer = partial(cheapest_equivalent, now, scene.market.offers(machines.region), least)
        other = scene.market.once("FC105", name, machines.region, least, answer=answer)
        if other is not None:
            share = percent((1 - other.usd / now.usd) * _HUNDRED)
            text = (
                f"{name} at {hourly(now.usd)} an hour has a cheaper equivalent: {other.shape.name} at "
                f"{hourly(other.usd)} has no less of anything and does no less measured work, for {share} less"
            )
            hours = steady_hours(scene.priced.get(machines.urn), name)
            meant = all_of(machines.only_on_demand, runs_now(machines, hours))
            violation = Violation(urn=machines.urn, text=text, saving=(now.usd - other.usd) * hours)
            return decided(machines, meant, violation)
    return unsure_types(machines)


RULE = Rule(
    id="FC105",
    name="cheaper-equivalent-available",
    level="advisory",
    severity="medium",
    summary="Another type of the same architecture does no less for less money.",
    fix="Use the cheaper type.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
    options={
        "min_saving_percent": {
            "type": "number",
            "minimum": 0,
            "maximum": 100,
            "default": 10,
            "description": "least saving in per cent",
        }
    },
)
