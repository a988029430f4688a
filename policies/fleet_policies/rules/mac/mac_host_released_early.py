"""A schedule ends Mac instances before their hosts have been leased for 24 hours.

## What it does
Reports groups of Mac instances whose scheduled actions raise the capacity and lower it again in less than 24 hours.

## Why is this bad
Apple's licence makes 24 hours the shortest lease of a Mac host. It cannot be released earlier, and is billed until
then; the next start finds no free host, since a stopped one is scrubbed first.

## Example
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
  - type: aws:autoscaling/schedule:Schedule
    name: start
    properties:
      scheduledActionName: start
      autoscalingGroupName: {unknown: true}
      desiredCapacity: 4
      recurrence: 0 8 * * MON
    depends: {autoscalingGroupName: [aws:autoscaling/group:Group::ios]}
  - type: aws:autoscaling/schedule:Schedule
    name: stop
    properties:
      scheduledActionName: stop
      autoscalingGroupName: {unknown: true}
      desiredCapacity: 0
      recurrence: 0 20 * * MON
    depends: {autoscalingGroupName: [aws:autoscaling/group:Group::ios]}
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
  - type: aws:autoscaling/schedule:Schedule
    name: start
    properties:
      scheduledActionName: start
      autoscalingGroupName: {unknown: true}
      desiredCapacity: 4
      recurrence: 0 8 * * MON
    depends: {autoscalingGroupName: [aws:autoscaling/group:Group::ios]}
  - type: aws:autoscaling/schedule:Schedule
    name: stop
    properties:
      scheduledActionName: stop
      autoscalingGroupName: {unknown: true}
      desiredCapacity: 0
      recurrence: 0 20 * * FRI
    depends: {autoscalingGroupName: [aws:autoscaling/group:Group::ios]}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-mac-instances.html
"""

from decimal import Decimal

from fleet.cost import MACHINE_TYPES, Machines
from fleet.cost.schedules import read_actions, shortest_step_hours
from fleet.stack.model import UNKNOWN, Unknown
from fleet_policies.amounts import number
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_LEAST_HOURS = Decimal(24)


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """A timetable with a lease that is too short."""
    mac = any(scene.catalog.mac(name) for name in machines.types)
    if machines.kind != "group" or (machines.types_known and not mac):
        return None
    actions = read_actions(scene.near.schedules(scene.near.by_urn[machines.urn]))
    if isinstance(actions, Unknown):
        return Undecided(urn=machines.urn, why="a scheduled action is not known yet")
    hours = shortest_step_hours(actions, scene.today)
    if hours is None or hours >= _LEAST_HOURS:
        return None
    text = f"a scheduled action ends Mac instances {number(hours)} hours after another starts them; hosts are leased"
    return decided(
        machines, True if mac else UNKNOWN, Violation(urn=machines.urn, text=f"{text} for at least 24 hours")
    )


RULE = Rule(
    id="FM402",
    name="mac-host-released-early",
    level="mandatory",
    severity="high",
    summary="A schedule ends Mac instances before their hosts have been leased for 24 hours.",
    fix="Let at least 24 hours pass between the action that grows the group and the one that shrinks it.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
