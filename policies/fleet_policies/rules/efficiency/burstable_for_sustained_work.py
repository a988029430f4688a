"""Sustained work runs on burstable instances with unlimited credits.

## What it does
Reports burstable types with unlimited credits (AWS's default, T2 aside) whose tag `fleet:kind` is service or batch,
in a group, node group or compute environment.

## Why is this bad
Beyond the baseline every vCPU-hour is charged on top. Work that is busy all the time pays more than a type of fixed
performance costs, and no estimate can say how much.

## Example
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: web
    properties: {instanceType: t3.large, imageId: ami-0abc}
  - type: aws:autoscaling/group:Group
    name: web
    properties:
      minSize: 2
      maxSize: 4
      launchTemplate: {id: {unknown: true}}
      tags: [{key: "fleet:kind", value: service, propagateAtLaunch: true}]
    depends: {launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate::web"]}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: web
    properties: {instanceType: m7g.large, imageId: ami-0abc}
  - type: aws:autoscaling/group:Group
    name: web
    properties:
      minSize: 2
      maxSize: 4
      launchTemplate: {id: {unknown: true}}
      tags: [{key: "fleet:kind", value: service, propagateAtLaunch: true}]
    depends: {launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate::web"]}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode.html
"""

from fleet.cost import MACHINE_TYPES, Choice, Machines
from fleet.stack.model import Unknown
from fleet_policies.intent import all_of, is_kind
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_KINDS = frozenset({"service", "batch"})
_STANDARD_BY_DEFAULT = frozenset({"t2"})


def is_unlimited(choice: Choice, family: str) -> bool | Unknown:
    """Credits are unlimited: as written, or by AWS's default."""
    mode = choice.launch.credits
    if isinstance(mode, Unknown):
        return mode
    return mode == "unlimited" if mode is not None else family not in _STANDARD_BY_DEFAULT


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first burstable type with unlimited credits of a group that works all the time."""
    meant = all_of(machines.kind != "instance", is_kind(machines.tags, *_KINDS))
    if meant is False:
        return None
    for choice in machines.choices:
        shape = scene.catalog.types.get(choice.type) if isinstance(choice.type, str) else None
        if shape is None or not shape.burstable:
            continue
        unlimited = is_unlimited(choice, shape.family)
        if isinstance(unlimited, Unknown) or not choice.launch.found:
            return Undecided(urn=machines.urn, why="its credit specification is not known yet")
        if unlimited:
            baseline = f" beyond {shape.baseline_vcpus:g} of {shape.vcpus} vCPUs" if shape.baseline_vcpus else ""
            text = f"{shape.name} with unlimited credits for sustained work: use{baseline} is charged on top"
            text += "; use a type of fixed performance, or credits 'standard'"
            return decided(machines, meant, Violation(urn=machines.urn, text=text))
    return decided(machines, meant, None)


RULE = Rule(
    id="FE205",
    name="burstable-for-sustained-work",
    level="advisory",
    severity="low",
    summary="Sustained work runs on burstable instances with unlimited credits.",
    fix="Use a type with a fixed performance, or credits of mode standard.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
