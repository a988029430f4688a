"""Training over several nodes has no Elastic Fabric Adapter.

## What it does
Reports groups of more than one node whose tag `fleet:kind` is training and whose type has EFA, when no network
interface of the launch template is of type `efa` or `efa-only`.

## Why is this bad
Gradients travel between nodes in every step. Without EFA they take the TCP path, and the accelerators wait.

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
    properties:
      instanceType: p5.48xlarge
      imageId: ami-0abc
      networkInterfaces:
        - {deviceIndex: 0, networkCardIndex: 0, interfaceType: efa}
  - type: aws:autoscaling/group:Group
    name: pretrain
    properties:
      minSize: 4
      maxSize: 4
      launchTemplate: {id: {unknown: true}}
      tags: [{key: fleet:kind, value: training, propagateAtLaunch: true}]
    depends: {launchTemplate: [aws:ec2/launchTemplate:LaunchTemplate::pretrain]}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html
"""

from fleet.cost import MACHINE_TYPES, Launch, Machines
from fleet.cost.properties import text
from fleet.stack.model import UNKNOWN, Unknown
from fleet_policies.intent import all_of, is_kind
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import has_several_nodes
from fleet_policies.scene import Scene

_EFA = frozenset({"efa", "efa-only"})


def uses_efa(launch: Launch) -> bool | Unknown:
    """Some interface is an EFA."""
    if isinstance(launch.interfaces, Unknown) or not launch.found:
        return UNKNOWN
    kinds = [text(interface, "interfaceType") for interface in launch.interfaces]
    if any(isinstance(kind, str) and kind in _EFA for kind in kinds):
        return True
    return UNKNOWN if any(isinstance(kind, Unknown) for kind in kinds) else False


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first type with EFA that is launched without."""
    meant = all_of(is_kind(machines.tags, "training"), has_several_nodes(machines, scene.catalog))
    if meant is False:
        return None
    for choice in machines.choices:
        shape = scene.catalog.types.get(choice.type) if isinstance(choice.type, str) else None
        if shape is None or not shape.efa_interfaces:
            continue
        found = uses_efa(choice.launch)
        if isinstance(found, Unknown):
            return Undecided(urn=machines.urn, why="its network interfaces are not known yet")
        if not found:
            text_ = f"{shape.name} has {shape.efa_interfaces} EFA interfaces, the launch template uses none"
            violation = Violation(urn=machines.urn, text=f"{text_}; add network interfaces of type 'efa'")
            return decided(machines, meant, violation)
    return decided(machines, meant, None)


RULE = Rule(
    id="FA303",
    name="training-without-efa",
    level="advisory",
    severity="medium",
    summary="Training over several nodes has no Elastic Fabric Adapter.",
    fix="Add network interfaces of type efa, one for each network card that has EFA.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
