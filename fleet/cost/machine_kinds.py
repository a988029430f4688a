"""Reading what each kind of resource launches into one view (`Machines`)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from fleet.cost.launches import configuration_of, configured_launch, direct_launch, over, template_of, templated_launch
from fleet.cost.machines import Choice, Launch, Machines, VolumeSpec
from fleet.cost.placing import zones_of
from fleet.cost.properties import at, count, effective, items, mapping, number, span, text
from fleet.cost.surroundings import GROUP, Surroundings
from fleet.interval import Interval
from fleet.stack.model import UNKNOWN, Resource, Unknown

__all__ = ["BATCH", "FLEET", "INSTANCE", "MACHINE_TYPES", "NODE_GROUP", "SPOT_FLEET", "SPOT_REQUEST", "read_machines"]

INSTANCE = "aws:ec2/instance:Instance"
SPOT_REQUEST = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
FLEET = "aws:ec2/fleet:Fleet"
SPOT_FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
BATCH = "aws:batch/computeEnvironment:ComputeEnvironment"

_ALL_ON_DEMAND = Interval.exactly(Decimal(100))
_ALL_SPOT = Interval.exactly(Decimal(0))
_EITHER = Interval(Decimal(0), Decimal(100))
_ZERO = Interval.exactly(Decimal(0))
_ONE = Decimal(1)
_EKS_TYPE = "t3.medium"
"""What EKS launches when a node group names no type (CreateNodegroup, instanceTypes)."""
_EKS_DISK_GIB = Decimal(20)
_EKS_MARKETS: Mapping[str | None, str | None] = {
    "SPOT": "spot",
    "CAPACITY_BLOCK": "capacity-block",
    "ON_DEMAND": None,
    None: None,
}
# Words by which Batch chooses types itself.
_BATCH_SETS = frozenset({"optimal", "default_x86_64", "default_arm64"})


def read_machines(resource: Resource, near: Surroundings) -> Machines | None:
    """What a resource launches; None when it is not a kind that launches instances."""
    reader = _READERS.get(resource.type)
    return None if reader is None else reader(resource, near)


def _instance(resource: Resource, near: Surroundings) -> Machines:
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
        on_demand_percent=_ALL_SPOT if market == "spot" else _ALL_ON_DEMAND,
        zones=_zone_of(near, resource, values),
        spot_max_price=text(values, "spotPrice") if spot else launch.spot_max_price,
    )


def _zone_of(near: Surroundings, resource: Resource, values: Mapping[str, Any]) -> tuple[str, ...] | Unknown | None:
    """The zone of one instance: its own, or its subnet's."""
    zone, subnet = text(values, "availabilityZone"), text(values, "subnetId")
    placed = {"zone": [] if zone is None else [zone], "subnetId": [] if subnet is None else [subnet]}
    return zones_of(near, resource, placed, zones="zone", subnets="subnetId")


def _group(resource: Resource, near: Surroundings) -> Machines:
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
    desired = _desired(count(values, "desiredCapacity"), minimum, maximum)
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
        on_demand_percent=_ALL_SPOT
        if launch.market == "spot"
        else _percent(count(distribution, "onDemandPercentageAboveBaseCapacity")),
        market=launch.market,
        on_demand_strategy=text(distribution, "onDemandAllocationStrategy"),
        spot_strategy=text(distribution, "spotAllocationStrategy"),
        zones=zones_of(near, resource, values, zones="availabilityZones", subnets="vpcZoneIdentifiers"),
        spot_max_price=_max_price(distribution, launch),
        placement_group=text(values, "placementGroup"),
        kind="group",
    )


def _max_price(distribution: object, launch: Launch) -> str | Unknown | None:
    own = text(distribution, "spotMaxPrice")
    return launch.spot_max_price if own is None else own


def _desired(value: Decimal | Unknown | None, minimum: Interval, maximum: Interval) -> Interval:
    """Desired capacity: the minimum when it is not set, anything up to the maximum when it is not known."""
    if value is None:
        return minimum
    if isinstance(value, Unknown):
        return Interval(minimum.min, maximum.max)
    return Interval.exactly(value)


