"""EKS: clusters and node groups in moto, add-ons and access kept by ourselves."""

from typing import Any

from botocore.exceptions import ClientError

from fleet.simulated_aws import rules
from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import EVERYTHING, Kind, Properties
from fleet.simulated_aws.kinds.compute import template_properties, zone_of_subnet
from fleet.simulated_aws.kinds.kept import kept
from fleet.simulated_aws.requests import request, to_properties

__all__ = ["KINDS"]

_MOST_TYPES = 20
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html"""


def _described(call: Any, key: str, **arguments: Any) -> dict[str, Any] | None:
    try:
        entry: dict[str, Any] = call(**arguments)[key]
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return entry


def _create_cluster(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    eks, name = cloud.client("eks"), cloud.named(inputs, "cluster")
    wanted = request(eks, "CreateCluster", inputs, vpcConfig="resourcesVpcConfig", enabledClusterLogTypes="logging")
    wanted.pop("logging", None)
    return name, _cluster_outputs(eks.create_cluster(**wanted | {"name": name})["cluster"])


def _cluster_outputs(entry: dict[str, Any]) -> dict[str, Any]:
    authority = {"data": (entry.get("certificateAuthority") or {}).get("data", "")}
    return {
        "name": entry["name"],
        "arn": entry["arn"],
        "endpoint": entry.get("endpoint"),
        "certificateAuthority": authority,
        "certificateAuthorities": [authority],
        "status": entry["status"],
        "platformVersion": entry.get("platformVersion"),
        "identities": [{"oidcs": [{"issuer": entry.get("identity", {}).get("oidc", {}).get("issuer", "")}]}],
        "clusterId": entry["name"],
    }


def _cluster(cloud: Cloud, name: str) -> dict[str, Any] | None:
    return _described(cloud.client("eks").describe_cluster, "cluster", name=name)


def _read_cluster(cloud: Cloud, name: str, _state: Properties) -> dict[str, Any] | None:
    entry = _cluster(cloud, name)
    if entry is None:
        return None
    return {**_cluster_outputs(entry), "roleArn": entry["roleArn"], "tags": entry.get("tags") or None}


def _update_cluster(cloud: Cloud, name: str, old: Properties, new: Properties) -> dict[str, Any]:
    entry = _cluster(cloud, name)
    if entry is None:
        raise rules.AwsRefusalError(f"ResourceNotFoundException: there is no cluster {name}")
    _retag(cloud, entry["arn"], old, new)
    return {}


def _retag(cloud: Cloud, arn: str, old: Properties, new: Properties) -> None:
    eks = cloud.client("eks")
    gone = sorted(set(old.get("tagsAll") or old.get("tags") or {}) - set(new.get("tags") or {}))
    if gone:
        eks.untag_resource(resourceArn=arn, tagKeys=gone)
    if new.get("tags"):
        eks.tag_resource(resourceArn=arn, tags=new["tags"])


def _delete_cluster(cloud: Cloud, name: str, _state: Properties) -> None:
    if _cluster(cloud, name) is not None:
        cloud.client("eks").delete_cluster(name=name)


def _require_valid(cloud: Cloud, inputs: Properties, *, new: int) -> None:
    scaling = inputs.get("scalingConfig") or {}
    low, desired, high = (int(scaling.get(key, 0)) for key in ("minSize", "desiredSize", "maxSize"))
    if not low <= desired <= high:
        raise rules.AwsRefusalError(f"InvalidParameterException: desired size {desired} is outside {low} to {high}")
    rules.require_node_group_quotas(cloud, str(inputs["clusterName"]), new=new, nodes=high)
    template = template_properties(cloud, inputs.get("launchTemplate"))
    if len(inputs.get("instanceTypes") or []) > _MOST_TYPES:
        raise rules.AwsRefusalError(f"InvalidParameterException: a node group takes {_MOST_TYPES} instance types")
    types = inputs.get("instanceTypes") or ([template["instanceType"]] if template.get("instanceType") else [])
    zones = {zone for subnet in inputs.get("subnetIds") or [] if (zone := zone_of_subnet(cloud, subnet))}
    is_spot = inputs.get("capacityType") == "SPOT"
    for instance_type in types:
        refusals = []
        for zone in sorted(zones):
            try:
                rules.require_launchable(cloud, instance_type, zone=zone, spot=is_spot)
            except rules.AwsRefusalError as refusal:
                refusals.append(refusal)
        if zones and len(refusals) == len(zones):
            raise refusals[0]


def _create_nodes(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    _require_valid(cloud, inputs, new=1)
    eks = cloud.client("eks")
    name = cloud.named({"name": inputs.get("nodeGroupName"), "namePrefix": inputs.get("nodeGroupNamePrefix")}, "nodes")
    wanted = request(
        eks, "CreateNodegroup", inputs,
        nodeRoleArn="nodeRole", subnetIds="subnets", nodeGroupName="nodegroupName", taints="taints",
    )  # fmt: skip
    template = inputs.get("launchTemplate")
    if template:
        wanted["launchTemplate"] = {key: str(template[key]) for key in ("id", "name", "version") if template.get(key)}
        wanted["launchTemplate"].pop("name", None) if template.get("id") else None
    made = eks.create_nodegroup(**wanted | {"nodegroupName": name})["nodegroup"]
    return f"{inputs['clusterName']}:{name}", _nodes_outputs(made)


def _nodes_outputs(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "nodeGroupName": entry["nodegroupName"],
        "arn": entry["nodegroupArn"],
        "status": entry["status"],
        "resources": [to_properties(entry.get("resources") or {})],
    }


def _nodes(cloud: Cloud, identity: str) -> dict[str, Any] | None:
    cluster, _, name = identity.partition(":")
    call = cloud.client("eks").describe_nodegroup
    return _described(call, "nodegroup", clusterName=cluster, nodegroupName=name)


def _read_nodes(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    entry = _nodes(cloud, identity)
    if entry is None:
        return None
    return {
        **_nodes_outputs(entry),
        "clusterName": entry["clusterName"],
        "nodeRoleArn": entry["nodeRole"],
        "subnetIds": entry["subnets"],
        "scalingConfig": entry["scalingConfig"],
        "instanceTypes": entry.get("instanceTypes"),
        "capacityType": entry.get("capacityType"),
        "tags": entry.get("tags") or None,
    }


def _update_nodes(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    _require_valid(cloud, new, new=0)
    cluster, _, name = identity.partition(":")
    eks = cloud.client("eks")
    entry = _nodes(cloud, identity)
    if entry is None:
        raise rules.AwsRefusalError(f"ResourceNotFoundException: there is no node group {identity}")
    wanted = request(eks, "UpdateNodegroupConfig", {"scalingConfig": new.get("scalingConfig")})
    eks.update_nodegroup_config(clusterName=cluster, nodegroupName=name, **wanted)
    _retag(cloud, entry["nodegroupArn"], old, new)
    return {}


def _delete_nodes(cloud: Cloud, identity: str, _state: Properties) -> None:
    cluster, _, name = identity.partition(":")
    if _nodes(cloud, identity) is not None:
        cloud.client("eks").delete_nodegroup(clusterName=cluster, nodegroupName=name)


KINDS = (
    Kind(
        token="aws:eks/cluster:Cluster",  # noqa: S106  (a type's name)
        computed=(
            "name",
            "arn",
            "endpoint",
            "certificateAuthority",
            "certificateAuthorities",
            "status",
            "platformVersion",
            "identities",
            "clusterId",
        ),
        create=_create_cluster,
        read=_read_cluster,
        update=_update_cluster,
        delete=_delete_cluster,
        in_place=EVERYTHING,
        replaced_by=frozenset({"name", "roleArn"}),
    ),
    Kind(
        token="aws:eks/nodeGroup:NodeGroup",  # noqa: S106
        computed=("nodeGroupName", "arn", "status", "resources"),
        create=_create_nodes,
        read=_read_nodes,
        update=_update_nodes,
        delete=_delete_nodes,
        in_place=frozenset({"tags", "scalingConfig", "labels", "taints", "updateConfig", "version", "releaseVersion"}),
    ),
    kept(
        "aws:eks/accessEntry:AccessEntry",
        prefix="ae",
        arn=("eks", "access-entry/{clusterName}/{serial}"),
        identity="{clusterName}:{principalArn}",
        in_place=frozenset({"tags", "kubernetesGroups", "userName"}),
    ),
    kept(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        prefix="apa",
        arn=("eks", "access-policy/{serial}"),
        identity="{clusterName}#{principalArn}#{policyArn}",
        taggable=False,
    ),
    kept(
        "aws:eks/addon:Addon",
        prefix="addon",
        arn=("eks", "addon/{clusterName}/{addonName}/{serial}"),
        identity="{clusterName}:{addonName}",
        in_place=frozenset({"tags", "addonVersion", "configurationValues", "serviceAccountRoleArn"}),
    ),
    kept(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        prefix="a",
        arn=("eks", "podidentityassociation/{clusterName}/{serial}"),
        identity="serial",
        extra={"associationId": "{serial}"},
        in_place=frozenset({"tags", "roleArn"}),
    ),
)
