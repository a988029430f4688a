"""Reading how instances are launched: from an instance, a launch template or a launch configuration."""

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from fleet.cost.machines import Launch, VolumeSpec
from fleet.cost.properties import at, boolean, count, effective, items, mapping, number, text
from fleet.cost.surroundings import LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, Surroundings
from fleet.stack.model import UNKNOWN, Resource, Unknown

__all__ = [
    "CAPACITY_BLOCK",
    "CAPACITY_RESERVATION",
    "configured_launch",
    "direct_launch",
    "over",
    "template_of",
    "templated_launch",
]

CAPACITY_RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
CAPACITY_BLOCK = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"
_SPECIFICATION = "capacityReservationSpecification"

_NOWHERE = Launch(found=False, image=UNKNOWN, instance_type=UNKNOWN, market=UNKNOWN, tenancy=UNKNOWN, volumes=UNKNOWN)


def direct_launch(values: Mapping[str, Any], near: Surroundings | None = None, user: Resource | None = None) -> Launch:
    """Settings that an instance or spot request (`user`) gives itself."""
    return Launch(
        instance_type=text(values, "instanceType"),
        image=text(values, "ami"),
        tenancy=text(values, "tenancy"),
        host_id=text(values, "hostId"),
        host_group=text(values, "hostResourceGroupArn"),
        market=_market(values),
        spot_max_price=text(values, "instanceMarketOptions", "spotOptions", "maxPrice"),
        reservation=_reservation(values, near, user),
        reservation_preference=text(values, _SPECIFICATION, "capacityReservationPreference"),
        volumes=_direct_volumes(values),
        credits=text(values, "creditSpecification", "cpuCredits"),
        placement_group=_first(text(values, "placementGroup"), text(values, "placementGroupId")),
        interfaces=_interfaces(values),
        public_address=boolean(values, "associatePublicIpAddress") is True,
    )


def templated_launch(template: Resource | None, near: Surroundings) -> Launch:
    """Settings of a launch template; all of them unknown when it is not in the stack."""
    if template is None:
        return _NOWHERE
    values = effective(template)
    return Launch(
        instance_type=text(values, "instanceType"),
        requirements=at(values, "instanceRequirements") is not None,
        image=text(values, "imageId"),
        tenancy=text(values, "placement", "tenancy"),
        host_id=text(values, "placement", "hostId"),
        host_group=text(values, "placement", "hostResourceGroupArn"),
        market=_market(values),
        spot_max_price=text(values, "instanceMarketOptions", "spotOptions", "maxPrice"),
        reservation=_reservation(values, near, template),
        reservation_preference=text(values, _SPECIFICATION, "capacityReservationPreference"),
        volumes=_mapped_volumes(values),
        credits=text(values, "creditSpecification", "cpuCredits"),
        placement_group=_first(text(values, "placement", "groupName"), text(values, "placement", "groupId")),
        interfaces=_interfaces(values),
        public_address=_has_public_address(values),
    )


def configured_launch(configuration: Resource | None) -> Launch:
    """Settings of a launch configuration, the older way of Auto Scaling."""
    if configuration is None:
        return _NOWHERE
    values = effective(configuration)
    return Launch(
        instance_type=text(values, "instanceType"),
        image=text(values, "imageId"),
        tenancy=text(values, "placementTenancy"),
        market="spot" if text(values, "spotPrice") is not None else None,
        spot_max_price=text(values, "spotPrice"),
        volumes=_direct_volumes(values),
    )


def template_of(near: Surroundings, user: Resource, values: object, key: str) -> Resource | None:
    """The launch template that a block (`{id | name | launchTemplateId | launchTemplateName, version}`) names.

    In the version that it names; None where nothing in the stack describes that.
    """
    names = [text(values, name) for name in ("id", "launchTemplateId", "name", "launchTemplateName")]
    listed = (near.named(LAUNCH_TEMPLATE, name) for name in names if isinstance(name, str))
    found = next((template for template in listed if template is not None), None)
    if found is None:
        known = next((name for name in names if isinstance(name, str)), None)
        found = near.referred(user, key, LAUNCH_TEMPLATE, known)
    return None if found is None else _in_version(found, values)


