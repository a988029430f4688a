"""A law over whole programs: what may turn out to be the value that was left open costs what that value costs."""

from collections.abc import Iterator
from typing import Any

import pytest

from fleet.interval import Interval
from fleet.stack.model import UNKNOWN, Secret

KIND, OTHER = "m7i.4xlarge", "c7i.4xlarge"
VOLUME = {"volumeType": "gp3", "volumeSize": 50, "iops": 4000, "throughput": 200}
NAMED = {"launchTemplateId": "lt-1", "version": "$Latest"}
WEIGHED = [{"instanceType": KIND, "weightedCapacity": "2"}, {"instanceType": OTHER, "weightedCapacity": "1"}]
SPREAD = {
    "onDemandBaseCapacity": 2,
    "onDemandPercentageAboveBaseCapacity": 40,
    "onDemandAllocationStrategy": "prioritized",
}
TARGET = {
    "totalTargetCapacity": 8, "onDemandTargetCapacity": 2, "spotTargetCapacity": 3,
    "defaultTargetCapacityType": "on-demand",
}  # fmt: skip
TAGS = {"fleet:hours-per-month": "200"}
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "instance": (
        "instance",
        {
            "instanceType": KIND, "ami": "ami-1", "tenancy": "default", "region": "us-east-1", "tags": TAGS,
            "availabilityZone": "us-east-1a", "rootBlockDevice": VOLUME,
            "ebsBlockDevices": [{"deviceName": "/dev/sdb", "volumeType": "io2", "volumeSize": 10, "iops": 500}],
            "instanceMarketOptions": {"marketType": "spot", "spotOptions": {"maxPrice": "1"}},
        },
    ),
    "group": (
        "group",
        {
            "minSize": 2, "maxSize": 12, "desiredCapacity": 7, "availabilityZones": ["us-east-1a"],
            "warmPool": {"poolState": "Running", "minSize": 1, "maxGroupPreparedCapacity": 9},
            "tags": [{"key": "fleet:hours-per-month", "value": "200", "propagateAtLaunch": True}],
            "mixedInstancesPolicy": {
                "instancesDistribution": SPREAD,
                "launchTemplate": {"launchTemplateSpecification": NAMED, "overrides": WEIGHED},
            },
        },
    ),
    "fleet": (
        "fleet",
        {
            "launchTemplateConfigs": [{"launchTemplateSpecification": NAMED, "overrides": WEIGHED}],
            "targetCapacitySpecification": TARGET,
            "onDemandOptions": {"allocationStrategy": "lowestPrice"},
        },
    ),
    "spot fleet": (
        "aws:ec2/spotFleetRequest:SpotFleetRequest",
        {
            "targetCapacity": 6, "onDemandTargetCapacity": 2, "allocationStrategy": "priceCapacityOptimized",
            "launchSpecifications": [{"instanceType": KIND, "ami": "ami-1", "weightedCapacity": "2"}],
        },
    ),
    "nodes": (
        "nodes",
        {
            "clusterName": "c", "instanceTypes": [KIND, OTHER], "capacityType": "SPOT", "diskSize": 60,
            "scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 3}, "amiType": "AL2023_x86_64_STANDARD",
        },
    ),
    "batch": (
        "batch",
        {
            "computeResources": {
                "type": "SPOT", "minVcpus": 4, "maxVcpus": 64, "desiredVcpus": 20, "instanceTypes": [KIND, "c7i"],
                "bidPercentage": 60, "allocationStrategy": "BEST_FIT", "launchTemplate": NAMED,
            }
        },
    ),
    "reservation": (
        "reservation",
        {"instanceType": KIND, "instanceCount": 3, "instancePlatform": "Linux/UNIX", "tenancy": "default"},
    ),
    "volume": ("volume", {"type": "gp3", "size": 100, "iops": 4000, "throughput": 300}),
    "host": ("host", {"instanceType": "mac2.metal", "availabilityZone": "us-east-1a", "tags": TAGS}),
    "cluster": ("aws:eks/cluster:Cluster", {"version": "1.33", "upgradePolicy": {"supportType": "EXTENDED"}}),
    "gateway": ("aws:ec2/natGateway:NatGateway", {"availabilityMode": "zonal", "tags": TAGS}),
    "balancer": ("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network", "tags": TAGS}),
}  # fmt: skip
TEMPLATE = {
    "imageId": "ami-1", "instanceType": KIND,
    "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": VOLUME}],
}  # fmt: skip

WITHIN_AN_INSTANCE = {("mixedInstancesPolicy", "instancesDistribution", "onDemandBaseCapacity")}
"""Bases between the ends may fill instances of weight 2 better than both ends do: off by one instance at most."""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value, itself left out."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from leaves(part, (*path, key))


def with_part(value: Any, path: tuple[Any, ...], part: Any) -> Any:
    if not path:
        return part
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = with_part(value[path[0]], path[1:], part)
    return copied


def holds(wide: Interval | None, narrow: Interval | None) -> bool:
    """Every amount of one lies in the other."""
    if wide is None or narrow is None:
        return wide == narrow
    return wide.min <= narrow.min and (wide.max is None or (narrow.max is not None and narrow.max <= wide.max))


@pytest.fixture
def amounts(make, price):
    def run(kind, inputs, template):
        whole = price(make("template", "t", template, id="lt-1"), make(kind, "s", inputs))[1].cost
        return whole.monthly_usd, whole.monthly_usd_at_max_scale

    return run


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("unknown", [UNKNOWN, Secret("s3cret")], ids=["unknown", "secret"])
def test_an_interval_holds_what_an_unknown_part_may_be(amounts, shape, unknown):
    """Each value, list and object of the inputs in turn, those of the launch template too."""
    kind, inputs = SHAPES[shape]
    known = amounts(kind, inputs, TEMPLATE)
    narrow = []
    for path in set(leaves(inputs)) - WITHIN_AN_INSTANCE:
        wide = amounts(kind, with_part(inputs, path, unknown), TEMPLATE)
        narrow += [path for one, other in zip(wide, known, strict=True) if not holds(one, other)]
    for path in leaves(TEMPLATE):
        wide = amounts(kind, inputs, with_part(TEMPLATE, path, unknown))
        narrow += [("template", *path) for one, other in zip(wide, known, strict=True) if not holds(one, other)]

    assert narrow == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("wrong", [-3, "nonsense", True, None, [], {}, [[]], [None], 1e308], ids=repr)
def test_a_wrong_value_anywhere_ends_no_estimate(amounts, shape, wrong):
    """AWS refuses it; an amount stays one, from nothing upwards."""
    kind, inputs = SHAPES[shape]
    for path in leaves(inputs):
        now, most = amounts(kind, with_part(inputs, path, wrong), TEMPLATE)

        assert all(i.min >= 0 and (i.max is None or i.max >= i.min) for i in (now, most)), path
