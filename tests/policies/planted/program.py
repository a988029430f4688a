"""What the programs are made of: a program with what a reviewer expects, and resources as people write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fleet.testing import UNKNOWN, resource

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
FLEET = "aws:ec2/fleet:Fleet"
NODES = "aws:eks/nodeGroup:NodeGroup"
BATCH = "aws:batch/computeEnvironment:ComputeEnvironment"
HOST = "aws:ec2/dedicatedHost:DedicatedHost"
VOLUME = "aws:ebs/volume:Volume"
SUBNET = "aws:ec2/subnet:Subnet"
RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
X86 = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
ARM = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
MAC_HOSTS = {"hostResourceGroupArn": "arn:aws:resource-groups:us-east-1:123456789012:group/mac"}
SPOT = {"marketType": "spot"}


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program: what it declares, how the pack is configured, and what a reviewer expects."""

    name: str
    resources: Sequence[Any]
    expected: Mapping[str, Sequence[str]]
    config: Mapping[str, Any] = field(default_factory=dict)
    exemptions: Sequence[Mapping[str, Any]] = ()
    baseline: Mapping[str, Any] | None = None
    planned: Mapping[str, Sequence[str]] | None = None
    """Types that a lock holds, by workload."""


def ec2(name: str, kind: Any = "m8g.large", *, tags: Any = None, host: Any = None, **inputs: Any) -> Any:
    given = {"instanceType": kind, "ami": "ami-0abc", **inputs} | ({} if tags is None else {"tags": tags})
    if host is not None:
        given |= {"tenancy": "host", "hostId": UNKNOWN}
        return resource(INSTANCE, name, given, property_depends_on={"hostId": [host]})
    return resource(INSTANCE, name, given)


def template(name: str, kind: Any = "m8g.large", **inputs: Any) -> Any:
    return resource(TEMPLATE, name, {"imageId": "ami-0abc", "instanceType": kind, **inputs})


def asg(name: str, launch: Any, low: int, high: int, *, tags: Mapping[str, str] | None = None, **inputs: Any) -> Any:
    listed = [{"key": k, "value": v, "propagateAtLaunch": True} for k, v in (tags or {}).items()]
    given = {"minSize": low, "maxSize": high, "launchTemplate": {"id": UNKNOWN}, "tags": listed, **inputs}
    return resource(GROUP, name, given, property_depends_on={"launchTemplate": [launch]})


def mix(name: str, launch: Any, types: Sequence[Any], low: int, high: int, *, tags: Any = None, **shares: Any) -> Any:
    listed = [{"key": k, "value": v, "propagateAtLaunch": True} for k, v in (tags or {}).items()]
    policy = {
        "instancesDistribution": shares,
        "launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateId": UNKNOWN},
            "overrides": [{"instanceType": kind} for kind in types],
        },
    }
    given = {"minSize": low, "maxSize": high, "mixedInstancesPolicy": policy, "tags": listed}
    return resource(GROUP, name, given, property_depends_on={"mixedInstancesPolicy": [launch]})


def action(name: str, group: Any, recurrence: str, desired: int) -> Any:
    given = {"autoscalingGroupName": UNKNOWN, "recurrence": recurrence, "desiredCapacity": desired}
    return resource(SCHEDULE, name, given, property_depends_on={"autoscalingGroupName": [group]})


def nodes(name: str, types: Sequence[str], size: int, *, tags: Any = None, **inputs: Any) -> Any:
    scaling = {"minSize": size, "maxSize": size, "desiredSize": size}
    given = {"clusterName": "c", "instanceTypes": list(types), "scalingConfig": scaling, "tags": tags or {}, **inputs}
    return resource(NODES, name, given)


def batch(name: str, kind: str, types: Sequence[str], *, tags: Any = None, **more: Any) -> Any:
    compute = {"type": kind, "instanceTypes": list(types), "minVcpus": 0, "maxVcpus": 512, **more}
    return resource(BATCH, name, {"type": "MANAGED", "computeResources": compute, "tags": tags or {}})


def host(name: str, kind: str = "mac-m4.metal", **inputs: Any) -> Any:
    return resource(HOST, name, {"instanceType": kind, "availabilityZone": "us-east-1a", **inputs})


def volume(name: str, **inputs: Any) -> Any:
    return resource(VOLUME, name, {"availabilityZone": "us-east-1a", "size": 100, **inputs})
