"""Reading single instances and spot requests."""

from collections.abc import Mapping
from typing import Any

from fleet.cost.kinds.choices import ALL_ON_DEMAND, ALL_SPOT
from fleet.cost.launches import direct_launch, over, template_of, templated_launch
from fleet.cost.machines import Choice, Machines
from fleet.cost.placing import zones_of
from fleet.cost.properties import at, effective, text
from fleet.cost.surroundings import Surroundings
from fleet.stack.model import Resource, Unknown

__all__ = ["SPOT_REQUEST", "instance"]

SPOT_REQUEST = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"


def instance(resource: Resource, near: Surroundings) -> Machines:
    """One instance, with a launch template or without."""
    values = effective(resource)
    launch = direct_launch(values, near, resource)
    template = None
    if at(values, "launchTemplate") is not None:
        template = template_of(near, resource, at(values, "launchTemplate"), "launchTemplate")
        launch = over(templated_launch(template, near), launch)
    spot = resource.type == SPOT_REQUEST
    market = "spot" if spot else launch.market
    return Machines(
        urn=resource.urn,
        resource_type=resource.type,
        name=resource.name,
        region=near.region(resource),
        tags=near.tags(resource, *([template] if template else [])),
        choices=(Choice(type=launch.instance_type, launch=launch),),
        whole=not launch.requirements,
        market=market,
        on_demand_percent=ALL_SPOT if market == "spot" else ALL_ON_DEMAND,
        zones=_zone_of(near, resource, values),
        spot_max_price=text(values, "spotPrice") if spot else launch.spot_max_price,
    )


def _zone_of(near: Surroundings, resource: Resource, values: Mapping[str, Any]) -> tuple[str, ...] | Unknown | None:
    """The zone of one instance: its own, or its subnet's."""
    zone, subnet = text(values, "availabilityZone"), text(values, "subnetId")
    placed = {"zone": [] if zone is None else [zone], "subnetId": [] if subnet is None else [subnet]}
    return zones_of(near, resource, placed, zones="zone", subnets="subnetId")
