"""Load balancers, and the parts of a network around them: endpoints and the VPC's default security group."""

from typing import Any

from botocore.exceptions import ClientError

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import EVERYTHING, Kind, Properties
from fleet.simulated_aws.kinds.ec2 import described, gone_is_fine, retag, tagged_request
from fleet.simulated_aws.kinds.security import authorize_all, revoke_all
from fleet.simulated_aws.requests import request, tag_list, tag_map, to_properties

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


def _elb(token: str, noun: str, *, computed: tuple[str, ...], **renames: str) -> Kind:
    """A type of the load balancing service: `noun` is AWS's (`LoadBalancer`), the id is its ARN."""
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in noun).lstrip("_")
    named = noun != "Listener"

    def outputs(entry: dict[str, Any]) -> dict[str, Any]:
        arn = entry[f"{noun}Arn"]
        found = {"arn": arn, "arnSuffix": arn.rpartition(":")[2].removeprefix("loadbalancer/")}
        found |= {"dnsName": entry.get("DNSName"), "zoneId": entry.get("CanonicalHostedZoneId")}
        found |= {"name": entry.get(f"{noun}Name")} if named else {}
        return {name: found[name] for name in computed if name in found}

    def create(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
        client = cloud.client("elbv2")
        plain = {key: value for key, value in inputs.items() if key not in {"name", "tags", "internal"}}
        arguments = request(client, f"Create{noun}", plain, **renames)
        if named:
            arguments["Name"] = cloud.named(inputs, "lb" if noun == "LoadBalancer" else "tg")
        if noun == "LoadBalancer" and inputs.get("internal"):
            arguments["Scheme"] = "internal"
        if inputs.get("tags"):
            arguments["Tags"] = tag_list(inputs["tags"])
        entry = getattr(client, f"create_{snake}")(**arguments)[f"{noun}s"][0]
        return entry[f"{noun}Arn"], outputs(entry)

    def entry_of(cloud: Cloud, arn: str) -> dict[str, Any] | None:
        call = getattr(cloud.client("elbv2"), f"describe_{snake}s")
        try:
            found = call(**{f"{noun}Arns": [arn]})[f"{noun}s"]
        except ClientError as problem:
            if problem.response["Error"]["Code"].endswith("NotFound"):
                return None
            raise
        return found[0] if found else None

    def read(cloud: Cloud, arn: str, _state: Properties) -> dict[str, Any] | None:
        entry = entry_of(cloud, arn)
        if entry is None:
            return None
        described_tags = cloud.client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"]
        return {**outputs(entry), "tags": tag_map(described_tags[0]["Tags"]) or None}

    def update(cloud: Cloud, arn: str, old: Properties, new: Properties) -> dict[str, Any]:
        client = cloud.client("elbv2")
        gone = sorted(set(old.get("tags") or {}) - set(new.get("tags") or {}))
        if gone:
            client.remove_tags(ResourceArns=[arn], TagKeys=gone)
        if new.get("tags"):
            client.add_tags(ResourceArns=[arn], Tags=tag_list(new["tags"]))
        if noun != "LoadBalancer":
            arguments = request(client, f"Modify{noun}", {k: v for k, v in new.items() if k != "tags"}, **renames)
            getattr(client, f"modify_{snake}")(**arguments | {f"{noun}Arn": arn})
        return {}

    def delete(cloud: Cloud, arn: str, _state: Properties) -> None:
        if entry_of(cloud, arn) is not None:
            getattr(cloud.client("elbv2"), f"delete_{snake}")(**{f"{noun}Arn": arn})

    fixed = frozenset({"name", "namePrefix", "internal", "loadBalancerType", "subnets", "vpcId", "targetType", "port"})
    return Kind(
        token=token,
        computed=computed,
        create=create,
        read=read,
        update=update,
        delete=delete,
        in_place=EVERYTHING,
        replaced_by=frozenset() if noun == "Listener" else fixed,
    )


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
    _elb(
        "aws:lb/loadBalancer:LoadBalancer",
        "LoadBalancer",
        computed=("name", "arn", "arnSuffix", "dnsName", "zoneId"),
        loadBalancerType="Type",
    ),
    _elb("aws:lb/targetGroup:TargetGroup", "TargetGroup", computed=("name", "arn", "arnSuffix")),
    _elb("aws:lb/listener:Listener", "Listener", computed=("arn",)),
)
