"""Networks: VPC, subnets, gateways, routes, security groups."""

from typing import Any

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import Kind, Properties
from fleet.simulated_aws.kinds.ec2 import described, gone_is_fine, retag, simple, tagged_request
from fleet.simulated_aws.requests import request, tag_map

__all__ = ["KINDS"]


def _vpc_attributes(cloud: Cloud, identity: str, inputs: Properties) -> None:
    ec2 = cloud.client("ec2")
    for name, argument in (("enableDnsHostnames", "EnableDnsHostnames"), ("enableDnsSupport", "EnableDnsSupport")):
        if name in inputs:
            ec2.modify_vpc_attribute(VpcId=identity, **{argument: {"Value": bool(inputs[name])}})


def _subnet_attributes(cloud: Cloud, identity: str, inputs: Properties) -> None:
    if "mapPublicIpOnLaunch" in inputs:
        wanted = {"Value": bool(inputs["mapPublicIpOnLaunch"])}
        cloud.client("ec2").modify_subnet_attribute(SubnetId=identity, MapPublicIpOnLaunch=wanted)


def _attach_gateway(cloud: Cloud, identity: str, inputs: Properties) -> None:
    ec2 = cloud.client("ec2")
    entry = described(ec2.describe_internet_gateways, "InternetGateways", InternetGatewayIds=[identity]) or {}
    attached = [one["VpcId"] for one in entry.get("Attachments") or []]
    wanted = inputs.get("vpcId")
    for vpc in attached:
        if vpc != wanted:
            ec2.detach_internet_gateway(InternetGatewayId=identity, VpcId=vpc)
    if wanted and wanted not in attached:
        ec2.attach_internet_gateway(InternetGatewayId=identity, VpcId=wanted)


def _detach_gateway(cloud: Cloud, identity: str, state: Properties) -> None:
    _attach_gateway(cloud, identity, {**state, "vpcId": None})


