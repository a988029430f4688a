"""A service runs in a single zone.

## What it does
Reports groups and node groups of a service (`fleet:kind`) that run more than one instance, all in one zone. Zones
come from the group's zones or its subnets; where they are not known, it says nothing. Groups of one workload
(`fleet:workload`) and node groups of one cluster count together. Silent on what the lock chose.

## Why is this bad
When the zone fails, the service is gone, though several instances were paid for.

## Example
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
      availabilityZones: [us-east-1a]
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
      availabilityZones: [us-east-1a, us-east-1b]
      launchTemplate: {id: {unknown: true}}
      tags: [{key: "fleet:kind", value: service, propagateAtLaunch: true}]
    depends: {launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate::web"]}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
"""

from collections.abc import Iterable
from functools import partial

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import UNKNOWN, Unknown
from fleet_policies.intent import Claim, all_of, is_kind, negated
from fleet_policies.per_machines import decided, unplanned_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import has_several_nodes
from fleet_policies.scene import Scene


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """A service of several nodes in one zone."""
    if machines.kind not in ("group", "node_group"):
        return None
    meant = all_of(is_kind(machines.tags, "service"), has_several_nodes(machines, scene.catalog))
    if meant is False:
        return None
    if isinstance(machines.zones, Unknown):
        return Undecided(urn=machines.urn, why="its zones are not all known yet")
    if machines.zones is None or len(machines.zones) != 1:
        return None
    zone = machines.zones[0]
    works = (*scene.workloads(machines), *scene.cluster(machines))
    shared = (
        scene.market.once("FR502", work, zone, answer=partial(_is_only_in, zone, scene.who_does(work)))
        for work in works
    )
    meant = all_of(meant, *shared)
    text = f"a service with several instances in one zone, {zone}; spread it over two or more"
    return decided(machines, meant, Violation(urn=machines.urn, text=text))


def _is_only_in(zone: str | Unknown, groups: Iterable[Machines]) -> Claim:
    """No group that does the same work stands in another zone too, as node groups of one zone each do."""
    return all_of(*(negated(_stands_elsewhere(group, zone)) for group in groups))


def _stands_elsewhere(other: Machines, zone: str | Unknown) -> Claim:
    """A group of the service that is not only in the zone."""
    differs: Claim = any(found != zone for found in other.zones) if isinstance(other.zones, tuple) else UNKNOWN
    return all_of(differs, other.runs_any, is_kind(other.tags, "service"))


RULE = Rule(
    id="FR502",
    name="service-in-one-zone",
    level="advisory",
    severity="medium",
    summary="A service runs in a single zone.",
    fix="Spread it over at least two zones.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
)
