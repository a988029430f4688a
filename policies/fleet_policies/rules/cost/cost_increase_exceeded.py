"""The change costs more than it may, compared with the base branch.

## What it does
Compares the cost with a stored result (`fleet preview --save-baseline`, option `baseline` or FLEET_BASELINE). New,
changed and removed resources count at today's prices on both sides, so that a change of prices alone never fails.
Limits: `max_increase_percent` (else `budget.max_increase_percent` of fleet.yaml) and `max_increase_usd`.

## Why is this bad
A pull request that doubles the bill looks like any other. The gate fails on what could be: what has no upper end
fails, unless it had none before.

## Example
```yaml
options:
  max_increase_usd: 50
baseline: {resources: []}
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.4xlarge, ami: ami-0abc}
```
Use instead:
```yaml
options:
  max_increase_usd: 100
baseline: {resources: []}
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc}
```

## Options
- `baseline`: path of the stored result, from the program's folder
- `max_increase_percent`: largest increase in per cent of the baseline
- `max_increase_usd`: largest increase in USD a month

## Source
https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/welcome.html
"""

from collections.abc import Iterator
from decimal import Decimal

from fleet.money import usd
from fleet.result.baseline import Increase, increase_over
from fleet_policies.amounts import money, percent
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Violation
from fleet_policies.scene import Scene


def excess(increase: Increase, max_percent: Decimal | None, max_usd: Decimal | None) -> str | None:
    """Which limit an increase passes; None when it passes none."""
    if increase.usd is None:
        return "cannot be bounded, because an amount of the change has no upper end"
    if max_usd is not None and increase.usd > max_usd:
        return f"is {money(increase.usd)} a month, more than {money(max_usd)}"
    if max_percent is None or increase.usd <= 0:
        return None
    share = increase.percent
    if share is None:
        return f"is {money(increase.usd)} a month over a baseline of nothing, more than {percent(max_percent)}"
    return f"is {percent(share)} of the baseline, more than {percent(max_percent)}" if share > max_percent else None


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """The change since the baseline against the limits."""
    max_percent, max_usd = _limits(scene, options)
    if scene.given.baseline is None:
        yield NotApplicable(why="no baseline: set 'baseline' or FLEET_BASELINE")
        return
    if max_percent is None and max_usd is None:
        yield NotApplicable(why="no limit: set 'max_increase_percent' or 'max_increase_usd'")
        return
    increase = increase_over(scene.given.baseline, scene.priced.values())
    text = excess(increase, max_percent, max_usd)
    if text is not None:
        counts = f"{len(increase.new)} new, {len(increase.changed)} changed, {len(increase.removed)} removed"
        yield Violation(urn="", text=f"the increase over the baseline {text} ({counts}); make the change cheaper")


def _limits(scene: Scene, options: Options) -> tuple[Decimal | None, Decimal | None]:
    given = options.get("max_increase_percent")
    if given is None and scene.given.spec is not None and "max_increase_usd" not in options:
        given = scene.given.spec.budget.max_increase_percent
    amount = options.get("max_increase_usd")
    return None if given is None else usd(given), None if amount is None else usd(amount)


RULE = Rule(
    id="FC103",
    name="cost-increase-exceeded",
    level="mandatory",
    severity="high",
    summary="The change costs more than it may, compared with the base branch.",
    fix="Make the change cheaper, or have the increase approved and store a new baseline.",
    check=check,
    options={
        "baseline": {"type": "string", "description": "path of a stored result, from the program's folder"},
        "max_increase_percent": {"type": "number", "minimum": 0, "description": "largest increase in per cent"},
        "max_increase_usd": {"type": "number", "minimum": 0, "description": "largest increase in USD a month"},
    },
    gate=True,
)
