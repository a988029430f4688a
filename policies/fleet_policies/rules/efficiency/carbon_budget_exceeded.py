"""The stack may cause more carbon in a month than its budget.

## What it does
Adds up the operational carbon of all instances, from idle to fully busy, and compares it with `kg_co2e_per_month` of
the configuration, else `carbon_budget` of fleet.yaml. It speaks of what has a figure, and says how many resources
have none; instances whose type or number is not known yet fail the gate.

## Why is this bad
A carbon goal without a gate is a wish.

## Example
```yaml
options:
  kg_co2e_per_month: 1
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7i.24xlarge, ami: ami-0abc}
```
Use instead:
```yaml
options:
  kg_co2e_per_month: 1000
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7i.large, ami: ami-0abc}
```

## Options
- `kg_co2e_per_month`: budget in kilograms of CO2 equivalent a month; without it, that of fleet.yaml

## Source
https://docs.aws.amazon.com/wellarchitected/latest/sustainability-pillar/sustainability-pillar.html
"""

from collections.abc import Iterator
from decimal import Decimal

from fleet.interval import ZERO
from fleet.money import usd
from fleet_policies.amounts import number
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Violation
from fleet_policies.scene import Scene


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """The stack's carbon against the budget."""
    budget = _budget(scene, options)
    if budget is None:
        yield NotApplicable(why="no budget: set 'kg_co2e_per_month', or 'carbon_budget' in fleet.yaml")
        return
    unbounded, missing = _without_figure(scene)
    cost = scene.estimate.kg_co2e_per_month or ZERO
    note = f" ({missing} without a figure left out)" if missing else ""
    if unbounded or cost.max is None:
        text = f"carbon cannot be bounded, because {', '.join(unbounded[:3]) or 'a number'} is not known yet"
        yield Violation(urn="", text=f"{text}; the budget of {number(budget)} kg CO2e a month is not proved to hold")
    elif cost.max > budget:
        amount = f"{number(cost.min)} to {number(cost.max)} kg CO2e a month"
        yield Violation(urn="", text=f"instances cause {amount}{note}, over the budget of {number(budget)}; run less")


def _budget(scene: Scene, options: Options) -> Decimal | None:
    if "kg_co2e_per_month" in options:
        return usd(options["kg_co2e_per_month"])
    spec = scene.given.spec
    return None if spec is None or spec.carbon_budget is None else usd(spec.carbon_budget.kg_co2e_per_month)


def _without_figure(scene: Scene) -> tuple[list[str], int]:
    """Names of resources that are not known yet, and the number of those whose types have no figure."""
    unbounded, missing = [], 0
    for machines in scene.machines:
        priced = scene.priced.get(machines.urn)
        if priced is None or priced.kg_co2e_per_month is not None:
            continue
        # Where the amount has no upper end, what has no price may be launched, whatever it causes.
        is_open = priced.monthly_usd is not None and priced.monthly_usd.max is None
        if machines.types_known and isinstance(machines.region, str) and not is_open:
            missing += 1
        else:
            unbounded.append(machines.name)
    return unbounded, missing


RULE = Rule(
    id="FE203",
    name="carbon-budget-exceeded",
    level="mandatory",
    severity="medium",
    summary="The stack may cause more carbon in a month than its budget.",
    fix="Run less, in a region with a cleaner grid, or raise the budget.",
    check=check,
    options={
        "kg_co2e_per_month": {"type": "number", "minimum": 0, "description": "budget in kg of CO2 equivalent a month"}
    },
    gate=True,
)
