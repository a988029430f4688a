"""A finding is covered by an exemption.

## What it does
Carries each finding that an exemption of exemptions.yaml covers. The message names the waived rule, the owner, the
reason and the day on which the exemption ends.

## Why is this bad
It is not: somebody decided so. It stays visible, because an exemption that nobody sees is never taken back.

## Example
```yaml
options: {}
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
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: ledger
    properties: {instanceType: m7g.large, ami: ami-0abc, tags: {"fleet:interruptible": "false"}}
```

## Options
None of its own. A rule with the option `exemptable: false` cannot be waived.

## Source
https://www.pulumi.com/docs/insights/policy/
"""

from collections.abc import Iterator

from fleet_policies.rule import Found, Options, Rule
from fleet_policies.scene import Scene


def check(_scene: Scene, _options: Options) -> Iterator[Found]:
    """Finds nothing by itself: findings of other rules come here when an exemption covers them."""
    yield from ()


RULE = Rule(
    id="FT706",
    name="exempted-finding",
    level="advisory",
    severity="low",
    summary="A finding is covered by an exemption.",
    fix="Mend what was waived before the exemption ends.",
    check=check,
    gate=True,
    exemptable=False,
)
