"""Spot capacity is requested with a maximum price.

## What it does
Reports spot requests, groups and fleets that set a maximum price.

## Why is this bad
A maximum price below the on-demand price does not make spot cheaper: one pays the spot price anyway. It only makes
AWS interrupt the instances more often, which is why AWS advises against it.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: render
    properties:
      instanceType: c7g.2xlarge
      ami: ami-0abc
      instanceMarketOptions: {marketType: spot, spotOptions: {maxPrice: "0.10"}}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: render
    properties: {instanceType: c7g.2xlarge, ami: ami-0abc, instanceMarketOptions: {marketType: spot}}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html
"""

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.per_machines import each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene


def verdict(machines: Machines, _scene: Scene, _options: Options) -> Found | None:
    """Spot with a maximum price; one that is set but not known counts as set."""
    if machines.spot_max_price is None or machines.may_use_spot is False:
        return None
    if isinstance(machines.may_use_spot, Unknown):
        return Undecided(urn=machines.urn, why="how it is bought is not known yet")
    text = "a maximum spot price is set; leave it out: it saves nothing and makes interruptions more frequent"
    return Violation(urn=machines.urn, text=text)


RULE = Rule(
    id="FC112",
    name="spot-max-price-set",
    level="advisory",
    severity="low",
    summary="Spot capacity is requested with a maximum price.",
    fix="Leave the maximum price out: the on-demand price is the limit anyway.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
