"""Reading what a service launches instances for: EKS node groups and Batch compute environments."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fleet.cost.kinds.choices import ALL_ON_DEMAND, ALL_SPOT, EITHER, desired_size
from fleet.cost.launches import over, template_of, templated_launch
from fleet.cost.machines import BLOCK_MARKET, Choice, Launch, Machines, VolumeSpec
from fleet.cost.placing import zones_of
from fleet.cost.properties import at, count, effective, items, mapping, number, span, text
from fleet.cost.surroundings import Surroundings
from fleet.cost.warm_pools import warm_pool_of
from fleet.stack.model import UNKNOWN, Resource, Unknown

__all__ = ["batch_environment", "node_group"]

_EKS_TYPE = "t3.medium"
"""What EKS launches when a node group names no type (CreateNodegroup, instanceTypes)."""
_EKS_DISK_GIB = Decimal(20)
_EKS_MARKETS: Mapping[str | None, str | None] = {
    "SPOT": "spot",
    "CAPACITY_BLOCK": BLOCK_MARKET,
    "ON_DEMAND": None,
    None: None,
}
# Words by which Batch chooses types itself.
_BATCH_SETS = frozenset({"optimal", "default_x86_64", "default_arm64"})


def node_group(resource: Resource, near: Surroundings) -> Machines:
    """A managed node group of EKS."""
    values = effective(resource)
    launch, template = _eks_launch(resource, near, values)
    types = items(values, "instanceTypes")
    own = _EKS_TYPE if launch.instance_type is None else launch.instance_type
    named = [UNKNOWN] if isinstance(types, Unknown) else types or [own]
    scaling = mapping(values, "scalingConfig")
    minimum, maximum = span(count(scaling, "minSize")), span(count(scaling, "maxSize"))
    bought = text(values, "capacityType")
    market = UNKNOWN if isinstance(bought, Unknown) else _EKS_MARKETS.get(bought, UNKNOWN)
    unsure = isinstance(market, Unknown)
    return Machines(
        urn=resource.urn,
        resource_type=resource.type,
        name=resource.name,
        region=near.region(resource),
        tags=near.tags(resource, *([template] if template else [])),
        choices=tuple(Choice(type=t if isinstance(t, str) else UNKNOWN, launch=launch) for t in named),
        whole=not launch.requirements,
        desired=desired_size(count(scaling, "desiredSize"), minimum, maximum),
        minimum=minimum,
        maximum=maximum,
        on_demand_percent=EITHER if unsure else ALL_SPOT if bought == "SPOT" else ALL_ON_DEMAND,
        market=market,
        on_demand_strategy="prioritized",
        spot_strategy="price-capacity-optimized",
        zones=zones_of(near, resource, values, zones="availabilityZones", subnets="subnetIds"),
        warm_pool=warm_pool_of(values, "warmPoolConfig"),
        kind="node_group",
    )


def _eks_launch(resource: Resource, near: Surroundings, values: Mapping[str, Any]) -> tuple[Launch, Resource | None]:
    """Launch settings of a node group; without a template EKS makes one with a root volume of `diskSize`."""
    image = text(values, "amiType")
    if at(values, "launchTemplate") is not None:
        template = template_of(near, resource, at(values, "launchTemplate"), "launchTemplate")
        return over(Launch(image=image), templated_launch(template, near)), template
    size = count(values, "diskSize")
    volume = VolumeSpec(type="gp3", size_gib=_EKS_DISK_GIB if size is None else size, root=True)
    return Launch(image=image, volumes=(volume,)), None


def batch_environment(resource: Resource, near: Surroundings) -> Machines:
    """A compute environment of Batch; its capacities are vCPUs."""
    given = mapping(effective(resource), "computeResources")
    values: Mapping[str, Any] = {"type": UNKNOWN, "instanceTypes": UNKNOWN, "maxVcpus": UNKNOWN}
    if not isinstance(given, Unknown):
        values = given
    kind = text(values, "type")
    types = items(values, "instanceTypes")
    template, launch = None, Launch()
    if at(values, "launchTemplate") is not None:
        template = template_of(near, resource, at(values, "launchTemplate"), "computeResources")
        launch = templated_launch(template, near)
    named = [UNKNOWN] if isinstance(types, Unknown) else types
    minimum, maximum = span(count(values, "minVcpus")), span(count(values, "maxVcpus"))
    rest = EITHER if isinstance(kind, Unknown) else ALL_SPOT if kind == "SPOT" else ALL_ON_DEMAND
    return Machines(
        urn=resource.urn,
        resource_type=resource.type,
        name=resource.name,
        region=near.region(resource),
        tags=near.tags(resource, *([template] if template else [])),
        choices=tuple(
            Choice(type=t if isinstance(t, str) else UNKNOWN, launch=launch)
            for t in named
            if not (isinstance(t, str) and t in _BATCH_SETS)
        ),
        whole=bool(named) and not any(isinstance(t, str) and t in _BATCH_SETS for t in named),
        desired=desired_size(count(values, "desiredVcpus"), minimum, maximum),
        minimum=minimum,
        maximum=maximum,
        in_vcpus=True,
        on_demand_percent=rest,
        market=kind if isinstance(kind, Unknown) else "spot" if kind == "SPOT" else None,
        on_demand_strategy=text(values, "allocationStrategy"),
        spot_strategy=text(values, "allocationStrategy"),
        spot_max_price=_bid(number(values, "bidPercentage")),
        placement_group=text(values, "placementGroup"),
        zones=zones_of(near, resource, values, zones="availabilityZones", subnets="subnets"),
        kind="batch",
    )


def _bid(percent: Decimal | Unknown | None) -> str | Unknown | None:
    """A limit on the spot price below the on-demand price, which is the limit anyway."""
    if not isinstance(percent, Decimal):
        return percent
    return f"{percent} %" if 0 < percent < ALL_ON_DEMAND.min else None
