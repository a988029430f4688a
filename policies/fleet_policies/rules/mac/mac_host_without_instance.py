"""A Mac host runs no instance of this stack.

## What it does
Reports Mac hosts that no instance and no launch template of the stack names, where no Mac instance may land on them
by auto-placement, and that are in no host resource group. A host id that is not known counts when the instance
depends on the host.

## Why is this bad
A forgotten Mac host costs hundreds of dollars a month and nobody sees it, since no instance runs.

## Example
```yaml
resources:
  - type: aws:ec2/dedicatedHost:DedicatedHost
    name: mac
    properties: {instanceType: mac-m4.metal, availabilityZone: us-east-1a}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/dedicatedHost:DedicatedHost
    name: mac
    properties: {instanceType: mac-m4.metal, availabilityZone: us-east-1a}
  - type: aws:ec2/instance:Instance
    name: builder
    properties: {instanceType: mac-m4.metal, ami: ami-0abc, tenancy: host, hostId: {unknown: true}}
    depends: {hostId: ["aws:ec2/dedicatedHost:DedicatedHost::mac"]}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-overview.html
"""

from collections.abc import Iterator

from fleet.cost.properties import effective, text
from fleet.cost.surroundings import LAUNCH_TEMPLATE
from fleet.stack.model import Resource, Unknown
from fleet_policies.amounts import money
from fleet_policies.mac_hosts import HOST, is_mac_host
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_IN_GROUP = "aws:resourcegroups/resource:Resource"


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Every Mac host against everything that may run on it."""
    for host in scene.of_type(HOST):
        mac = is_mac_host(host, scene.catalog)
        if mac is False or _is_referred(host, scene):
            continue
        if isinstance(mac, Unknown):
            yield Undecided(urn=host.urn, why="whether it is a Mac's host is not known yet")
            continue
        if _may_be_placed(text(effective(host), "instanceType"), scene):
            yield Undecided(urn=host.urn, why="an instance on a host that is not known yet may run on it")
            continue
        cost = scene.monthly(host.urn)
        price = "" if cost is None else f" for {money(cost.min)} a month"
        yield Violation(urn=host.urn, text=f"Mac host without an instance{price}; launch one on it, or release it")


def _is_referred(host: Resource, scene: Scene) -> bool:
    """Something of the stack depends on the host, or names its id."""
    identity = host.id or text(effective(host), "id")
    for other in scene.resources:
        if host.urn in other.dependencies or any(host.urn in urns for urns in other.property_dependencies.values()):
            return True
        if other.type == _IN_GROUP and isinstance(identity, str) and identity in str(other.inputs.get("resourceArn")):
            return True
    launches = [choice.launch for machines in scene.machines for choice in machines.choices]
    return isinstance(identity, str) and any(launch.host_id == identity for launch in launches)


def _may_be_placed(kind: str | Unknown | None, scene: Scene) -> bool:
    """Some instance of the host's type runs on a host that is not told, so that it may be this one."""
    for machines in scene.machines:
        for choice in machines.choices:
            unsure = isinstance(choice.type, Unknown) or isinstance(kind, Unknown) or kind is None
            named = isinstance(choice.launch.host_id, str)
            if (unsure or choice.type == kind) and not named and choice.launch.host_group is None:
                return True
    unused = [r for r in scene.of_type(LAUNCH_TEMPLATE) if isinstance(text(effective(r), "instanceType"), Unknown)]
    return bool(unused)


RULE = Rule(
    id="FM404",
    name="mac-host-without-instance",
    level="advisory",
    severity="medium",
    summary="A Mac host runs no instance of this stack.",
    fix="Launch an instance on the host, or release it.",
    check=check,
    types=frozenset({HOST}),
)
