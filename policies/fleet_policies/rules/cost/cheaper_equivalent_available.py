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

from fleet.cost import MACHINE_TYPES, Machines
from fleet_policies.amounts import money, percent
from fleet_policies.market import Offered, not_less
from fleet_policies.per_machines import unplanned_machines, unsure_types
from fleet_policies.rule import Found, Options, Rule, Violation
from fleet_policies.running import steady_hours
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
    if machines.may_use_spot is not False:
        return None
    if not isinstance(machines.region, str) or not machines.types_known:
        return unsure_types(machines)
    least = Decimal(str(options["min_saving_percent"]))
    for name in machines.types:
        now = scene.market.offer(name, machines.region)
        hours = steady_hours(scene.priced.get(machines.urn), name)
        if now is None or now.shape.burstable or not hours:
            continue
        other = cheapest_equivalent(now, scene.market.offers(machines.region), least)
        if other is not None:
            share = percent((1 - other.usd / now.usd) * _HUNDRED)
            text = (
                f"{name} at {money(now.usd)} an hour has a cheaper equivalent: {other.shape.name} at "
                f"{money(other.usd)} has no less of anything and does no less measured work, for {share} less"
            )
            return Violation(urn=machines.urn, text=text, saving=(now.usd - other.usd) * hours)
    return None


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
