"""A Graviton type does the same measured work for less money.

## What it does
Reports x86 instances on demand for which a Graviton type has no less of anything (vCPU, memory, network, disks), does
no less work by measured CoreMark, and does it for less money by at least `min_saving_percent` per unit of work. It says
nothing where an Intel or AMD type does more work per dollar than any such Graviton type, where a figure is missing, and
on what the lock already chose.

## Why is this bad
The same work costs more. It fires on measurements, not on the claim that Graviton is cheaper: by CoreMark, AMD's
eighth generation does more work per dollar than Graviton in some families.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: r6i.2xlarge, ami: ami-0abc}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: r8g.2xlarge, ami: ami-0abc}
```

## Options
- `min_saving_percent`: the least saving per unit of measured work that is worth a finding (10).

## Source
https://docs.aws.amazon.com/prescriptive-guidance/latest/optimize-costs-microsoft-workloads/right-sizing.html
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import hourly, percent
from fleet_policies.intent import all_of
from fleet_policies.market import Offered, not_less, work_per_dollar
from fleet_policies.per_machines import decided, unplanned_machines, unsure_types
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import on_demand_types, runs_now, steady_hours
from fleet_policies.scene import Scene

_HUNDRED = Decimal(100)


def better_graviton(now: Offered, offers: Iterable[Offered], least_percent: Decimal) -> tuple[Offered, Decimal] | None:
    """The Graviton type of most work per dollar, and its saving in per cent; None when there is no better one."""
    own = work_per_dollar(now)
    if own is None or now.shape.architecture != "x86_64" or now.shape.burstable:
        return None
    fitting = [(rate, o) for o in offers if (rate := _rate(o, now)) is not None]
    if not fitting:
        return None
    best_rate, best = max(fitting, key=lambda found: (found[0], found[1].shape.name))
    if best.shape.processor_maker != "AWS":
        return None
    saving = (1 - own / best_rate) * _HUNDRED
    return (best, saving) if saving >= least_percent else None


def _rate(other: Offered, now: Offered) -> Decimal | None:
    """Work per dollar of a type that may stand in: no resource less, no less work, for less money."""
    if other.usd >= now.usd or other.shape.coremark is None or other.shape.coremark < (now.shape.coremark or 0):
        return None
    return work_per_dollar(other) if not_less(other.shape, now.shape) else None


def verdict(machines: Machines, scene: Scene, options: Options) -> Found | None:
    """The first x86 type that is bought on demand and does less work per dollar than Graviton."""
    if machines.only_on_demand is False or machines.region is None:
        return None
    if isinstance(machines.region, Unknown):
        return Undecided(urn=machines.urn, why="its region is not known yet")
    least = Decimal(str(options["min_saving_percent"]))
    for name in on_demand_types(machines):
        now = scene.market.offer(name, machines.region)
        if now is None:
            continue
        answer = partial(better_graviton, now, scene.market.offers(machines.region), least)
        found = scene.market.once("FE201", name, machines.region, least, answer=answer)
        if found is None:
            continue
        other, saving = found
        text = (
            f"{name} ({now.shape.processor_maker}, {hourly(now.usd)} an hour) does less measured work per dollar "
            f"than {other.shape.name} ({other.shape.processor or 'Graviton'}, {hourly(other.usd)} an hour): "
            f"{percent(saving)} less for the same CoreMark; use it if the software runs on arm64"
        )
        hours = steady_hours(scene.priced.get(machines.urn), name)
        meant = all_of(machines.only_on_demand, runs_now(machines, hours))
        violation = Violation(urn=machines.urn, text=text, saving=(now.usd - other.usd) * hours)
        return decided(machines, meant, violation)
    return unsure_types(machines)


RULE = Rule(
    id="FE201",
    name="graviton-available",
    level="advisory",
    severity="low",
    summary="A Graviton type does the same measured work for less money.",
    fix="Build for arm64 and use the Graviton type, or leave the finding where software needs x86.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
    options={
        "min_saving_percent": {
            "type": "number",
            "minimum": 0,
            "maximum": 100,
            "default": 10,
            "description": "least saving per unit of measured work, in per cent",
        }
    },
)
