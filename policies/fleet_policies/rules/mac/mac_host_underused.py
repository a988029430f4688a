"""A Mac host is busy for a small part of the time that it is paid for.

## What it does
Reports Mac hosts whose tag `fleet:utilization` (0 to 1, or per cent above 1) is below `min_utilization_percent`, with
what the idle part costs.

## Why is this bad
A Mac host costs the same whether it builds or waits, and runs one instance for one team only if nobody shares it.

## Example
```yaml
resources:
  - type: aws:ec2/dedicatedHost:DedicatedHost
    name: mac
    properties: {instanceType: mac-m4.metal, availabilityZone: us-east-1a, tags: {"fleet:utilization": "0.15"}}
  - type: aws:ec2/instance:Instance
    name: builder
    properties: {instanceType: mac-m4.metal, ami: ami-0abc, tenancy: host, hostId: {unknown: true}}
    depends: {hostId: ["aws:ec2/dedicatedHost:DedicatedHost::mac"]}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/dedicatedHost:DedicatedHost
    name: mac
    properties: {instanceType: mac-m4.metal, availabilityZone: us-east-1a, tags: {"fleet:utilization": "0.7"}}
  - type: aws:ec2/instance:Instance
    name: builder
    properties: {instanceType: mac-m4.metal, ami: ami-0abc, tenancy: host, hostId: {unknown: true}}
    depends: {hostId: ["aws:ec2/dedicatedHost:DedicatedHost::mac"]}
```

## Options
- `min_utilization_percent`: the least utilization in per cent (40)

## Source
https://aws.amazon.com/ec2/dedicated-hosts/pricing/
"""

from collections.abc import Iterator
from decimal import Decimal

from fleet.cost.properties import effective, text
from fleet.stack.model import Unknown
from fleet_policies.amounts import money, percent
from fleet_policies.intent import share
from fleet_policies.mac_hosts import HOST, is_mac_host
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_HUNDRED = Decimal(100)


def as_percent(value: float) -> Decimal:
    """Utilization in per cent: a share up to 1, per cent above."""
    return Decimal(str(value)) * (_HUNDRED if value <= 1 else 1)


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """Every Mac host with a known utilization."""
    least = Decimal(str(options["min_utilization_percent"]))
    for resource in scene.of_type(HOST):
        mac = is_mac_host(resource, scene.catalog)
        if mac is False:
            continue
        value = share(scene.tags(resource.urn), "fleet:utilization")
        if isinstance(value, Unknown):
            yield Undecided(urn=resource.urn, why="its tag 'fleet:utilization' is not known yet")
        elif value is not None and as_percent(value) < least and isinstance(mac, Unknown):
            yield Undecided(urn=resource.urn, why="whether it is a Mac's host is not known yet")
        elif value is not None and as_percent(value) < least:
            cost = scene.monthly(resource.urn)
            kind = text(effective(resource), "instanceType")
            what = kind if isinstance(kind, str) else "Mac"
            used = as_percent(value)
            idle = "" if cost is None else f" of {money(cost.min)} a month"
            message = f"{what} host is used {percent(used)}{idle}, less than {percent(least)}; share it or lease fewer"
            yield Violation(urn=resource.urn, text=message)


RULE = Rule(
    id="FM403",
    name="mac-host-underused",
    level="advisory",
    severity="medium",
    summary="A Mac host is busy for a small part of the time that it is paid for.",
    fix="Share the host between teams, or lease fewer hosts.",
    check=check,
    types=frozenset({HOST}),
    options={
        "min_utilization_percent": {
            "type": "number",
            "minimum": 0,
            "maximum": 100,
            "default": 40,
            "description": "least utilization in per cent",
        }
    },
)
