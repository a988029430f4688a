"""An instance type is bought on demand, but has no public on-demand price.

## What it does
Reports types that EC2 allows on demand, for which no on-demand price is published in any region, while capacity
blocks of them have one: trn2, p5e.

## Why is this bad
Without a price nothing can be said about the bill, and in practice no capacity is sold on demand either.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: train
    properties: {instanceType: p5e.48xlarge, ami: ami-0abc}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: train
    properties: {instanceType: p5en.48xlarge, ami: ami-0abc}
```

## Options
None of its own.

## Source
https://aws.amazon.com/ec2/capacityblocks/pricing/
"""

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.cost import MACHINE_TYPES, Machines
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Violation
from fleet_policies.scene import Scene


def has_block_price_only(name: str, catalog: Catalog) -> bool:
    """No region has an on-demand price, some region has one for capacity blocks."""
    regions = catalog.regions
    if any(isinstance(catalog.on_demand(name, region), Price) for region in regions):
        return False
    return any(isinstance(catalog.capacity_block(name, region), Price) for region in regions)


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first type that is bought on demand without a price."""
    meant = machines.only_on_demand
    if meant is False:
        return None
    for choice in machines.choices:
        shape = scene.catalog.types.get(choice.type) if isinstance(choice.type, str) else None
        if shape is None or "on-demand" not in shape.usage_classes or choice.launch.reservation is not None:
            continue
        if "capacity-block" in shape.usage_classes and has_block_price_only(shape.name, scene.catalog):
            text = f"{shape.name} has no public on-demand price, only capacity blocks and spot have one"
            violation = Violation(urn=machines.urn, text=f"{text}; buy a capacity block, or ask AWS for a price")
            return decided(machines, meant, violation)
    return decided(machines, meant, None)


RULE = Rule(
    id="FA306",
    name="no-list-price",
    level="advisory",
    severity="medium",
    summary="An instance type is bought on demand, but has no public on-demand price.",
    fix="Ask AWS for a price, or buy the type in a capacity block.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
