"""The accelerator has far more memory than the work needs, and a smaller one costs less.

## What it does
Reports types whose accelerators have at least twice the memory that the tag `fleet:memory-gib` says each needs, where
a type in the region with as many accelerators of the same software stack has enough memory, does what the other tags
ask for (precision, video encoder and more), and costs at least `min_saving_percent` less. Training is left out, since
it is chosen by speed. Silent on what the lock chose.

## Why is this bad
Memory of accelerators is the dearest there is. What the work never touches is paid all month.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: embed
    properties: {instanceType: p5.4xlarge, ami: ami-0abc, tags: {"fleet:stack": cuda, "fleet:memory-gib": "16"}}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: embed
    properties: {instanceType: g6.4xlarge, ami: ami-0abc, tags: {"fleet:stack": cuda, "fleet:memory-gib": "16"}}
```

## Options
- `min_saving_percent`: the least saving in per cent that is worth a finding (10)

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/accelerated-computing-instances.html
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from fleet.catalog.model import Accelerator
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.accelerated_work import Work, obstacle, read_work
from fleet_policies.amounts import hourly
from fleet_policies.intent import all_of, is_kind, negated, share
from fleet_policies.market import Offered
from fleet_policies.per_machines import decided, unplanned_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import steady_hours
from fleet_policies.scene import Scene

_HUNDRED = Decimal(100)
_TWICE = 2


def gib_each(offered: Offered) -> float | None:
    """Memory of one accelerator; None when it is not known."""
    shape = offered.shape
    if shape.accelerator_memory_gib is None or shape.accelerators <= 0:
        return None
    return shape.accelerator_memory_gib / shape.accelerators


def smaller(
    now: Offered, work: Work, offers: Iterable[Offered], devices: Mapping[str, Accelerator], limit: Decimal
) -> Offered | None:
    """The cheapest type at most at the limit whose accelerators are smaller, enough, and do what the tags ask for."""
    fitting = [o for o in offers if o.usd <= limit and _is_enough(o, now, work, devices)]
    return min(fitting, key=lambda o: (o.usd, o.shape.name), default=None)


def _is_enough(other: Offered, now: Offered, work: Work, devices: Mapping[str, Accelerator]) -> bool:
    own = devices.get(now.shape.accelerator or "")
    device = devices.get(other.shape.accelerator or "")
    each, before = gib_each(other), gib_each(now)
    if each is None or before is None or each >= before or own is None or device is None:
        return False
    same = other.shape.architecture == now.shape.architecture and other.shape.accelerators >= now.shape.accelerators
    same = same and bool(own.stacks & device.stacks) and (not own.graphics or device.graphics)
    return same and obstacle(work, other.shape, devices) is None


def verdict(machines: Machines, scene: Scene, options: Options) -> Found | None:
    """The first type whose accelerators are twice as large as the work needs."""
    need, work = share(machines.tags, "fleet:memory-gib"), read_work(machines)
    meant = all_of(negated(is_kind(machines.tags, "training")), machines.only_on_demand)
    if need is None or meant is False or machines.region is None:
        return None
    if isinstance(need, Unknown) or isinstance(work, Unknown) or isinstance(machines.region, Unknown):
        return Undecided(urn=machines.urn, why="a tag that describes its work or its region is not known yet")
    for name in machines.types:
        now = scene.market.offer(name, machines.region)
        each = None if now is None else gib_each(now)
        if now is None or each is None or each < need * _TWICE:
            continue
        limit = now.usd * (_HUNDRED - Decimal(str(options["min_saving_percent"]))) / _HUNDRED
        other = smaller(now, work, scene.market.offers(machines.region), scene.catalog.accelerators, limit)
        if other is not None:
            text = (
                f"{name} has {each:g} GiB an accelerator for work that needs {need:g} GiB; {other.shape.name} has "
                f"{gib_each(other) or 0:g} GiB at {hourly(other.usd)} instead of {hourly(now.usd)} an hour "
                "(throughput is not compared)"
            )
            hours = steady_hours(scene.priced.get(machines.urn), name)
            saving = (now.usd - other.usd) * hours
            return decided(machines, meant, Violation(urn=machines.urn, text=text, saving=saving))
    return decided(machines, meant, None)


RULE = Rule(
    id="FE202",
    name="accelerator-oversized",
    level="advisory",
    severity="medium",
    summary="The accelerator has far more memory than the work needs, and a smaller one costs less.",
    fix="Use the type that the finding names, after a look at throughput.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
    options={
        "min_saving_percent": {
            "type": "number",
            "minimum": 0,
            "maximum": 100,
            "default": 10,
            "description": "least saving in per cent",
        }
    },
)
