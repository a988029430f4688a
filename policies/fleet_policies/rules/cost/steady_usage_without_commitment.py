"""Capacity that runs all month is bought on demand, where a savings plan has a known rate.

## What it does
Reports on-demand capacity that is steady (`fleet:hours-per-month` of at least 657, or `fleet:kind` service or
inference without a schedule) of types for which the catalog knows savings plan rates, and names the best rate of one
year. Silent when fleet.yaml lists owned savings plans.

## Why is this bad
On-demand prices pay for the freedom to stop. What never stops pays for nothing.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: chat
    properties: {instanceType: p5.48xlarge, ami: ami-0abc, tags: {"fleet:kind": inference}}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: chat
    properties: {instanceType: g6e.12xlarge, ami: ami-0abc, tags: {"fleet:kind": inference}}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html
"""

from collections.abc import Iterable
from decimal import Decimal

from fleet.catalog.model import Price, SavingsPlanRate
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.amounts import hourly, percent
from fleet_policies.intent import all_of, is_kind, share
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import on_demand_types, runs_now, steady_hours
from fleet_policies.scene import Scene

_STEADY_HOURS = 657.0
_STEADY_KINDS = frozenset({"service", "inference"})


def best_rate(rates: Iterable[SavingsPlanRate]) -> SavingsPlanRate | None:
    """The lowest rate of one year without an upfront payment."""
    yearly = [r for r in rates if r.term.startswith("1") and r.payment.replace("_", "-").lower() == "no-upfront"]
    return min(yearly, key=lambda r: (r.price.usd, r.plan), default=None)


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """Steady capacity on demand whose types have a known rate."""
    spec = scene.given.spec
    if spec is not None and spec.purchase.savings_plans:
        return None
    meant = all_of(machines.only_on_demand, is_steady(machines, scheduled=_is_scheduled(machines, scene)))
    if meant is False or machines.region is None:
        return None
    if isinstance(machines.region, Unknown):
        return Undecided(urn=machines.urn, why="its region is not known yet")
    for name in on_demand_types(machines):
        listed, rate = scene.catalog.on_demand(name, machines.region), _rate(scene, name, machines.region)
        hours = steady_hours(scene.priced.get(machines.urn), name)
        if rate is not None and isinstance(listed, Price) and rate.price.usd < listed.usd:
            plan = "a compute" if rate.plan == "compute" else "an EC2 instance"
            text = (
                f"{name} runs all month on demand at {hourly(listed.usd)} an hour; {plan} savings plan of one year "
                f"costs {hourly(rate.price.usd)}, {percent((1 - rate.price.usd / listed.usd) * Decimal(100))} less"
            )
            saving = (listed.usd - rate.price.usd) * hours
            running = all_of(meant, runs_now(machines, hours))
            return decided(machines, running, Violation(urn=machines.urn, text=text, saving=saving))
    return decided(machines, meant, None)


def is_steady(machines: Machines, *, scheduled: bool) -> bool | Unknown:
    """The tags show that it runs all month."""
    hours = share(machines.tags, "fleet:hours-per-month")
    if isinstance(hours, float):
        return hours >= _STEADY_HOURS
    kind = is_kind(machines.tags, *_STEADY_KINDS)
    return all_of(not scheduled, kind if hours is None else hours)


def _is_scheduled(machines: Machines, scene: Scene) -> bool:
    return bool(scene.near.schedules(scene.near.by_urn[machines.urn]))


def _rate(scene: Scene, name: str, region: str) -> SavingsPlanRate | None:
    return best_rate(scene.catalog.savings_plan_rates(name, region))


RULE = Rule(
    id="FC108",
    name="steady-usage-without-commitment",
    level="advisory",
    severity="low",
    summary="Capacity that runs all month is bought on demand, where a savings plan has a known rate.",
    fix="Buy a savings plan for the steady part, after a look at what is owned already.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