def _create_eip(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    wanted = {key: value for key, value in inputs.items() if key == "tags"} | {"domain": "vpc"}
    answer = cloud.client("ec2").allocate_address(**tagged_request(cloud, "AllocateAddress", "elastic-ip", wanted))
    return answer["AllocationId"], _eip_outputs(cloud, answer)


def _eip_outputs(cloud: Cloud, entry: dict[str, Any]) -> dict[str, Any]:
    identity = entry["AllocationId"]
    return {
        "allocationId": identity,
        "arn": cloud.arn("ec2", f"elastic-ip/{identity}"),
        "publicIp": entry["PublicIp"],
    }


def _read_eip(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    entry = described(cloud.client("ec2").describe_addresses, "Addresses", AllocationIds=[identity])
    if entry is None:
        return None
    return {"domain": "vpc", "tags": tag_map(entry.get("Tags")) or None, **_eip_outputs(cloud, entry)}


def _delete_eip(cloud: Cloud, identity: str, _state: Properties) -> None:
    gone_is_fine(cloud.client("ec2").release_address, AllocationId=identity)


def _retag(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    retag(cloud, identity, old, new)
    return {}


def _table_routes(cloud: Cloud, identity: str, inputs: Properties) -> None:
    """Routes written inside a route table."""
    ec2 = cloud.client("ec2")
    table = described(ec2.describe_route_tables, "RouteTables", RouteTableIds=[identity]) or {}
    present = {r["DestinationCidrBlock"] for r in table.get("Routes", []) if r.get("GatewayId") != "local"}
    wanted = {route["cidrBlock"]: route for route in inputs.get("routes") or []}
    for block in sorted(present):
        ec2.delete_route(RouteTableId=identity, DestinationCidrBlock=block)
    for block, route in sorted(wanted.items()):
        ec2.create_route(**_route_request(cloud, {**route, "routeTableId": identity, "destinationCidrBlock": block}))


def _route_request(cloud: Cloud, inputs: Properties) -> dict[str, Any]:
    return request(cloud.client("ec2"), "CreateRoute", inputs)


def _create_route(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    cloud.client("ec2").create_route(**_route_request(cloud, inputs))
    block = inputs.get("destinationCidrBlock") or inputs.get("destinationIpv6CidrBlock")
    return f"{inputs['routeTableId']}_{block}", {"state": "active", "origin": "CreateRoute"}


def _read_route(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    table, _, block = identity.partition("_")
    entry = described(cloud.client("ec2").describe_route_tables, "RouteTables", RouteTableIds=[table])
    for route in (entry or {}).get("Routes", []):
        if route.get("DestinationCidrBlock") == block:
            return {
                "routeTableId": table,
                "destinationCidrBlock": block,
                "gatewayId": route.get("GatewayId"),
                "natGatewayId": route.get("NatGatewayId"),
                "state": "active",
            }
    return None


def _delete_route(cloud: Cloud, identity: str, _state: Properties) -> None:
    table, _, block = identity.partition("_")
    gone_is_fine(cloud.client("ec2").delete_route, RouteTableId=table, DestinationCidrBlock=block)


def _associate(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    arguments = request(cloud.client("ec2"), "AssociateRouteTable", inputs)
    return cloud.client("ec2").associate_route_table(**arguments)["AssociationId"], {}


def _read_association(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    tables = cloud.client("ec2").describe_route_tables()["RouteTables"]
    for table in tables:
        for entry in table.get("Associations", []):
            if entry.get("RouteTableAssociationId") == identity:
                return {"routeTableId": table["RouteTableId"], "subnetId": entry.get("SubnetId")}
    return None


def _disassociate(cloud: Cloud, identity: str, _state: Properties) -> None:
    gone_is_fine(cloud.client("ec2").disassociate_route_table, AssociationId=identity)


_ARN = ("arn",)
KINDS = (
    simple(
        "aws:ec2/vpc:Vpc",
        noun="Vpc",
        tag_type="vpc",
        arn="vpc",
        computed=("ownerId", "mainRouteTableId", "defaultSecurityGroupId"),
        in_place=frozenset({"tags", "enableDnsHostnames", "enableDnsSupport"}),
        after=_vpc_attributes,
    ),
    simple(
        "aws:ec2/subnet:Subnet",
        noun="Subnet",
        tag_type="subnet",
        arn="subnet",
        computed=("ownerId", "availabilityZoneId"),
        in_place=frozenset({"tags", "mapPublicIpOnLaunch"}),
        after=_subnet_attributes,
    ),
    simple(
        "aws:ec2/internetGateway:InternetGateway",
        noun="InternetGateway",
        tag_type="internet-gateway",
        arn="internet-gateway",
        computed=("ownerId",),
        in_place=frozenset({"tags", "vpcId"}),
        after=_attach_gateway,
        before_delete=_detach_gateway,
    ),
    simple(
        "aws:ec2/natGateway:NatGateway",
        noun="NatGateway",
        tag_type="natgateway",
        computed=("privateIp", "publicIp", "networkInterfaceId"),
    ),
    simple(
        "aws:ec2/routeTable:RouteTable",
        noun="RouteTable",
        tag_type="route-table",
        arn="route-table",
        computed=("ownerId",),
        in_place=frozenset({"tags", "routes"}),
        after=_table_routes,
    ),
    Kind(
        token="aws:ec2/eip:Eip",  # noqa: S106  (a type's name)
        computed=("allocationId", "arn", "publicIp", "publicDns", "privateIp"),
        create=_create_eip,
        read=_read_eip,
        update=_retag,
        delete=_delete_eip,
        in_place=frozenset({"tags"}),
    ),
    Kind(
        token="aws:ec2/route:Route",  # noqa: S106
        computed=("state", "origin"),
        create=_create_route,
        read=_read_route,
        delete=_delete_route,
        taggable=False,
        delete_first=True,
    ),
    Kind(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",  # noqa: S106
        computed=(),
        create=_associate,
        read=_read_association,
        delete=_disassociate,
        taggable=False,
        delete_first=True,
    ),
)
