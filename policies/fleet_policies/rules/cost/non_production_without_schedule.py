"""An environment that is not production runs day and night.

## What it does
Reports instances and groups whose tag `environment` is one of `environments`, that have neither a scheduled action
nor a tag `fleet:hours-per-month`, and that run at least one instance. The saving is what the hours beyond
`office_hours_per_month` cost.

## Why is this bad
Nobody works on a test system at night; at 260 of 730 hours it costs a third.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: test
    properties: {instanceType: m7g.large, ami: ami-0abc, tags: {environment: test}}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: test
    properties:
      instanceType: m7g.large
      ami: ami-0abc
      tags: {environment: test, "fleet:hours-per-month": "260"}
```

## Options
- `environments`: values of the tag `environment` that are not production
- `office_hours_per_month`: hours that would do (260)

## Source
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
"""

from collections.abc import Sequence
from decimal import Decimal

from fleet.cost import MACHINE_TYPES, Machines
from fleet.money import HOURS_PER_MONTH
from fleet.stack.model import Unknown
from fleet_policies.amounts import number
from fleet_policies.intent import all_of, is_set, negated
from fleet_policies.per_machines import each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.running import runs_now
from fleet_policies.scene import Scene

_KINDS = frozenset({"instance", "group", "node_group"})


def verdict(machines: Machines, scene: Scene, options: Options) -> Found | None:
    """Non-production capacity that runs all month."""
    environment = machines.tags.get("environment")
    if machines.kind not in _KINDS or scene.near.schedules(scene.near.by_urn[machines.urn]):
        return None
    meant = all_of(_is_one_of(environment, options["environments"]), runs_now(machines), _is_all_month(machines))
    if meant is False:
        return None
    if not isinstance(environment, str) or isinstance(meant, Unknown):
        return Undecided(urn=machines.urn, why="its tags or its desired capacity are not known yet")
    hours = Decimal(str(options["office_hours_per_month"]))
    text = (
        f"environment {environment[:40]!r} runs {HOURS_PER_MONTH} hours a month without a schedule; "
        f"{number(hours)} hours would do: add scheduled actions, or tag 'fleet:hours-per-month'"
    )
    priced = scene.priced.get(machines.urn)
    cost = None if priced is None or priced.monthly_usd is None else priced.monthly_usd.min
    saving = None if cost is None else cost * max(1 - hours / HOURS_PER_MONTH, Decimal(0))
    return Violation(urn=machines.urn, text=text, saving=saving)


def _is_one_of(environment: str | Unknown | None, environments: Sequence[str]) -> bool | Unknown:
    if isinstance(environment, Unknown):
        return environment
    return environment is not None and environment.lower() in environments


def _is_all_month(machines: Machines) -> bool | Unknown:
    return negated(is_set(machines.tags, "fleet:hours-per-month"))


RULE = Rule(
    id="FC109",
    name="non-production-without-schedule",
    level="advisory",
    severity="low",
    summary="An environment that is not production runs day and night.",
    fix="Give the group a schedule, or tag how many hours a month it runs.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
    options={
        "environments": {
            "type": "array",
            "items": {"type": "string"},
            "default": ["dev", "development", "qa", "sandbox", "stage", "staging", "test", "testing"],
            "description": "values of the tag 'environment' that are not production, in lower case",
        },
        "office_hours_per_month": {
            "type": "number",
            "minimum": 0,
            "maximum": 730,
            "default": 260,
            "description": "hours a month that would do",
        },
    },
)
