"""An exemption has ended, costs more than it allows, or covers nothing.

## What it does
Reports exemptions of exemptions.yaml that have expired, whose resource costs more than `max_monthly_usd`, or that
name a rule that cannot be waived; and, as advice, those that end within `warn_days` and those that cover no finding.
A finding whose exemption no longer holds stands again by itself.

## Why is this bad
An exemption without an end is a hole in the rule.

## Example
```yaml
today: 2026-12-01
exemptions:
  - {rule: spot-for-uninterruptible-work, resource: ledger, owner: web, reason: moves next week, expires: 2026-11-30}
resources:
  - type: aws:ec2/instance:Instance
    name: ledger
    properties:
      instanceType: m7g.large
      ami: ami-0abc
      instanceMarketOptions: {marketType: spot}
      tags: {"fleet:interruptible": "false"}
```
Use instead:
```yaml
today: 2026-12-01
exemptions:
  - {rule: spot-for-uninterruptible-work, resource: ledger, owner: web, reason: moves next week, expires: 2026-12-31}
resources:
  - type: aws:ec2/instance:Instance
    name: ledger
    properties:
      instanceType: m7g.large
      ami: ami-0abc
      instanceMarketOptions: {marketType: spot}
      tags: {"fleet:interruptible": "false"}
```

## Options
- `warn_days`: days before its end from which an exemption is a warning (14)

## Source
https://www.pulumi.com/docs/insights/policy/
"""

from collections.abc import Iterator
from datetime import timedelta

from fleet.result.exemptions import Waiver
from fleet_policies.amounts import money
from fleet_policies.rule import Found, Options, Rule, Violation
from fleet_policies.scene import Raised, Scene


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """Every exemption of the file."""
    warn_from = timedelta(days=int(options["warn_days"]))
    for waiver in scene.given.waivers:
        what = f"exemption {waiver.index} ({waiver.rule} for {waiver.resource[:80]!r}, owner {waiver.owner[:80]!r})"
        covered = [raised for raised in scene.raised if _covers(waiver, raised, scene)]
        if not waiver.holds_on(scene.today):
            text = f"{what} expired on {waiver.expires.isoformat()}; mend what it waived, or have it renewed"
            yield Violation(urn="", text=text)
            continue
        if waiver.holds_on(scene.today) and not waiver.holds_on(scene.today + warn_from):
            text = f"{what} ends on {waiver.expires.isoformat()}; mend what it waives"
            yield Violation(urn="", text=text, level="advisory")
        if not covered:
            yield Violation(urn="", text=f"{what} covers no finding; remove it", level="advisory")
        yield from _problems(waiver, covered, what, scene)


def _problems(waiver: Waiver, covered: list[Raised], what: str, scene: Scene) -> Iterator[Found]:
    """Findings that it names and that it does not waive after all."""
    for urn in sorted({raised.urn for raised in covered if not raised.waivable}):
        yield Violation(urn=urn, text=f"{what} names a rule that cannot be waived; remove it")
    limit = waiver.max_monthly_usd
    for urn in sorted({raised.urn for raised in covered if raised.waivable}):
        if limit is not None and not waiver.affords(scene.monthly(urn)):
            cost = scene.monthly(urn)
            amount = "an amount that is not known" if cost is None or cost.max is None else f"{money(cost.max)} a month"
            text = f"{what} allows {money(limit)} a month, {scene.name(urn)} may cost {amount}; it no longer holds"
            yield Violation(urn=urn, text=text)


def _covers(waiver: Waiver, raised: Raised, scene: Scene) -> bool:
    return waiver.covers(rule_id=raised.rule_id, rule=raised.rule, urn=raised.urn, name=scene.name(raised.urn))


RULE = Rule(
    id="FT705",
    name="exemption-expired",
    level="mandatory",
    severity="medium",
    summary="An exemption has ended, costs more than it allows, or covers nothing.",
    fix="Mend what was waived, or have the exemption renewed by its owner.",
    check=check,
    options={
        "warn_days": {
            "type": "integer",
            "minimum": 0,
            "maximum": 3650,
            "default": 14,
            "description": "days before its end from which an exemption is a warning",
        }
    },
    gate=True,
    exemptable=False,
)
