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
from fleet.stack.model import UNKNOWN, Unknown
from fleet_policies.amounts import money
from fleet_policies.mac_hosts import HOST, is_mac_host
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_IN_GROUP = "aws:resourcegroups/resource:Resource"


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Every Mac host against everything that may run on it."""
    depended, named, may_land = _depended_on(scene), _named(scene), _may_land(scene)
    for host in scene.of_type(HOST):
        mac = is_mac_host(host, scene.catalog)
        identity = host.id or text(effective(host), "id")
        if mac is False or host.urn in depended or (isinstance(identity, str) and any(identity in n for n in named)):
            continue
        kind = text(effective(host), "instanceType")
        if isinstance(mac, Unknown):
            yield Undecided(urn=host.urn, why="whether it is a Mac's host is not known yet")
        elif may_land and (UNKNOWN in may_land or not isinstance(kind, str) or kind in may_land):
            yield Undecided(urn=host.urn, why="an instance on a host that is not known yet may run on it")
        else:
            cost = scene.monthly(host.urn)
            price = "" if cost is None else f" for {money(cost.min)} a month"
            yield Violation(urn=host.urn, text=f"Mac host without an instance{price}; launch one on it, or release it")


def _depended_on(scene: Scene) -> frozenset[str]:
    """What something of the stack depends on."""
    found: set[str] = set()
    for other in scene.resources:
        found.update(other.dependencies)
        found.update(urn for urns in other.property_dependencies.values() for urn in urns)
    return frozenset(found)


def _named(scene: Scene) -> frozenset[str]:
    """Texts that name hosts: ids of launches, and ARNs of members of host resource groups."""
    members = (other.inputs.get("resourceArn") for other in scene.of_type(_IN_GROUP))
    launches = (choice.launch.host_id for machines in scene.machines for choice in machines.choices)
    return frozenset(name for name in (*members, *launches) if isinstance(name, str))


def _may_land(scene: Scene) -> frozenset[str | Unknown]:
    """Types (UNKNOWN: any) of what runs on a host that nothing tells, so that it may be any host."""
    found: set[str | Unknown] = set()
    for machines in scene.machines:
        told = any(
            urn.split("::")[2].endswith(HOST)
            for urns in scene.near.by_urn[machines.urn].property_dependencies.values()
            for urn in urns
        )
        for choice in machines.choices:
            launch = choice.launch
            if told or isinstance(launch.host_id, str) or launch.host_group is not None or launch.on_host is False:
                continue
            found.add(choice.type if isinstance(choice.type, str) else UNKNOWN)
    unused = (text(effective(template), "instanceType") for template in scene.of_type(LAUNCH_TEMPLATE))
    return frozenset(found | {kind for kind in unused if isinstance(kind, Unknown)})


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
