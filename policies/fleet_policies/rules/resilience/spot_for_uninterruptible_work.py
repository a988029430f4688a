"""Work that must not be interrupted runs on spot capacity.

## What it does
Reports spot capacity for work that says it must not be interrupted: the tag `fleet:interruptible` is `false`.
It fires only on proof: the tag is known and some of the capacity is bought as spot.

## Why is this bad
AWS takes spot capacity back with two minutes' notice. Work that cannot stop then is lost.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: ledger
    properties:
      instanceType: m7g.large
      ami: ami-0abc
      instanceMarketOptions: {marketType: spot}
      tags: {"fleet:interruptible": "false"}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: ledger
    properties:
      instanceType: m7g.large
      ami: ami-0abc
      tags: {"fleet:interruptible": "false"}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-interruptions.html
"""

from collections.abc import Iterator

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.intent import flag
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene


def verdict(machines: Machines) -> Found | None:
    """Violation, undecided, or None when it is fine."""
    interruptible = flag(machines.tags, "fleet:interruptible")
    spot = machines.may_use_spot
    runs = machines.runs_any
    if interruptible is True or interruptible is None or spot is False or runs is False:
        return None
    if isinstance(interruptible, Unknown) or isinstance(spot, Unknown) or isinstance(runs, Unknown):
        what = "tag 'fleet:interruptible'" if isinstance(interruptible, Unknown) else "the share of spot or its size"
        return Undecided(urn=machines.urn, why=f"{what} is not known yet")
    text = "spot capacity for work that is not interruptible (tag 'fleet:interruptible' is 'false'); buy it on demand"
    return Violation(urn=machines.urn, text=f"{text}, or change the tag if the work may stop at any time")


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Everything that launches instances."""
    yield from (found for machines in scene.machines if (found := verdict(machines)) is not None)


RULE = Rule(
    id="FR503",
    name="spot-for-uninterruptible-work",
    level="mandatory",
    severity="high",
    summary="Work that must not be interrupted runs on spot capacity.",
    fix="Buy the capacity on demand, or say that the work may be interrupted.",
    check=check,
    types=MACHINE_TYPES,
)
