"""An instance type is one that EC2 marks as previous generation.

## What it does
Reports types that EC2 itself lists as previous generation, and names the current type of the same architecture, with no
less vCPU and memory, that does most measured work per dollar; an hour of it may be dearer. Silent where it does less
per dollar, on older types among several on spot, and on what the lock chose. Names no type for Windows and dedicated
tenancy, whose prices are not known. Where the only bare metal that follows is more than twice as large (a1.metal),
a virtual type of the old one's size comes first: few need the metal itself.

## Why is this bad
An old family does less work for the same money, gets no new capacity and fewer features.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m4.xlarge, ami: ami-0abc}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7i.xlarge, ami: ami-0abc}
```

## Options
None of its own.

## Source
https://aws.amazon.com/ec2/previous-generation/
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from fleet.catalog.model import InstanceType
from fleet.cost import MACHINE_TYPES, Machines
from fleet_policies.amounts import hourly, percent
from fleet_policies.market import Offered, work_per_dollar
from fleet_policies.per_machines import unplanned_machines, unsure_types
from fleet_policies.rule import Found, Options, Rule, Violation
from fleet_policies.running import steady_hours, types_at_list_price
from fleet_policies.scene import Scene

_HUNDRED = Decimal(100)
_MUCH_LARGER = 2
_GENERAL = frozenset({"c", "m", "r"})


def successor(old: InstanceType, offers: Iterable[Offered]) -> Offered | None:
    """The newer type of most measured work per dollar that is large enough; the cheapest one without measurements."""
    newer = [o for o in offers if _may_follow(o.shape, old)]
    fitting = [o for o in newer if o.shape.category == old.category]
    if not fitting and not old.burstable:
        # A category that AWS has not continued (a1) is followed by those for general use.
        fitting = [o for o in newer if o.shape.category in _GENERAL]
    smallest = min((o.shape.vcpus for o in fitting), default=0)
    sized = [o for o in fitting if o.shape.vcpus == smallest]
    measured = [(rate, o) for o in sized if (rate := work_per_dollar(o)) is not None]
    if measured:
        return max(measured, key=lambda found: (found[0], found[1].shape.name))[1]
    return min(sized, key=lambda o: (o.usd, o.shape.name), default=None)


def to_use(old: InstanceType, offers: Sequence[Offered]) -> tuple[Offered | None, Offered | None]:
    """The successor; with the bare metal one beside it where that is much larger than what runs now."""
    bare = successor(old, offers)
    if not old.bare_metal or (bare is not None and bare.shape.vcpus <= _MUCH_LARGER * old.vcpus):
        return bare, None
    virtual = successor(replace(old, bare_metal=False), offers)
    return (bare, None) if virtual is None else (virtual, bare)


def _may_follow(new: InstanceType, old: InstanceType) -> bool:
    return (
        new.current_generation
        and (old.generation is None or new.generation is None or new.generation > old.generation)
        and new.architecture == old.architecture
        and new.vcpus >= old.vcpus
        and new.memory_gib >= old.memory_gib
        and new.instance_storage_gb >= old.instance_storage_gb
        and new.accelerators >= old.accelerators
        and new.bare_metal == old.bare_metal
        and (old.burstable or not new.burstable)
    )


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first type of a resource that is previous generation, and has a successor that is no worse buy."""
    listed = types_at_list_price(machines)
    for name in _of_concern(machines):
        old = scene.catalog.types.get(name)
        if old is None or old.current_generation:
            continue
        if not isinstance(machines.region, str) or name not in listed:
            return Violation(urn=machines.urn, text=f"{name} is previous generation; use a current type")
        found = _finding(machines, scene, old, machines.region)
        if found is not None:
            return found
    return unsure_types(machines)


def _of_concern(machines: Machines) -> tuple[str, ...]:
    """Types whose age matters: among several on spot an older one widens what AWS may choose from."""
    if machines.may_use_spot is not True or len(machines.types) == 1:
        return machines.types
    if machines.only_spot:
        return ()
    return machines.types[:1] if machines.takes_the_first else machines.types


def _finding(machines: Machines, scene: Scene, old: InstanceType, region: str) -> Violation | None:
    now = scene.market.offer(old.name, region)
    answer = partial(to_use, old, scene.market.offers(region))
    new, bare = scene.market.once("FC106", old.name, region, answer=answer)
    if new is None:
        return Violation(urn=machines.urn, text=f"{old.name} is previous generation; use a current type")
    text = f"{old.name} is previous generation; use {new.shape.name}"
    if machines.only_spot:
        # What spot asks for either on the day, nobody knows.
        return Violation(urn=machines.urn, text=text)
    text += f" at {hourly(new.usd)} an hour"
    if now is None:
        return Violation(urn=machines.urn, text=text)
    gain = _gain(now, new)
    if gain is not None and gain <= 0:
        return None
    text += f" instead of {hourly(now.usd)}: {_in_words(gain, (new.usd / now.usd - 1) * _HUNDRED)}"
    if bare is not None:
        text += f"; the smallest bare metal is {bare.shape.name} at {hourly(bare.usd)}"
    saving = (now.usd - new.usd) * steady_hours(scene.priced.get(machines.urn), old.name)
    return Violation(urn=machines.urn, text=text, saving=saving if saving > 0 else None)


def _gain(now: Offered, new: Offered) -> Decimal | None:
    """By how many per cent the measured work per dollar grows; None where either is not measured."""
    before, after = work_per_dollar(now), work_per_dollar(new)
    return (after / before - 1) * _HUNDRED if before and after else None


def _in_words(gain: Decimal | None, dearer: Decimal) -> str:
    """Why a higher price of an hour may be the better buy: what a dollar does, or that nobody has measured it."""
    hour = f"{percent(dearer)} dearer an hour" if dearer > 0 else ""
    if gain is None:
        return ", ".join(filter(None, (hour, "what a dollar does on each is not measured")))
    work = f"{percent(gain)} more measured work per dollar"
    return f"{hour}, but {work}, so that fewer or smaller instances do the same" if hour else work


RULE = Rule(
    id="FC106",
    name="previous-generation-instance",
    level="advisory",
    severity="medium",
    summary="An instance type is one that EC2 marks as previous generation.",
    fix="Use the current type that the finding names.",
    check=unplanned_machines(verdict),
    types=MACHINE_TYPES,
)