def _in_version(template: Resource, block: object) -> Resource | None:
    """The template as it is in the version that a block names.

    A resource describes its newest version. A change makes one more, and `$Default`, which also holds without a
    version, stays what it was unless `updateDefaultVersion` moves it:
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html
    """
    asked = at(block, "version")
    if isinstance(asked, Unknown) or asked == "$Latest":
        return template
    changes = template.operation == "update"
    told = (template.old_outputs if changes else template.outputs) or {}
    latest, wanted = number(told, "latestVersion"), number(block, "version")
    if asked in (None, "", "$Default"):
        moves = changes and boolean(template.inputs, "updateDefaultVersion") is True
        wanted = None if moves else number(told, "defaultVersion")
    if not isinstance(latest, Decimal) or not isinstance(wanted, Decimal):
        return template
    if wanted == latest:
        return _as_it_was(template) if changes else template
    return template if changes and wanted == latest + 1 else None


def _as_it_was(template: Resource) -> Resource:
    return replace(template, inputs=template.old_inputs or {}, outputs=template.old_outputs or {})


def configuration_of(near: Surroundings, user: Resource, name: str | Unknown) -> Resource | None:
    """The launch configuration that a group names."""
    return near.referred(user, "launchConfiguration", LAUNCH_CONFIGURATION, name)


def over(base: Launch, top: Launch) -> Launch:
    """Settings of `top` where it gives any, else those of `base`."""
    given: dict[str, Any] = {}
    for field in fields(Launch):
        value = getattr(top, field.name)
        if field.name not in ("found", "requirements", "public_address") and value is not None and value != ():
            given[field.name] = value
    return replace(base, **given, public_address=top.public_address or base.public_address)


def _first(*values: str | Unknown | None) -> str | Unknown | None:
    return next((value for value in values if value is not None), None)


def _market(values: Mapping[str, Any]) -> str | Unknown | None:
    options = at(values, "instanceMarketOptions")
    if options is None:
        return None
    market = text(options, "marketType") if not isinstance(options, Unknown) else options
    if market is None and at(options, "spotOptions") is not None:
        return "spot"
    return market


def _reservation(values: Mapping[str, Any], near: Surroundings | None, user: Resource | None) -> str | Unknown | None:
    """What is targeted; a reservation of the stack whose id is not known yet is told by what `user` depends on."""
    target = mapping(values, _SPECIFICATION, "capacityReservationTarget")
    named = text(target, "capacityReservationId")
    if isinstance(named, Unknown) and near is not None and user is not None:
        kinds = (CAPACITY_RESERVATION, CAPACITY_BLOCK)
        found = [r for kind in kinds if (r := near.referred(user, _SPECIFICATION, kind, named)) is not None]
        return found[0].urn if len(found) == 1 else named
    return _first(named, text(target, "capacityReservationResourceGroupArn"))


def _interfaces(values: Mapping[str, Any]) -> tuple[Any, ...] | Unknown:
    found = items(values, "networkInterfaces")
    return found if isinstance(found, Unknown) else tuple(found)


def _has_public_address(values: Mapping[str, Any]) -> bool:
    interfaces = _interfaces(values)
    if isinstance(interfaces, Unknown):
        return False
    return any(boolean(interface, "associatePublicIpAddress") is True for interface in interfaces)


def _direct_volumes(values: Mapping[str, Any]) -> tuple[VolumeSpec, ...] | Unknown:
    root, others = at(values, "rootBlockDevice"), items(values, "ebsBlockDevices")
    if isinstance(root, Unknown) or isinstance(others, Unknown):
        return UNKNOWN
    found = [] if root is None or root == [] else [_volume(root, "volumeType", "volumeSize", root=True)]
    return tuple(found + [_volume(block, "volumeType", "volumeSize") for block in others])


_ROOT_DEVICES = frozenset({"/dev/xvda", "/dev/sda1", "/dev/sda"})
"""Names that AWS's own images use for the root device; a mapping of one of them sets the size of the root volume."""


def _mapped_volumes(values: Mapping[str, Any]) -> tuple[VolumeSpec, ...] | Unknown:
    mappings = items(values, "blockDeviceMappings")
    if isinstance(mappings, Unknown):
        return UNKNOWN
    found = []
    for block in mappings:
        ebs = at(block, "ebs")
        if ebs is not None:
            root = at(block, "deviceName") in _ROOT_DEVICES if isinstance(at(block, "deviceName"), str) else False
            found.append(_volume(ebs, "volumeType", "volumeSize", root=root))
    return tuple(found)


def _volume(block: object, kind: str, size: str, *, root: bool = False) -> VolumeSpec:
    return VolumeSpec(
        type=text(block, kind),
        size_gib=count(block, size),
        iops=count(block, "iops"),
        throughput=count(block, "throughput"),
        root=root,
    )
