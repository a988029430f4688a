"""Work that may be interrupted runs on demand.

## What it does
Reports resources whose tag `fleet:interruptible` is `true` and that buy everything on demand, where the type is sold
as spot and a spot price is known. It names the price and how often AWS interrupts the type. Silent where another
resource of the same workload (`fleet:workload`) buys spot, as this one is then the base beside it, and on what the lock
chose.

## Why is this bad
Spot capacity costs a fraction, and the work has said that it may stop.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: render
    properties: {instanceType: c7g.2xlarge, ami: ami-0abc, tags: {"fleet:interruptible": "true"}}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: render
    properties:
      instanceType: c7g.2xlarge
      ami: ami-0abc
      instanceMarketOptions: {marketType: spot}
      tags: {"fleet:interruptible": "true"}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances.html
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from fleet.catalog.model import Interruption, Price
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import hourly, percent
from fleet_policies.intent import Claim, all_of, flag, negated
from fleet_policies.per_machines import decided, unplanned_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import steady_hours, types_at_list_price
from fleet_policies.scene import Scene


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """Interruptible work that is proved to be on demand only."""
    interruptible = flag(machines.tags, "fleet:interruptible")
    if interruptible is None:
        return None
    in_market = all_of(*(negated(choice.launch.on_host) for choice in machines.choices))
    no_spot = (
        scene.market.once("FC107", work, answer=partial(_is_without_spot, scene.who_does(work)))
        for work in scene.workloads(machines)
    )
    meant = all_of(interruptible, machines.only_on_demand, machines.runs_any, in_market, *no_spot)
    if meant is False or machines.region is None:
        return None
    if isinstance(machines.region, Unknown):
        return Undecided(urn=machines.urn, why="its region is not known yet")
    for name in types_at_list_price(machines):
        listed, price = scene.catalog.on_demand(name, machines.region), scene.catalog.spot(name, machines.region)
        if isinstance(listed, Price) and isinstance(price, Price) and price.usd < listed.usd:
            often = how_often(scene.catalog.interruption(name, machines.region))
            text = (
                f"{name} on demand at {hourly(listed.usd)} an hour for interruptible work; spot is about "
                f"{hourly(price.usd)}, {percent((1 - price.usd / listed.usd) * Decimal(100))} less, {often}"
            )
            hours = steady_hours(scene.priced.get(machines.urn), name)
            saving = (listed.usd - price.usd) * hours
            return decided(machines, meant, Violation(urn=machines.urn, text=text, saving=saving))
    return decided(machines, meant, None)


def _is_without_spot(others: Iterable[Machines]) -> Claim:
    return all_of(*(negated(other.may_use_spot) for other in others))


def how_often(interruption: Interruption | None) -> str:
    """How often AWS takes the type back, in words."""
    if interruption is None:
        return "with no figure on interruptions"
    if interruption.high_percent is None:
        return f"interrupted more than {interruption.low_percent} % a month"
    return f"interrupted {interruption.low_percent} to {interruption.high_percent} % a month"


RULE = Rule(
    id="FC107",
    name="on-demand-for-interruptible-work",
    level="advisory",
    severity="medium",
    summary="Work that may be interrupted runs on demand.",
    fix="Buy the capacity as spot, over several types.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
)
