"""The stack may cost more in a month than its budget.

## What it does
Adds up what the stack costs in a month of 730 hours and compares it with a budget: `monthly_usd` of the configuration,
else `budget.monthly_usd` of fleet.yaml. Without either it does not apply. It speaks of priced cost; what has no price
is listed by `unpriced-resource`, and fails this gate with `unpriced: fail`.

## Why is this bad
A budget that is checked after the bill has come is a report. This gate fails on what could be: an amount that is not
known yet counts at its maximum, and one without an upper end fails.

## Example
```yaml
options:
  monthly_usd: 100
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.4xlarge, ami: ami-0abc}
```
Use instead:
```yaml
options:
  monthly_usd: 100
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc}
```

## Options
- `monthly_usd`: the budget of the whole stack; without it, that of fleet.yaml.
- `basis`: `desired` (default) prices groups at their desired capacity, `max_scale` at their maximum.
- `unpriced`: `note` (default) leaves what has no price to `unpriced-resource`, `fail` makes each type a finding.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/concepts.html
"""

from collections.abc import Iterator
from decimal import Decimal

from fleet.interval import Interval
from fleet.money import usd
from fleet_policies.amounts import money, monthly
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Violation
from fleet_policies.scene import Scene

_SHOWN = 3


def over_budget(cost: Interval, budget: Decimal, basis: str, unbounded: list[str]) -> str | None:
    """What is wrong with a cost, None when it cannot pass the budget; `unbounded` names what has no upper end."""
    where = "at maximum scale" if basis == "max_scale" else "at desired capacity"
    if cost.max is not None:
        if cost.max <= budget:
            return None
        return (
            f"priced cost {where} is {monthly(cost)}, over the budget of {money(budget)}; make it smaller or raise it"
        )
    names = ", ".join(unbounded[:_SHOWN]) + (f" and {len(unbounded) - _SHOWN} more" if len(unbounded) > _SHOWN else "")
    return (
        f"priced cost {where} is {monthly(cost)}, so the budget of {money(budget)} is not proved to hold; "
        f"settle what is not known of {names}"
    )


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """The stack's cost against the budget, and what has no price where that is asked for."""
    budget = _budget(scene, options)
    if budget is None:
        yield NotApplicable(why="no budget: set 'monthly_usd', or 'budget.monthly_usd' in fleet.yaml")
        return
    basis = options["basis"]
    cost = scene.estimate.cost
    amount = cost.monthly_usd_at_max_scale if basis == "max_scale" else cost.monthly_usd
    text = over_budget(amount, budget, basis, _unbounded(scene, basis))
    if text is not None:
        yield Violation(urn="", text=text)
    if options["unpriced"] == "fail":
        for entry in scene.estimate.unpriced:
            text = (
                f"{entry.count} of {entry.type} without a price may pass the budget of {money(budget)}: {entry.reason}"
            )
            yield Violation(urn="", text=text)


def _budget(scene: Scene, options: Options) -> Decimal | None:
    if "monthly_usd" in options:
        return usd(options["monthly_usd"])
    return None if scene.given.spec is None else scene.given.spec.budget.monthly_usd


def _unbounded(scene: Scene, basis: str) -> list[str]:
    """Names of the resources whose amount has no upper end, with the first reason where a price is missing."""
    found = []
    for resource in scene.priced.values():
        amount = resource.monthly_usd_at_max_scale if basis == "max_scale" else resource.monthly_usd
        if amount is not None and amount.max is None:
            why = resource.unpriced_reason
            found.append(resource.name if why is None else f"{resource.name} ({why.partition('; ')[0]})")
    return sorted(found)


RULE = Rule(
    id="FC101",
    name="monthly-budget-exceeded",
    level="mandatory",
    severity="high",
    summary="The stack may cost more in a month than its budget.",
    fix="Choose smaller or cheaper resources, or raise the budget with whoever owns it.",
    check=check,
    gate=True,
    options={
        "monthly_usd": {"type": "number", "minimum": 0, "description": "budget of the whole stack in USD a month"},
        "basis": {
            "type": "string",
            "enum": ["desired", "max_scale"],
            "default": "desired",
            "description": "price groups at their desired capacity or at their maximum",
        },
        "unpriced": {
            "type": "string",
            "enum": ["note", "fail"],
            "default": "note",
            "description": "what resources without a price mean for this gate",
        },
    },
)
