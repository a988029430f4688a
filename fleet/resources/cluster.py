"""Cluster: an EKS cluster, new or existing, with managed node groups that hold what the plan packed."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, eks, iam

from fleet.resources.access import assume_by, instance_role, managed_policy
from fleet.resources.component import placement_in, prefix, token
from fleet.resources.design.model import ClusterDesign, NodeGroupDesign
from fleet.resources.launch import Extras, launch_template
from fleet.resources.names import CLUSTER, NODE_GROUP, ROLE, fitting
from fleet.resources.placement import Placement

__all__ = ["Cluster", "ClusterArgs", "node_config"]

_NODE_POLICIES = ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy")
_ADDONS_BEFORE_NODES = ("eks-pod-identity-agent", "kube-proxy", "vpc-cni")
_ADMIN_POLICY = "AmazonEKSClusterAdminPolicy"

_TOLERATE_ALL = '{"tolerations":[{"operator":"Exists"}]}'
"""Cluster DNS has to run even where every node is tainted for a workload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterArgs:
    """A cluster that is decided, and the networks by region."""

    design: ClusterDesign
    placements: Mapping[str, Placement]


class Cluster(pulumi.ComponentResource):
    """An EKS cluster with one managed node group for each allocation of the plan."""

    cluster_name: pulumi.Output[str]
    """Name of the EKS cluster."""

    group_names: pulumi.Output[list[str]]
    """Names of the managed node groups."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(token("Cluster"), name, {"cluster": args.design.name}, opts)
        design = args.design
        placement = placement_in(args.placements, design.region)
        existing = design.settings.existing
        waits_for: list[pulumi.Resource] = []
        if existing is None:
            control_plane = _control_plane(name, design, placement, self)
            waits_for = _addons(name, design, control_plane, self)
            _admins(name, design, control_plane, self)
            self.cluster_name = control_plane.name
        else:
            self.cluster_name = pulumi.Output.from_input(existing)
        role = instance_role(
            f"{name}-nodes", region=design.region, tags=design.tags, parent=self, policies=_NODE_POLICIES
        )
        groups = [
            _node_group(
                name,
                design,
                group,
                cluster_name=self.cluster_name,
                role=role,
                placement=placement,
                parent=self,
                waits_for=waits_for,
            )
            for group in design.node_groups
        ]
        if existing is None:
            _core_dns(name, design, self.cluster_name, self, groups)
        self.group_names = pulumi.Output.all(*(group.node_group_name for group in groups)).apply(list)
        self.register_outputs({"cluster_name": self.cluster_name, "group_names": self.group_names})


def node_config(max_pods: int) -> str:
    """User data for nodeadm, base64: the number of pods that the plan counts on. EKS adds the rest by itself."""
    config = (
        "apiVersion: node.eks.aws/v1alpha1\n"
        "kind: NodeConfig\n"
        "spec:\n"
        "  kubelet:\n"
        "    config:\n"
        f"      maxPods: {max_pods}\n"
    )
    parts = (
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="//"\n\n'
        "--//\nContent-Type: application/node.eks.aws\n\n"
        f"---\n{config}\n--//--\n"
    )
    return base64.b64encode(parts.encode()).decode()


def _control_plane(name: str, design: ClusterDesign, placement: Placement, parent: pulumi.Resource) -> eks.Cluster:
    options = pulumi.ResourceOptions(parent=parent)
    role = iam.Role(
        fitting(f"{name}-control-plane", ROLE),
        assume_role_policy=assume_by("eks.amazonaws.com"),
        description=f"Control plane of {name}",
        tags=dict(design.tags),
        opts=options,
    )
    attachment = iam.RolePolicyAttachment(
        f"{name}-control-plane",
        role=role.name,
        policy_arn=managed_policy("AmazonEKSClusterPolicy", design.region),
        opts=options,
    )
    public = list(design.settings.public_endpoint_cidrs)
    return eks.Cluster(
        fitting(name, CLUSTER),
        version=design.settings.version,
        role_arn=role.arn,
        region=design.region,
        vpc_config={
            "subnet_ids": placement.subnets(design.control_plane_zones),
            "endpoint_private_access": True,
            "endpoint_public_access": bool(public),
            "public_access_cidrs": public or None,
        },
        access_config={
            "authentication_mode": "API",
            "bootstrap_cluster_creator_admin_permissions": not design.settings.admins,
        },
        bootstrap_self_managed_addons=False,
        enabled_cluster_log_types=["api", "audit", "authenticator"],
        # A version that runs out of standard support is upgraded instead of billed at six times the price.
        upgrade_policy={"support_type": "STANDARD"},
        zonal_shift_config={"enabled": True},
        deletion_protection=design.protect,
        tags=dict(design.tags),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[attachment], protect=design.protect or None),
    )


def _addons(
    name: str, design: ClusterDesign, control_plane: eks.Cluster, parent: pulumi.Resource
) -> list[pulumi.Resource]:
    """What nodes need to become ready."""
    return [
        _addon(name, addon, design, control_plane.name, pulumi.ResourceOptions(parent=parent))
        for addon in _ADDONS_BEFORE_NODES
    ]


def _core_dns(
    name: str,
    design: ClusterDesign,
    cluster_name: pulumi.Output[str],
    parent: pulumi.Resource,
    groups: list[eks.NodeGroup],
) -> None:
    """Cluster DNS runs on nodes, so it comes after them."""
    _addon(name, "coredns", design, cluster_name, pulumi.ResourceOptions(parent=parent, depends_on=groups))


def _addon(
    name: str, addon: str, design: ClusterDesign, cluster_name: pulumi.Output[str], opts: pulumi.ResourceOptions
) -> eks.Addon:
    return eks.Addon(
        f"{name}-{addon}",
        cluster_name=cluster_name,
        addon_name=addon,
        configuration_values=_TOLERATE_ALL if addon == "coredns" else None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="PRESERVE",
        region=design.region,
        tags=dict(design.tags),
        opts=opts,
    )


def _admins(name: str, design: ClusterDesign, control_plane: eks.Cluster, parent: pulumi.Resource) -> None:
    partition = managed_policy("", design.region).split(":")[1]
    for place, principal in enumerate(design.settings.admins):
        entry = eks.AccessEntry(
            f"{name}-admin-{place}",
            cluster_name=control_plane.name,
            principal_arn=principal,
            type="STANDARD",
            region=design.region,
            tags=dict(design.tags),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        eks.AccessPolicyAssociation(
            f"{name}-admin-{place}",
            cluster_name=control_plane.name,
            principal_arn=entry.principal_arn,
            policy_arn=f"arn:{partition}:eks::aws:cluster-access-policy/{_ADMIN_POLICY}",
            access_scope={"type": "cluster"},
            region=design.region,
            opts=pulumi.ResourceOptions(parent=parent),
        )


def _node_group(
    name: str,
    design: ClusterDesign,
    group: NodeGroupDesign,
    *,
    cluster_name: pulumi.Output[str],
    role: iam.Role,
    placement: Placement,
    parent: pulumi.Resource,
    waits_for: list[pulumi.Resource],
) -> eks.NodeGroup:
    own = prefix(name, design.name) + group.name
    template = _node_template(own, design, group, parent)
    return eks.NodeGroup(
        fitting(own, NODE_GROUP),
        cluster_name=cluster_name,
        node_role_arn=role.arn,
        subnet_ids=placement.subnets([group.zone]),
        ami_type=group.ami_type,
        capacity_type="SPOT" if group.market == "spot" else "ON_DEMAND",
        instance_types=[facts.name for facts in group.types],
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        scaling_config={
            "min_size": 1,
            "desired_size": group.count,
            "max_size": group.count,
        },
        update_config={"max_unavailable_percentage": 33},
        node_repair_config={"enabled": True},
        labels=dict(group.labels),
        taints=[{"key": t.key, "value": t.value, "effect": "NO_SCHEDULE"} for t in group.taints] or None,
        region=design.region,
        tags=dict(group.tags),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=waits_for),
    )


def _node_template(
    name: str, design: ClusterDesign, group: NodeGroupDesign, parent: pulumi.Resource
) -> ec2.LaunchTemplate:
    """Without image, type and profile, which EKS sets, and without security groups: nodes join the cluster's."""
    return launch_template(
        name,
        image=None,
        root_volume_gib=design.root_volume_gib,
        access=None,
        region=design.region,
        tags=group.tags,
        parent=parent,
        extras=Extras(user_data=node_config(group.max_pods), types=group.types),
    )
