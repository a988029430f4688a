"""A workload may cost more in a month than its budget.

## What it does
Adds up what the resources with a tag value cost and compares it with that value's budget: those of the option
`budgets`, and `budget_monthly_usd` of the workloads of fleet.yaml by tag `fleet:workload`. A resource whose tag is
not known yet may belong to it, and counts; so does one that several workloads share (`fleet:workload: web api`), with
the share of its costs that the lock puts down to the workload, or all of them without a lock that says.

## Why is this bad
One team's growth hides in the total of all until the total is too high. The gate fails on what could be: unknown
amounts count at their maximum.

## Example
```yaml
options:
  budgets: [{tag: team, value: web, monthly_usd: 100}]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.4xlarge, ami: ami-0abc, tags: {team: web}}
```
Use instead:
```yaml
options:
  budgets: [{tag: team, value: web, monthly_usd: 100}]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc, tags: {team: web}}
```

## Options
- `budgets`: a list of tag, value and monthly_usd

## Source
https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
"""

from collections.abc import Iterator
from decimal import Decimal

from fleet.interval import Interval, total
from fleet.money import usd
from fleet.stack.model import Unknown
from fleet_policies.amounts import money, monthly
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Violation
from fleet_policies.scene import Scene

_WORKLOAD = "fleet:workload"


def over(cost: Interval, budget: Decimal) -> bool:
    """The amount may pass the budget."""
    return cost.max is None or cost.max > budget


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """Each budget against what carries its tag."""
    budgets = _budgets(scene, options)
    if not budgets:
        yield NotApplicable(why="no budgets: set 'budgets', or 'budget_monthly_usd' of workloads in fleet.yaml")
    for (tag, value), budget in sorted(budgets.items()):
        cost = total(_costs(scene, tag, value))
        if over(cost, budget):
            text = f"what is tagged {tag!r} = {value!r} costs {monthly(cost)}, over its budget of {money(budget)}"
            yield Violation(urn="", text=f"{text}; make it smaller, or raise the budget")


def _budgets(scene: Scene, options: Options) -> dict[tuple[str, str], Decimal]:
    """Budgets by tag and value; those of the configuration win over those of fleet.yaml."""
    spec = scene.given.spec
    found = {} if spec is None else {(_WORKLOAD, w.name): w.budget_monthly_usd for w in spec.workloads}
    known = {key: budget for key, budget in found.items() if budget is not None}
    return known | {(b["tag"], b["value"]): usd(b["monthly_usd"]) for b in options.get("budgets", ())}


def _costs(scene: Scene, tag: str, value: str) -> Iterator[Interval]:
    for urn, priced in sorted(scene.priced.items()):
        if priced.monthly_usd is None or priced.monthly_usd.max == 0:
            continue
        found = scene.tags(urn).get(tag)
        if found == value:
            yield priced.monthly_usd
        elif isinstance(found, Unknown):
            yield Interval(Decimal(0), priced.monthly_usd.max)
        elif found is not None and tag == _WORKLOAD and value in found.split():
            share = _share(scene, value, frozenset(found.split()))
            yield Interval(Decimal(0), priced.monthly_usd.max) if share is None else priced.monthly_usd * share


def _share(scene: Scene, workload: str, sharing: frozenset[str]) -> Decimal | None:
    """The part of what several workloads share that the lock puts down to one of them; None when it does not say."""
    plan = scene.given.plan
    listed = [a for a in plan.allocations if frozenset(a.workloads) == sharing] if plan is not None else []
    whole = sum((a.monthly_usd for a in listed), Decimal(0))
    ours = sum((a.monthly_usd * usd(a.shares.get(workload, 0)) for a in listed), Decimal(0))
    return ours / whole if whole else None


RULE = Rule(
    id="FC102",
    name="workload-budget-exceeded",
    level="mandatory",
    severity="high",
    summary="A workload may cost more in a month than its budget.",
    fix="Make the workload smaller or cheaper, or raise its budget.",
    check=check,
    options={
        "budgets": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "tag": {"type": "string"},
                    "value": {"type": "string"},
                    "monthly_usd": {"type": "number", "minimum": 0},
                },
                "required": ["tag", "value", "monthly_usd"],
            },
            "description": "budgets in USD a month, by tag and value",
        }
    },
    gate=True,
)
