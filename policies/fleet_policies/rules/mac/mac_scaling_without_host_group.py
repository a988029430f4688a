"""An Auto Scaling group of Mac instances has no host resource group.

## What it does
Reports Auto Scaling groups whose types include a Mac and whose launch template names no host resource group.

## Why is this bad
Auto Scaling allocates no hosts by itself. Only through a host resource group, with a licence configuration attached
to the image, are hosts allocated and released; without it every launch fails.

## Example
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: ios
    properties: {instanceType: mac-m4.metal, imageId: ami-0abc, placement: {tenancy: host}}
  - type: aws:autoscaling/group:Group
    name: ios
    properties: {minSize: 0, maxSize: 4, launchTemplate: {id: {unknown: true}}}
    depends: {launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate::ios"]}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/launchTemplate:LaunchTemplate
    name: ios
    properties:
      instanceType: mac-m4.metal
      imageId: ami-0abc
      placement: {hostResourceGroupArn: arn:aws:resource-groups:us-east-1:123456789012:group/mac}
  - type: aws:autoscaling/group:Group
    name: ios
    properties:
      minSize: 0
      maxSize: 4
      launchTemplate: {id: {unknown: true}}
    depends: {launchTemplate: [aws:ec2/launchTemplate:LaunchTemplate::ios]}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/license-manager/latest/userguide/host-resource-groups.html
"""

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.per_machines import each_machines, unsure_types
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first Mac type of a group that finds no hosts."""
    if machines.kind != "group":
        return None
    for choice in machines.choices:
        if choice.type is None or choice.launch.host_group is not None:
            continue
        if isinstance(choice.type, Unknown):
            return unsure_types(machines)
        if scene.catalog.mac(choice.type) is None:
            continue
        if not choice.launch.found:
            return Undecided(urn=machines.urn, why="its launch template is not in the stack")
        text = f"Auto Scaling of {choice.type} without a host resource group; set it in the template's placement"
        return Violation(urn=machines.urn, text=text)
    return None


RULE = Rule(
    id="FM406",
    name="mac-scaling-without-host-group",
    level="mandatory",
    severity="high",
    summary="An Auto Scaling group of Mac instances has no host resource group.",
    fix="Give the launch template a host resource group with a licence configuration.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
