"""A training run on demand would cost less in a capacity block.

## What it does
Reports on-demand accelerators of training work (`fleet:kind` training, which ends) whose type has a known capacity
block price below the on-demand price in the region.

## Why is this bad
Capacity blocks cost less than on demand for every type that has both, and the capacity is there on the day. They last
1 to 14 days or whole weeks up to 182 days, start within 8 weeks, and are paid up front.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: pretrain
    properties:
      instanceType: p5.48xlarge
      ami: ami-0abc
      tags: {"fleet:kind": training, "fleet:hours-per-month": "336"}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: pretrain
    properties:
      instanceType: p5.48xlarge
      ami: ami-0abc
      instanceMarketOptions: {marketType: capacity-block}
      capacityReservationSpecification: {capacityReservationTarget: {capacityReservationId: cr-0abc}}
      tags: {"fleet:kind": training, "fleet:hours-per-month": "336"}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
"""

from decimal import Decimal

from fleet.catalog.model import Price
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import hourly, percent
from fleet_policies.intent import all_of, is_kind
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import steady_hours, types_at_list_price
from fleet_policies.scene import Scene


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """Training work on demand whose type is sold for less in blocks."""
    meant = all_of(is_kind(machines.tags, "training"), machines.only_on_demand)
    if meant is False or machines.region is None or _has_reservation(machines):
        return None
    if isinstance(machines.region, Unknown):
        return Undecided(urn=machines.urn, why="its region is not known yet")
    for name in types_at_list_price(machines):
        listed = scene.catalog.on_demand(name, machines.region)
        block = scene.catalog.capacity_block(name, machines.region)
        if isinstance(listed, Price) and isinstance(block, Price) and block.usd < listed.usd:
            share = percent((1 - block.usd / listed.usd) * Decimal(100))
            text = (
                f"{name} on demand at {hourly(listed.usd)} an hour costs {hourly(block.usd)} in a capacity block, "
                f"{share} less; blocks last 1 to 14 days or whole weeks up to 182 days, and start within 8 weeks"
            )
            hours = steady_hours(scene.priced.get(machines.urn), name)
            saving = (listed.usd - block.usd) * hours
            return decided(machines, meant, Violation(urn=machines.urn, text=text, saving=saving))
    return decided(machines, meant, None)


def _has_reservation(machines: Machines) -> bool:
    return any(choice.launch.reservation is not None for choice in machines.choices)


RULE = Rule(
    id="FC111",
    name="capacity-block-cheaper",
    level="advisory",
    severity="medium",
    summary="A training run on demand would cost less in a capacity block.",
    fix="Buy a capacity block for the run, and target its reservation.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
