"""Reading EC2 fleets and spot fleets."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fleet.cost.kinds.choices import ALL_ON_DEMAND, ALL_SPOT, EITHER, overridden, weight_of
from fleet.cost.launches import direct_launch, template_of, templated_launch
from fleet.cost.machines import BLOCK_MARKET, Choice, Machines
from fleet.cost.properties import at, count, effective, items, mapping, span, text
from fleet.cost.surroundings import Surroundings
from fleet.interval import Interval
from fleet.stack.model import Resource, Unknown

__all__ = ["ec2_fleet", "spot_fleet"]

_ZERO = Interval.exactly(Decimal(0))


def ec2_fleet(resource: Resource, near: Surroundings) -> Machines:
    """An EC2 fleet."""
    values = effective(resource)
    target = mapping(values, "targetCapacitySpecification")
    choices, whole = _configured(resource, near, values)
    total = span(count(target, "totalTargetCapacity"))
    default = text(target, "defaultTargetCapacityType")
    steady, rest = _targets(target, total, default)
    return Machines(
        urn=resource.urn,
        resource_type=resource.type,
        name=resource.name,
        region=near.region(resource),
        tags=near.tags(resource),
        choices=choices,
        whole=whole,
        desired=total,
        minimum=total,
        maximum=total,
        on_demand_base=steady,
        on_demand_percent=rest,
        market=BLOCK_MARKET if default == BLOCK_MARKET else None,
        on_demand_strategy=text(values, "onDemandOptions", "allocationStrategy"),
        spot_strategy=text(values, "spotOptions", "allocationStrategy"),
        kind="fleet",
    )


def _targets(
    target: Mapping[str, Any] | Unknown, total: Interval, default: str | Unknown | None
) -> tuple[Interval, Interval]:
    """Capacity on demand, and the share on demand of the rest: what neither target claims goes to the default."""
    on_demand, spot = count(target, "onDemandTargetCapacity"), count(target, "spotTargetCapacity")
    if isinstance(default, Unknown):
        return span(on_demand), EITHER
    if default == BLOCK_MARKET:
        return _ZERO, ALL_ON_DEMAND
    if default != "on-demand":
        return span(on_demand), ALL_SPOT
    if spot in (None, 0):
        return _ZERO, ALL_ON_DEMAND
    if isinstance(spot, Unknown) or not total.is_exact:
        return span(on_demand), EITHER
    return Interval.exactly(max(total.min - spot, Decimal(0))), ALL_SPOT


def spot_fleet(resource: Resource, near: Surroundings) -> Machines:
    """A spot fleet request, with launch specifications or launch templates."""
    values = effective(resource)
    specifications = items(values, "launchSpecifications")
    choices, whole = _configured(resource, near, values)
    if isinstance(specifications, Unknown):
        choices, whole = (), False
    elif specifications:
        choices, whole = _specified(specifications, near), True
    total = span(count(values, "targetCapacity"))
    return Machines(
        urn=resource.urn,
        resource_type=resource.type,
        name=resource.name,
        region=near.region(resource),
        tags=near.tags(resource),
        choices=choices,
        whole=whole,
        desired=total,
        minimum=total,
        maximum=total,
        on_demand_base=span(count(values, "onDemandTargetCapacity")),
        on_demand_percent=ALL_SPOT,
        spot_strategy=text(values, "allocationStrategy"),
        spot_max_price=text(values, "spotPrice"),
        kind="fleet",
    )


def _specified(specifications: list[Any], near: Surroundings) -> tuple[Choice, ...]:
    choices = []
    for values in specifications:
        launch = direct_launch(values) if isinstance(values, Mapping) else templated_launch(None, near)
        weight = count(values, "weightedCapacity")
        choices.append(Choice(type=launch.instance_type, weight=weight_of(weight), launch=launch))
    return tuple(choices)


def _configured(resource: Resource, near: Surroundings, values: Mapping[str, Any]) -> tuple[tuple[Choice, ...], bool]:
    """Choices of a list of launch template configurations, each with overrides of its own."""
    configurations = items(values, "launchTemplateConfigs")
    if isinstance(configurations, Unknown):
        return (), False
    choices: list[Choice] = []
    whole = True
    for block in configurations:
        named = at(block, "launchTemplateSpecification")
        launch = templated_launch(template_of(near, resource, named, "launchTemplateConfigs"), near)
        overrides = items(block, "overrides")
        if isinstance(overrides, Unknown):
            whole = False
        elif overrides:
            more, known = overridden(resource, near, overrides, launch, "launchTemplateConfigs")
            choices += more
            whole &= known
        else:
            choices.append(Choice(type=launch.instance_type, launch=launch))
            whole &= not launch.requirements
    return tuple(choices), whole