def _percent(value: Decimal | Unknown | None) -> Interval:
    if value is None:
        return _ALL_ON_DEMAND
    return _EITHER if isinstance(value, Unknown) else Interval.exactly(min(value, Decimal(100)))


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
    choices, whole = _overridden(resource, near, overrides, launch, "mixedInstancesPolicy")
    return choices, whole, template, launch


def _overridden(
    resource: Resource, near: Surroundings, overrides: list[Any], launch: Launch, key: str
) -> tuple[tuple[Choice, ...], bool]:
    choices, whole = [], True
    for override in overrides:
        if isinstance(override, Unknown) or at(override, "instanceRequirements") is not None:
            whole = False
            continue
        own = launch
        if at(override, "launchTemplateSpecification") is not None:
            named = template_of(near, resource, at(override, "launchTemplateSpecification"), key)
            own = templated_launch(named, near)
        weight = count(override, "weightedCapacity")
        kind = text(override, "instanceType")
        choices.append(
            Choice(
                type=own.instance_type if kind is None else kind,
                weight=_weight(weight),
                launch=own,
            )
        )
    return tuple(choices), whole


def _weight(given: Decimal | Unknown | None) -> Decimal | Unknown:
    return _ONE if given is None or given == 0 else given


def _fleet(resource: Resource, near: Surroundings) -> Machines:
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
        return span(on_demand), _EITHER
    if default != "on-demand":
        return span(on_demand), _ALL_SPOT
    if not spot:
        return _ZERO, _ALL_ON_DEMAND
    if isinstance(spot, Unknown) or not total.is_exact:
        return span(on_demand), _EITHER
    return Interval.exactly(max(total.min - spot, Decimal(0))), _ALL_SPOT


def _spot_fleet(resource: Resource, near: Surroundings) -> Machines:
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
        on_demand_percent=_ALL_SPOT,
        spot_strategy=text(values, "allocationStrategy"),
        spot_max_price=text(values, "spotPrice"),
        kind="fleet",
    )


def _specified(specifications: list[Any], near: Surroundings) -> tuple[Choice, ...]:
    choices = []
    for values in specifications:
        launch = direct_launch(values) if isinstance(values, Mapping) else templated_launch(None, near)
        weight = count(values, "weightedCapacity")
        choices.append(Choice(type=launch.instance_type, weight=_weight(weight), launch=launch))
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
            more, known = _overridden(resource, near, overrides, launch, "launchTemplateConfigs")
            choices += more
            whole &= known
        else:
            choices.append(Choice(type=launch.instance_type, launch=launch))
            whole &= not launch.requirements
    return tuple(choices), whole


def _node_group(resource: Resource, near: Surroundings) -> Machines:
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
        desired=_desired(count(scaling, "desiredSize"), minimum, maximum),
        minimum=minimum,
        maximum=maximum,
        on_demand_percent=_EITHER if unsure else _ALL_SPOT if bought == "SPOT" else _ALL_ON_DEMAND,
        market=market,
        on_demand_strategy="prioritized",
        spot_strategy="price-capacity-optimized",
        zones=zones_of(near, resource, values, zones="availabilityZones", subnets="subnetIds"),
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


def _batch(resource: Resource, near: Surroundings) -> Machines | None:
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
    rest = _EITHER if isinstance(kind, Unknown) else _ALL_SPOT if kind == "SPOT" else _ALL_ON_DEMAND
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
        desired=_desired(count(values, "desiredVcpus"), minimum, maximum),
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
    return f"{percent} %" if 0 < percent < _ALL_ON_DEMAND.min else None


_READERS: Mapping[str, Callable[[Resource, Surroundings], Machines | None]] = {
    INSTANCE: _instance,
    SPOT_REQUEST: _instance,
    GROUP: _group,
    FLEET: _fleet,
    SPOT_FLEET: _spot_fleet,
    NODE_GROUP: _node_group,
    BATCH: _batch,
}

MACHINE_TYPES = frozenset(_READERS)
"""Resource types that launch instances."""
