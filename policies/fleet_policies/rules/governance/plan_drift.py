"""What is deployed for a workload is not what the lock planned.

## What it does
Compares everything that launches instances and carries the tag `fleet:workload` with the lock beside fleet.yaml:
types that the lock does not hold for the workload, workloads that the lock does not know, and planned workloads
without any resource. Without a lock it does not apply.

## Why is this bad
The lock was proved, reviewed and priced. What was changed by hand was not.

## Example
```yaml
plan: {web: [m8g.large]}
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7i.2xlarge, ami: ami-0abc, tags: {"fleet:workload": web}}
```
Use instead:
```yaml
plan: {web: [m8g.large]}
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m8g.large, ami: ami-0abc, tags: {"fleet:workload": web}}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/wellarchitected/latest/framework/ops_mit_deploy_risks_auto_testing_and_rollback.html
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.per_machines import unsure_types
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

if TYPE_CHECKING:
    from fleet.plans import Plan

_WORKLOAD = "fleet:workload"


def planned_types(plan: "Plan") -> Mapping[str, frozenset[str]]:
    """Types that the lock holds, by workload: the planned ones, and those that stand in for them."""
    names = {name for allocation in plan.allocations for name in allocation.workloads}
    return {name: plan.types_of(name) for name in names}


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Everything that serves a workload, then planned workloads that nothing serves."""
    if scene.given.plan is None:
        yield NotApplicable(why="no lock beside fleet.yaml")
        return
    planned = planned_types(scene.given.plan)
    served: set[str] = set()
    unsure = False
    for machines in scene.machines:
        workloads = machines.tags.get(_WORKLOAD)
        if isinstance(workloads, Unknown):
            unsure = True
            yield Undecided(urn=machines.urn, why="its tag 'fleet:workload' is not known yet")
        elif workloads is not None:
            served |= set(workloads.split())
            yield from _drift(machines, workloads.split(), planned)
    hosts = {scene.tags(r.urn).known(_WORKLOAD) for r in scene.resources}
    served |= {word for value in hosts if value is not None for word in value.split()}
    for workload in sorted(set(planned) - served) if not unsure else ():
        yield Violation(urn="", text=f"workload {workload!r} of the lock has no resource in the stack; deploy the plan")


def _drift(machines: Machines, workloads: list[str], planned: Mapping[str, frozenset[str]]) -> Iterator[Found]:
    unknown = [workload for workload in workloads if workload not in planned]
    if unknown:
        text = f"workload {unknown[0][:60]!r} is not in the lock; plan again with 'fleet plan'"
        yield Violation(urn=machines.urn, text=text)
        return
    allowed = frozenset().union(*(planned[workload] for workload in workloads))
    other = [name for name in machines.types if name not in allowed]
    if other:
        text = f"{', '.join(other[:5])} for {' '.join(workloads)}, the lock holds {', '.join(sorted(allowed)[:5])}"
        yield Violation(urn=machines.urn, text=f"{text}; plan again, or put back what was planned")
    elif (unsure := unsure_types(machines)) is not None:
        yield unsure


RULE = Rule(
    id="FT704",
    name="plan-drift",
    level="advisory",
    severity="medium",
    summary="What is deployed for a workload is not what the lock planned.",
    fix="Plan again and deploy the plan, or put back what the lock says.",
    check=check,
    types=MACHINE_TYPES,
)
