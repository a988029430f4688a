"""What a VPC has beside subnets and routes: endpoints, and its default security group."""

from typing import Any

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import Kind, Properties
from fleet.simulated_aws.kinds.ec2 import described, gone_is_fine, retag, tagged_request
from fleet.simulated_aws.kinds.security import authorize_all, revoke_all
from fleet.simulated_aws.requests import tag_map, to_properties

__all__ = ["KINDS"]


def _create_endpoint(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    arguments = tagged_request(cloud, "CreateVpcEndpoint", "vpc-endpoint", inputs)
    made = cloud.client("ec2").create_vpc_endpoint(**arguments)["VpcEndpoint"]
    return made["VpcEndpointId"], _endpoint_outputs(cloud, made)


def _endpoint_outputs(cloud: Cloud, entry: dict[str, Any]) -> dict[str, Any]:
    identity = entry["VpcEndpointId"]
    return {
        "arn": cloud.arn("ec2", f"vpc-endpoint/{identity}"),
        "state": entry.get("State", "available"),
        "ownerId": entry.get("OwnerId"),
        "dnsEntries": to_properties(entry.get("DnsEntries") or []),
        "networkInterfaceIds": entry.get("NetworkInterfaceIds") or [],
    }


def _read_endpoint(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    entry = described(cloud.client("ec2").describe_vpc_endpoints, "VpcEndpoints", VpcEndpointIds=[identity])
    if entry is None or entry.get("State") == "deleted":
        return None
    return {
        **_endpoint_outputs(cloud, entry),
        "vpcId": entry["VpcId"],
        "serviceName": entry["ServiceName"],
        "vpcEndpointType": entry.get("VpcEndpointType"),
        "routeTableIds": entry.get("RouteTableIds") or None,
        "tags": tag_map(entry.get("Tags")) or None,
    }


def _update_endpoint(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    retag(cloud, identity, old, new)
    before, after = set(old.get("routeTableIds") or []), set(new.get("routeTableIds") or [])
    changes = {"AddRouteTableIds": sorted(after - before), "RemoveRouteTableIds": sorted(before - after)}
    wanted = {name: tables for name, tables in changes.items() if tables}
    if wanted:
        cloud.client("ec2").modify_vpc_endpoint(VpcEndpointId=identity, **wanted)
    return {}


def _delete_endpoint(cloud: Cloud, identity: str, _state: Properties) -> None:
    gone_is_fine(cloud.client("ec2").delete_vpc_endpoints, VpcEndpointIds=[identity])


def _adopt_default_group(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    """AWS made the group with the VPC; the resource takes it over and leaves it the rules of the program."""
    ec2 = cloud.client("ec2")
    filters = [{"Name": "group-name", "Values": ["default"]}]
    if inputs.get("vpcId"):
        filters.append({"Name": "vpc-id", "Values": [inputs["vpcId"]]})
    entry = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
    identity = entry["GroupId"]
    revoke_all(ec2, identity)
    authorize_all(ec2, identity, inputs)
    retag(cloud, identity, {}, inputs)
    arn = cloud.arn("ec2", f"security-group/{identity}")
    return identity, {"name": "default", "arn": arn, "description": entry["Description"], "ownerId": entry["OwnerId"]}


def _read_default_group(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    entry = described(cloud.client("ec2").describe_security_groups, "SecurityGroups", GroupIds=[identity])
    if entry is None:
        return None
    known = {"name": "default", "description": entry["Description"], "ownerId": entry.get("OwnerId")}
    arn = cloud.arn("ec2", f"security-group/{identity}")
    return {**known, "arn": arn, "vpcId": entry.get("VpcId"), "tags": tag_map(entry.get("Tags")) or None}


def _update_default_group(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    ec2 = cloud.client("ec2")
    retag(cloud, identity, old, new)
    revoke_all(ec2, identity)
    authorize_all(ec2, identity, new)
    return {}


def _release_default_group(_cloud: Cloud, _identity: str, _state: Properties) -> None:
    """The group stays with its VPC: AWS does not let it be deleted."""


KINDS = (
    Kind(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",  # noqa: S106  (a type's name)
        computed=("arn", "state", "ownerId", "dnsEntries", "networkInterfaceIds"),
        create=_create_endpoint,
        read=_read_endpoint,
        update=_update_endpoint,
        delete=_delete_endpoint,
        in_place=frozenset({"tags", "routeTableIds", "subnetIds", "securityGroupIds", "policy"}),
    ),
    Kind(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",  # noqa: S106
        computed=("name", "arn", "description", "ownerId"),
        create=_adopt_default_group,
        read=_read_default_group,
        update=_update_default_group,
        delete=_release_default_group,
        in_place=frozenset({"tags", "ingress", "egress", "revokeRulesOnDelete"}),
    ),
)
