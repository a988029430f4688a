"""Training over several nodes has no placement group.

## What it does
Reports groups of more than one node whose tag `fleet:kind` is training and whose type supports cluster placement,
when neither the group nor its launch template names a placement group. Capacity blocks place by themselves, and are
left out.

## Why is this bad
Nodes that stand far apart lose the low latency that EFA gives.

## Example
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: pretrain
    properties: {instanceType: p5.48xlarge, imageId: ami-0abc}
  - type: aws:autoscaling/group:Group
    name: pretrain
    properties:
      minSize: 4
      maxSize: 4
      launchTemplate: {id: {unknown: true}}
      tags: [{key: "fleet:kind", value: training, propagateAtLaunch: true}]
    depends: {launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate::pretrain"]}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: pretrain
    properties: {instanceType: p5.48xlarge, imageId: ami-0abc, placement: {groupName: pretrain}}
  - type: aws:autoscaling/group:Group
    name: pretrain
    properties:
      minSize: 4
      maxSize: 4
      launchTemplate: {id: {unknown: true}}
      tags: [{key: "fleet:kind", value: training, propagateAtLaunch: true}]
    depends: {launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate::pretrain"]}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
"""

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import UNKNOWN, Unknown
from fleet_policies.intent import all_of, is_kind
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import has_several_nodes
from fleet_policies.scene import Scene

_BLOCK = "capacity-block"


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first type that could stand in a cluster and does not."""
    market = machines.market
    in_market = UNKNOWN if isinstance(market, Unknown) else market != _BLOCK
    meant = all_of(is_kind(machines.tags, "training"), has_several_nodes(machines, scene.catalog), in_market)
    if meant is False or machines.placement_group is not None:
        return None
    for choice in machines.choices:
        shape = scene.catalog.types.get(choice.type) if isinstance(choice.type, str) else None
        if shape is None or "cluster" not in shape.placement_strategies or choice.launch.placement_group is not None:
            continue
        if not choice.launch.found:
            return Undecided(urn=machines.urn, why="its launch template is not in the stack")
        text = f"{shape.name} for training on several nodes without a placement group; use one of strategy 'cluster'"
        return decided(machines, meant, Violation(urn=machines.urn, text=text))
    return decided(machines, meant, None)


RULE = Rule(
    id="FA304",
    name="training-without-placement-group",
    level="advisory",
    severity="low",
    summary="Training over several nodes has no placement group.",
    fix="Put the group into a placement group of strategy cluster.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
