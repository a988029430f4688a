"""The stack may need more of a service quota than the account has.

## What it does
Adds up, by region and quota code, the vCPUs (or hosts) that everything may launch at its maximum size (with
what scheduled actions raise it to and what a warm pool keeps running), and compares it with the option `quotas`, else
the limits of fleet.yaml (what is in use there is taken off). Only codes with a limit are checked.

## Why is this bad
Scaling stops at the quota, at the hour when it is needed. The gate fails on what could be: what has no known number
or type, or a type of which the catalog has no shape, counts as too much for every limit that it may touch.

## Example
```yaml
options:
  quotas: {L-1216C47A: 16}
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.8xlarge, ami: ami-0abc}
```
Use instead:
```yaml
options:
  quotas: {L-1216C47A: 64}
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.8xlarge, ami: ami-0abc}
```

## Options
- `quotas`: limits by quota code, in the quota's own unit

## Source
https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
"""

from collections.abc import Iterator
from decimal import Decimal

from fleet.cost.launches import CAPACITY_RESERVATION
from fleet.cost.properties import count, effective, text
from fleet.money import usd
from fleet.stack.model import Unknown
from fleet_policies.amounts import number
from fleet_policies.mac_hosts import HOST
from fleet_policies.quota_needs import Need, needs_of
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Violation
from fleet_policies.scene import Scene


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """Every quota with a limit against what the stack may need, by region."""
    limits = _limits(scene, options)
    if not limits:
        yield NotApplicable(why="no quotas: set 'quotas', or 'quotas.limits' in fleet.yaml")
        return
    needs = [
        need
        for machines in scene.machines
        for need in needs_of(machines, scene.catalog, scene.near.schedules(scene.near.by_urn[machines.urn]))
    ]
    needs += [*_hosts(scene), *_reservations(scene)]
    # Without a region that is known, what is needed is still needed somewhere.
    regions: list[str | None] = [*sorted({need.region for need in needs if need.region is not None})] or [None]
    for (code, where), limit in sorted(limits.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        for region in [where] if where is not None else regions:
            yield from _over(code, region, limit, needs, scene)


def _over(code: str, region: str | None, limit: Decimal, needs: list[Need], scene: Scene) -> Iterator[Found]:
    ours = [need for need in needs if need.code in (code, None) and need.region in (region, None)]
    unknown = sorted({need.name for need in ours if need.amount is None and (need.code == code or need.could_be(code))})
    amount = sum((need.amount for need in ours if need.amount is not None and need.code == code), Decimal(0))
    quota = scene.catalog.quotas.get(code)
    what = f"{code} ({quota.name})" if quota is not None else code
    place = "one region" if region is None else region
    unit = quota.unit if quota is not None else "units"
    if amount > limit:
        text_ = f"{number(amount)} {unit} of quota {what} may be needed in {place}, the limit is {number(limit)}"
        yield Violation(urn="", text=f"{text_}; have it raised, or grow less")
    elif unknown:
        text_ = f"quota {what} in {place} is not proved to hold its limit of {number(limit)}"
        yield Violation(urn="", text=f"{text_}: how much {', '.join(unknown[:3])} may need is not known")


def _limits(scene: Scene, options: Options) -> dict[tuple[str, str | None], Decimal]:
    spec = scene.given.spec
    own = {} if spec is None else {(q.code, q.region): usd(q.limit) - usd(q.in_use) for q in spec.quotas.limits}
    given = {(code, None): usd(limit) for code, limit in options.get("quotas", {}).items()}
    codes = {code for code, _ in given}
    return {key: limit for key, limit in own.items() if key[0] not in codes} | given


def _hosts(scene: Scene) -> list[Need]:
    """Dedicated hosts, one each."""
    found = []
    for resource in scene.of_type(HOST):
        values, region = effective(resource), scene.near.region(resource)
        where = region if isinstance(region, str) else None
        kind, family = text(values, "instanceType"), text(values, "instanceFamily")
        if isinstance(kind, Unknown) or (kind is None and isinstance(family, Unknown)):
            found.append(Need(name=resource.name, code=None, region=where, amount=None, codes=_host_codes(scene)))
            continue
        named = kind or next((shape.name for shape in scene.catalog.families.get(str(family), ())), None)
        code = None if named is None else scene.catalog.quota_code(named, "dedicated_host")
        if named not in scene.catalog.types:
            found.append(Need(name=resource.name, code=None, region=where, amount=None, codes=_host_codes(scene)))
        elif code is not None:
            found.append(Need(name=resource.name, code=code, region=where, amount=Decimal(1)))
    return found


def _host_codes(scene: Scene) -> frozenset[str]:
    return frozenset(code for code, quota in scene.catalog.quotas.items() if quota.unit == "hosts")


def _reservations(scene: Scene) -> list[Need]:
    """Capacity reservations: they count as running instances, used or not."""
    found = []
    for resource in scene.of_type(CAPACITY_RESERVATION):
        values, region = effective(resource), scene.near.region(resource)
        kind, units = text(values, "instanceType"), count(values, "instanceCount")
        shape = scene.catalog.types.get(kind) if isinstance(kind, str) else None
        where = region if isinstance(region, str) else None
        code = None if shape is None else scene.catalog.quota_code(shape.name, "on_demand")
        if shape is None:
            found.append(Need(name=resource.name, code=None, region=where, amount=None))
        elif code is not None:
            amount = None if isinstance(units, Unknown) else (units or Decimal(0)) * shape.vcpus
            found.append(Need(name=resource.name, code=code, region=where, amount=amount))
    return found


RULE = Rule(
    id="FQ601",
    name="quota-exceeded",
    level="mandatory",
    severity="high",
    summary="The stack may need more of a service quota than the account has.",
    fix="Have the quota raised, or let the groups grow less.",
    check=check,
    options={
        "quotas": {
            "type": "object",
            "additionalProperties": {"type": "number", "minimum": 0},
            "description": "limits by quota code (L-1216C47A: 64)",
        }
    },
    gate=True,
)
