"""An EBS volume is of type gp2, which gp3 replaces for less money.

## What it does
Reports volumes of type gp2: volumes of their own (also those that name no type, since gp2 is the API's default), and
those of instances, launch templates and launch configurations that name gp2. At level `remediate` it changes them to
gp3, and gives volumes of more than 1,000 GiB the IOPS, and of 334 GiB and more the throughput, that gp2 gave.

## Why is this bad
gp3 costs a fifth less for the same capacity, and its performance does not hang on its size.

## Example
```yaml
resources:
  - type: aws:ebs/volume:Volume
    name: data
    properties: {availabilityZone: us-east-1a, size: 500, type: gp2}
```
Use instead:
```yaml
resources:
  - type: aws:ebs/volume:Volume
    name: data
    properties: {availabilityZone: us-east-1a, size: 500, type: gp3}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.cost.properties import at, count, effective, items, text
from fleet.stack.model import Resource, Unknown
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_VOLUME = "aws:ebs/volume:Volume"
_INSTANCES = frozenset(
    {
        "aws:ec2/instance:Instance",
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    }
)
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_TYPES = frozenset({_VOLUME, _TEMPLATE}) | _INSTANCES
_FREE_IOPS = 3000
_MOST_IOPS = 16000
_IOPS_PER_GIB = 3
_FREE_MIBPS = 125
_GP2_MIBPS = 250
_FAST_FROM_GIB = 334


def gp3_settings(size_gib: Decimal | None) -> dict[str, int]:
    """IOPS and throughput that a gp3 volume needs to be no slower than gp2 of that size; {} when it is anyway."""
    if size_gib is None:
        return {}
    settings = {}
    iops = min(_MOST_IOPS, int(size_gib) * _IOPS_PER_GIB)
    if iops > _FREE_IOPS:
        settings["iops"] = iops
    if size_gib >= _FAST_FROM_GIB:
        settings["throughput"] = _GP2_MIBPS
    return settings


def blocks(kind: str, values: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Volumes of a resource: each block with the names of its type and size."""
    if kind == _VOLUME:
        yield values, "type", "size"
    elif kind in _INSTANCES:
        listed = items(values, "ebsBlockDevices")
        for block in (at(values, "rootBlockDevice"), *([] if isinstance(listed, Unknown) else listed)):
            if block is not None:
                yield block, "volumeType", "volumeSize"
    elif kind == _TEMPLATE:
        listed = items(values, "blockDeviceMappings")
        for block in [] if isinstance(listed, Unknown) else listed:
            yield at(block, "ebs"), "volumeType", "volumeSize"


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Every volume, and every block device of what launches instances."""
    for resource in scene.of_type(*sorted(_TYPES)):
        yield from _of_resource(resource, scene)


def _of_resource(resource: Resource, scene: Scene) -> Iterator[Found]:
    region = scene.near.region(resource)
    for block, type_key, size_key in blocks(resource.type, effective(resource)):
        kind = text(block, type_key)
        if isinstance(kind, Unknown):
            yield Undecided(urn=resource.urn, why="the type of a volume is not known yet")
        elif kind == "gp2" or (kind is None and resource.type == _VOLUME):
            size = count(block, size_key)
            known = size if isinstance(size, Decimal) else None
            # What a launch template holds costs nothing until something is launched from it.
            alone = resource.type not in (_TEMPLATE, "aws:ec2/launchConfiguration:LaunchConfiguration")
            saving = _saving(known, region, scene.catalog) if alone and isinstance(region, str) else None
            shown = "" if known is None else f" of {known:f} GiB"
            yield Violation(urn=resource.urn, text=f"gp2 volume{shown}; use gp3, which costs less", saving=saving)


def _saving(size: Decimal | None, region: str, catalog: Catalog) -> Decimal | None:
    """What gp3 of the same performance saves a month; None when a price is missing."""
    wanted = gp3_settings(size)
    extra_iops = Decimal(max(wanted.get("iops", 0) - _FREE_IOPS, 0))
    extra_mibps = Decimal(max(wanted.get("throughput", 0) - _FREE_MIBPS, 0))
    names = ("gp2 storage", "gp3 storage", "gp3 IOPS above 3000", "gp3 throughput above 125 MiB/s")
    prices = [catalog.service(region, "ebs", name) for name in names]
    usd = [price.usd for price in prices if isinstance(price, Price)]
    if size is None or len(usd) < len(names):
        return None
    saving = size * (usd[0] - usd[1]) - extra_iops * usd[2] - extra_mibps * usd[3]
    return saving if saving > 0 else None


def remedy(kind: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The inputs with gp3 for gp2; None when there is nothing to change."""
    if kind == _VOLUME:
        return _volume(values) if values.get("type") in (None, "gp2") else None
    changed = dict(values)
    for key in ("rootBlockDevice", "ebsBlockDevices", "blockDeviceMappings"):
        if key in changed:
            changed[key] = _changed(changed[key])
    return changed if changed != dict(values) else None


def _volume(values: Mapping[str, Any]) -> Mapping[str, Any]:
    size = count(values, "size")
    own = {key: value for key, value in values.items() if key != "iops"}
    return {**own, "type": "gp3", **gp3_settings(size if isinstance(size, Decimal) else None)}


def _changed(block: Any) -> Any:
    if isinstance(block, list):
        return [_changed(item) for item in block]
    if not isinstance(block, Mapping):
        return block
    if "ebs" in block:
        return {**block, "ebs": _changed(block["ebs"])}
    if block.get("volumeType") != "gp2":
        return block
    size = count(block, "volumeSize")
    own = {key: value for key, value in block.items() if key != "iops"}
    return {**own, "volumeType": "gp3", **gp3_settings(size if isinstance(size, Decimal) else None)}


RULE = Rule(
    id="FC110",
    name="gp2-volume",
    level="advisory",
    severity="low",
    summary="An EBS volume is of type gp2, which gp3 replaces for less money.",
    fix="Use gp3; at level remediate the rule does it, with no less IOPS or throughput.",
    check=check,
    types=_TYPES,
    remedy=remedy,
    remedy_types=_TYPES,
)
