"""The inputs that a price came from, by an allow-list: nothing else is ever shown, and no secret is."""

from collections.abc import Mapping
from typing import Any

from fleet.cost.properties import at, effective, items
from fleet.cost.surroundings import GROUP
from fleet.stack.model import Resource, Unknown

__all__ = ["priced_inputs"]

_LONGEST = 100
_PLAIN: Mapping[str, tuple[str, ...]] = {
    "aws:ec2/instance:Instance": (
        "instanceType", "tenancy", "instanceMarketOptions.marketType", "rootBlockDevice.volumeType",
        "rootBlockDevice.volumeSize", "rootBlockDevice.iops", "rootBlockDevice.throughput",
        "creditSpecification.cpuCredits",
    ),
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": (
        "instanceType", "rootBlockDevice.volumeType", "rootBlockDevice.volumeSize",
    ),
    GROUP: (
        "minSize", "maxSize", "desiredCapacity",
        "mixedInstancesPolicy.instancesDistribution.onDemandBaseCapacity",
        "mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity",
        "mixedInstancesPolicy.instancesDistribution.onDemandAllocationStrategy",
        "mixedInstancesPolicy.instancesDistribution.spotAllocationStrategy",
        "warmPool.poolState", "warmPool.minSize", "warmPool.maxGroupPreparedCapacity",
    ),
    "aws:ec2/fleet:Fleet": (
        "targetCapacitySpecification.totalTargetCapacity", "targetCapacitySpecification.onDemandTargetCapacity",
        "targetCapacitySpecification.spotTargetCapacity", "targetCapacitySpecification.defaultTargetCapacityType",
    ),
    "aws:ec2/spotFleetRequest:SpotFleetRequest": ("targetCapacity", "onDemandTargetCapacity", "allocationStrategy"),
    "aws:eks/nodeGroup:NodeGroup": (
        "capacityType", "diskSize", "scalingConfig.minSize", "scalingConfig.maxSize", "scalingConfig.desiredSize",
        "warmPoolConfig.poolState", "warmPoolConfig.minSize", "warmPoolConfig.maxGroupPreparedCapacity",
    ),
    "aws:eks/cluster:Cluster": ("version", "upgradePolicy.supportType"),
    "aws:batch/computeEnvironment:ComputeEnvironment": (
        "computeResources.type", "computeResources.minVcpus", "computeResources.maxVcpus",
        "computeResources.desiredVcpus", "computeResources.allocationStrategy",
    ),
    "aws:ec2/dedicatedHost:DedicatedHost": ("instanceType", "instanceFamily"),
    "aws:ec2/capacityReservation:CapacityReservation": (
        "instanceType", "instanceCount", "instancePlatform", "tenancy",
    ),
    "aws:ec2/capacityBlockReservation:CapacityBlockReservation": ("instanceType", "instanceCount"),
    "aws:ebs/volume:Volume": ("type", "size", "iops", "throughput"),
    "aws:lb/loadBalancer:LoadBalancer": ("loadBalancerType",),
    "aws:alb/loadBalancer:LoadBalancer": ("loadBalancerType",),
}  # fmt: skip
"""Paths of inputs whose values may be shown, by type."""

_PATHS: Mapping[str, tuple[tuple[str, list[str]], ...]] = {
    kind: tuple((path, path.split(".")) for path in paths) for kind, paths in _PLAIN.items()
}

_LISTS: Mapping[str, tuple[str, ...]] = {
    "aws:eks/nodeGroup:NodeGroup": ("instanceTypes",),
    "aws:batch/computeEnvironment:ComputeEnvironment": ("computeResources.instanceTypes",),
}


def priced_inputs(resource: Resource) -> dict[str, Any]:
    """Known values of the allowed inputs of a resource, by path."""
    values = effective(resource)
    shown: dict[str, Any] = {}
    for path, keys in _PATHS.get(resource.type, ()):
        value = at(values, *keys)
        if isinstance(value, str | int | float) and value != "":
            shown[path] = value[:_LONGEST] if isinstance(value, str) else value
    for path in _LISTS.get(resource.type, ()):
        listed = items(values, *path.split("."))
        if not isinstance(listed, Unknown) and listed:
            shown[path] = [value[:_LONGEST] for value in listed if isinstance(value, str)]
    if resource.type == GROUP:
        shown |= _overrides(values)
    return shown


def _overrides(values: Mapping[str, Any]) -> dict[str, Any]:
    """Types and weights of a mixed instances policy."""
    found = items(values, "mixedInstancesPolicy", "launchTemplate", "overrides")
    if isinstance(found, Unknown):
        return {}
    shown = [(at(override, "instanceType"), at(override, "weightedCapacity")) for override in found]
    texts = [kind[:_LONGEST] + _weight(weight) for kind, weight in shown if isinstance(kind, str)]
    return {"mixedInstancesPolicy.launchTemplate.overrides": texts} if texts else {}


def _weight(weight: object) -> str:
    return f" x{str(weight)[:8]}" if isinstance(weight, str | int | float) and weight != "" else ""
