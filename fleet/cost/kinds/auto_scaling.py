"""Reading Auto Scaling groups."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fleet.cost.kinds.choices import ALL_ON_DEMAND, ALL_SPOT, EITHER, desired_size, overridden
from fleet.cost.launches import configuration_of, configured_launch, template_of, templated_launch
from fleet.cost.machines import Choice, Launch, Machines
from fleet.cost.placing import zones_of
from fleet.cost.properties import at, count, effective, items, mapping, span, text
from fleet.cost.surroundings import Surroundings
from fleet.cost.warm_pools import warm_pool_of
from fleet.interval import Interval
from fleet.stack.model import UNKNOWN, Resource, Unknown

__all__ = ["group"]


def group(resource: Resource, near: Surroundings) -> Machines:
    """An Auto Scaling group: one launch template or configuration, or a mixed instances policy."""
    values = effective(resource)
    policy = mapping(values, "mixedInstancesPolicy")
    choices: tuple[Choice, ...] = ()
    whole, template, launch = False, None, templated_launch(None, near)
    if isinstance(policy, Unknown):
        pass
    elif policy:
        choices, whole, template, launch = _mixed(resource, near, policy)
    else:
        template, launch = _single(resource, near, values)
        choices, whole = (Choice(type=launch.instance_type, launch=launch),), not launch.requirements
    distribution = mapping(policy, "instancesDistribution") if not isinstance(policy, Unknown) else UNKNOWN
    minimum, maximum = span(count(values, "minSize")), span(count(values, "maxSize"))
    desired = desired_size(count(values, "desiredCapacity"), minimum, maximum)
    return Machines(
        urn=resource.urn,
        resource_type=resource.type,
        name=resource.name,
        region=near.region(resource),
        tags=near.tags(resource, *([template] if template else [])),
        choices=choices,
        whole=whole,
        desired=desired,
        minimum=minimum,
        maximum=maximum,
        on_demand_base=span(count(distribution, "onDemandBaseCapacity")),
        on_demand_percent=ALL_SPOT
        if launch.market == "spot"
        else _percent(count(distribution, "onDemandPercentageAboveBaseCapacity")),
        market=launch.market,
        on_demand_strategy=text(distribution, "onDemandAllocationStrategy"),
        spot_strategy=text(distribution, "spotAllocationStrategy"),
        zones=zones_of(near, resource, values, zones="availabilityZones", subnets="vpcZoneIdentifiers"),
        spot_max_price=_max_price(distribution, launch),
        placement_group=text(values, "placementGroup"),
        warm_pool=warm_pool_of(values, "warmPool"),
        kind="group",
    )


def _max_price(distribution: object, launch: Launch) -> str | Unknown | None:
    own = text(distribution, "spotMaxPrice")
    return launch.spot_max_price if own is None else own


def _percent(value: Decimal | Unknown | None) -> Interval:
    if value is None:
        return ALL_ON_DEMAND
    return EITHER if isinstance(value, Unknown) else Interval.exactly(min(value, Decimal(100)))


def _single(resource: Resource, near: Surroundings, values: Mapping[str, Any]) -> tuple[Resource | None, Launch]:
    """The launch template or configuration of a group without mixed instances."""
    configuration = text(values, "launchConfiguration")
    block = at(values, "launchTemplate")
    if block is None and configuration is not None:
        found = configuration_of(near, resource, configuration)
        return found, configured_launch(found)
    if block is None:
        return None, Launch(instance_type=None)
    template = template_of(near, resource, block, "launchTemplate")
    return template, templated_launch(template, near)


def _mixed(
    resource: Resource, near: Surroundings, policy: Mapping[str, Any]
) -> tuple[tuple[Choice, ...], bool, Resource | None, Launch]:
    """Choices of a mixed instances policy: one for each override, or the template's own type."""
    block = mapping(policy, "launchTemplate")
    template = template_of(near, resource, at(block, "launchTemplateSpecification"), "mixedInstancesPolicy")
    launch = templated_launch(template, near)
    overrides = items(block, "overrides")
    if isinstance(overrides, Unknown):
        return (), False, template, launch
    if not overrides:
        return (Choice(type=launch.instance_type, launch=launch),), not launch.requirements, template, launch
    choices, whole = overridden(resource, near, overrides, launch, "mixedInstancesPolicy")
    return choices, whole, template, launch
