"""An instance type belongs to a family that is not allowed.

## What it does
Reports instance types whose family is not in `families`, or is in `exclude_families`, of everything that launches
instances, of dedicated hosts and of capacity reservations.

## Why is this bad
An agreement on few families keeps images, savings plans and spare capacity in one place.

## Example
```yaml
options:
  exclude_families: [t3]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: t3.large, ami: ami-0abc}
```
Use instead:
```yaml
options:
  exclude_families: [t3]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc}
```

## Options
- `families`: families that are allowed; without it all are
- `exclude_families`: families that are not

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html
"""

from collections.abc import Iterator, Sequence

from fleet.catalog import Catalog
from fleet.cost import MACHINE_TYPES
from fleet.cost.launches import CAPACITY_BLOCK, CAPACITY_RESERVATION
from fleet.cost.properties import effective, text
from fleet.stack.model import Unknown
from fleet_policies.mac_hosts import HOST
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_KEPT = (HOST, CAPACITY_RESERVATION, CAPACITY_BLOCK)
"""What is paid for whether instances run in it or not."""


def family_of(name: str, catalog: Catalog) -> str:
    """Family of a type as the catalog has it; a family name itself; else what stands before the dot."""
    shape = catalog.types.get(name)
    return shape.family if shape is not None else name.partition(".")[0]


def is_forbidden(family: str, allowed: Sequence[str] | None, excluded: Sequence[str]) -> bool:
    """Not among the allowed ones, or among the excluded ones."""
    return (allowed is not None and family not in allowed) or family in excluded


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """Every type of everything that launches instances."""
    allowed, excluded = options.get("families"), options.get("exclude_families", ())
    if allowed is None and not excluded:
        yield NotApplicable(why="options 'families' and 'exclude_families' are not set")
        return
    for urn, names, whole in _named(scene):
        families = {family_of(name, scene.catalog) for name in names}
        wrong = sorted(family for family in families if is_forbidden(family, allowed, excluded))
        if wrong:
            rule = f"allowed are {', '.join(allowed)}" if allowed is not None else f"excluded are {', '.join(excluded)}"
            text_ = f"instance famil{'ies' if len(wrong) > 1 else 'y'} {', '.join(wrong)[:200]} not allowed; {rule}"
            yield Violation(urn=urn, text=text_)
        elif not whole:
            yield Undecided(urn=urn, why="its instance types are not all known")


def _named(scene: Scene) -> Iterator[tuple[str, Sequence[str], bool]]:
    """What names types or families, with the names, and whether they are all."""
    for machines in scene.machines:
        yield machines.urn, machines.types, machines.types_known
    for resource in scene.of_type(*_KEPT):
        values = effective(resource)
        given = [text(values, "instanceType"), text(values, "instanceFamily")]
        names = [name for name in given if isinstance(name, str)]
        yield resource.urn, names, not any(isinstance(name, Unknown) for name in given)


RULE = Rule(
    id="FT703",
    name="family-not-allowed",
    level="mandatory",
    severity="medium",
    summary="An instance type belongs to a family that is not allowed.",
    fix="Use a type of an allowed family.",
    check=check,
    types=MACHINE_TYPES | set(_KEPT),
    options={
        "families": {"type": "array", "items": {"type": "string"}, "description": "families that are allowed"},
        "exclude_families": {"type": "array", "items": {"type": "string"}, "description": "families that are not"},
    },
)
