"""An EC2 Mac instance has no dedicated host to run on.

## What it does
Reports EC2 Mac instances that are launched without a dedicated host: neither tenancy `host`, nor a host, nor a host
resource group is set. A host id that is not known yet counts as set.

## Why is this bad
EC2 Mac runs on dedicated hosts only. The launch fails, after everything before it has been created.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: builder
    properties: {instanceType: mac2.metal, ami: ami-0abc}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/dedicatedHost:DedicatedHost
    name: host
    properties: {instanceType: mac2.metal, availabilityZone: us-east-1a}
  - type: aws:ec2/instance:Instance
    name: builder
    properties: {instanceType: mac2.metal, ami: ami-0abc, tenancy: host, hostId: {unknown: true}}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-mac-instances.html
"""

from collections.abc import Iterator

from fleet.cost import MACHINE_TYPES, Choice
from fleet.stack.model import Unknown
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene


def verdict(urn: str, choice: Choice, *, is_mac: bool | Unknown) -> Found | None:
    """Violation, undecided, or None for one type that may be launched."""
    launch = choice.launch
    on_host = launch.on_host
    if is_mac is False or on_host is True:
        return None
    if isinstance(is_mac, Unknown):
        return Undecided(urn=urn, why="its instance type is not known yet, and it has no dedicated host")
    if isinstance(on_host, Unknown) or not launch.found:
        return Undecided(urn=urn, why=f"the tenancy of {choice.type} is not known yet")
    text = f"{choice.type} without a dedicated host; set tenancy 'host' and a host, or a host resource group"
    return Violation(urn=urn, text=text)


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Every Mac type of everything that launches instances."""
    for machines in scene.machines:
        for choice in machines.choices:
            found = verdict(machines.urn, choice, is_mac=_is_mac(choice, scene))
            if found is not None:
                yield found
                break


def _is_mac(choice: Choice, scene: Scene) -> bool | Unknown:
    if isinstance(choice.type, Unknown):
        return choice.type
    return choice.type is not None and scene.catalog.mac(choice.type) is not None


RULE = Rule(
    id="FM401",
    name="mac-instance-without-host",
    level="mandatory",
    severity="high",
    summary="An EC2 Mac instance has no dedicated host to run on.",
    fix="Set tenancy 'host' with a host id, or a host resource group.",
    check=check,
    types=MACHINE_TYPES,
)
