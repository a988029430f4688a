"""What exists in the simulated AWS, asked with boto3 and nothing of the provider's own code."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Inventory", "client", "take_inventory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Entries by Pulumi type and id; an entry is what AWS describes."""

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def ids(self) -> set[tuple[str, str]]:
        """(type, id) of everything."""
        return {(kind, identity) for kind, found in self.entries.items() for identity in found}

    def described(self) -> list[str]:
        """What runs in it, in words: instances and hosts by type, nodes of node groups."""
        instances = Counter(one["InstanceType"] for one in self.entries.get("aws:ec2/instance:Instance", {}).values())
        hosts = Counter(
            one["HostProperties"].get("InstanceType", "a family")
            for one in self.entries.get("aws:ec2/dedicatedHost:DedicatedHost", {}).values()
        )
        nodes = [
            one["scalingConfig"]["desiredSize"] for one in self.entries.get("aws:eks/nodeGroup:NodeGroup", {}).values()
        ]
        told = [_counted("instances", instances), _counted("dedicated hosts", hosts)]
        told += [f"{sum(nodes)} nodes wanted by {len(nodes)} node groups"] if nodes else []
        return [line for line in told if line]

    def find(self, kind: str, identity: str) -> Mapping[str, Any] | None:
        """One entry, None when it does not exist."""
        found: Mapping[str, Any] | None = self.entries.get(kind, {}).get(identity)
        return found


def _counted(what: str, by_type: Counter[str]) -> str:
    if not by_type:
        return ""
    return f"{by_type.total()} {what}: {', '.join(f'{count} x {name}' for name, count in by_type.most_common())}"


def client(service: str, region: str, endpoint: str) -> Any:
    """A boto3 client of the simulation."""
    import boto3  # noqa: PLC0415  (slow to load, and only rehearsals need it)
    from botocore.config import Config  # noqa: PLC0415

    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",  # noqa: S106  (nothing checks it)
        config=Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 1}),
    )


def take_inventory(endpoint: str, regions: list[str]) -> Inventory:
    """Everything of the types that a rehearsal makes, in these regions (IAM once).

    What every account has from the start (the default VPC and its parts) stays out.
    """
    entries: dict[str, dict[str, Any]] = {}
    for region in regions:
        for kind, found in _regional(lambda service, region=region: client(service, region, endpoint)):  # type: ignore[misc]
            entries.setdefault(kind, {}).update(found)
    iam = client("iam", regions[0], endpoint)
    # Roles that AWS makes for its services stay in every account.
    roles = [role for role in iam.list_roles()["Roles"] if not role["Path"].startswith("/aws-service-role/")]
    entries["aws:iam/role:Role"] = _keyed(roles, "RoleName")
    profiles = iam.list_instance_profiles()["InstanceProfiles"]
    entries["aws:iam/instanceProfile:InstanceProfile"] = _keyed(profiles, "InstanceProfileName")
    return Inventory(entries=entries)


def _regional(connect: Callable[[str], Any]) -> list[tuple[str, dict[str, Any]]]:
    ec2, scaling, batch, eks = (connect(name) for name in ("ec2", "autoscaling", "batch", "eks"))
    balancing = connect("elbv2")
    balancers = balancing.describe_load_balancers()["LoadBalancers"]
    targets = balancing.describe_target_groups()["TargetGroups"]
    clusters = eks.list_clusters()["clusters"]
    nodes = {
        f"{cluster}:{name}": eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
        for cluster in clusters
        for name in eks.list_nodegroups(clusterName=cluster)["nodegroups"]
    }
    groups = connect("resource-groups").list_groups()["GroupIdentifiers"]
    scaled = _pages(scaling, "describe_auto_scaling_groups", "AutoScalingGroups")
    environments = batch.describe_compute_environments()["computeEnvironments"]
    definitions = batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    return [
        *_ec2(ec2),
        ("aws:autoscaling/group:Group", _keyed(scaled, "AutoScalingGroupName")),
        ("aws:batch/computeEnvironment:ComputeEnvironment", _keyed(environments, "computeEnvironmentName")),
        ("aws:batch/jobQueue:JobQueue", _keyed(batch.describe_job_queues()["jobQueues"], "jobQueueArn")),
        ("aws:batch/jobDefinition:JobDefinition", _keyed(definitions, "jobDefinitionArn")),
        ("aws:eks/cluster:Cluster", {name: eks.describe_cluster(name=name)["cluster"] for name in clusters}),
        ("aws:eks/nodeGroup:NodeGroup", nodes),
        ("aws:lb/loadBalancer:LoadBalancer", _keyed(balancers, "LoadBalancerArn")),
        ("aws:lb/targetGroup:TargetGroup", _keyed(targets, "TargetGroupArn")),
        ("aws:resourcegroups/group:Group", _keyed(groups, "GroupName")),
    ]  # fmt: skip


def _ec2(ec2: Any) -> list[tuple[str, dict[str, Any]]]:
    alive = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    reservations = _pages(ec2, "describe_instances", "Reservations", Filters=alive)
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    # A root volume goes with its instance. moto attaches two to the device that a template maps, and forgets one.
    running = {instance["InstanceId"] for instance in instances}
    volumes = [one for one in _pages(ec2, "describe_volumes", "Volumes") if _is_kept(one, running)]
    hosts = [host for host in ec2.describe_hosts()["Hosts"] if host["State"] != "released"]
    templates = _pages(ec2, "describe_launch_templates", "LaunchTemplates")
    endpoints = [one for one in ec2.describe_vpc_endpoints()["VpcEndpoints"] if one["State"] != "deleted"]
    doors = ec2.describe_internet_gateways()["InternetGateways"]
    subnets = [one for one in ec2.describe_subnets()["Subnets"] if not one["DefaultForAz"]]
    tables = [one for one in ec2.describe_route_tables()["RouteTables"] if not _is_main(one)]
    groups = [one for one in _pages(ec2, "describe_security_groups", "SecurityGroups") if one["GroupName"] != "default"]
    gateways = [one for one in ec2.describe_nat_gateways()["NatGateways"] if one["State"] != "deleted"]
    return [
        ("aws:ec2/instance:Instance", _keyed(instances, "InstanceId")),
        ("aws:ec2/dedicatedHost:DedicatedHost", _keyed(hosts, "HostId")),
        ("aws:ec2/natGateway:NatGateway", _keyed(gateways, "NatGatewayId")),
        ("aws:ec2/launchTemplate:LaunchTemplate", _keyed(templates, "LaunchTemplateId")),
        ("aws:ebs/volume:Volume", _keyed(volumes, "VolumeId")),
        ("aws:ec2/vpc:Vpc", _keyed([one for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]], "VpcId")),
        ("aws:ec2/subnet:Subnet", _keyed(subnets, "SubnetId")),
        ("aws:ec2/internetGateway:InternetGateway", _keyed(doors, "InternetGatewayId")),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", _keyed(endpoints, "VpcEndpointId")),
        ("aws:ec2/eip:Eip", _keyed(ec2.describe_addresses()["Addresses"], "AllocationId")),
        ("aws:ec2/routeTable:RouteTable", _keyed(tables, "RouteTableId")),
        ("aws:ec2/securityGroup:SecurityGroup", _keyed(groups, "GroupId")),
    ]  # fmt: skip


def _is_kept(volume: Mapping[str, Any], running: set[str]) -> bool:
    attached = [one["InstanceId"] for one in volume.get("Attachments", [])]
    return not attached or any(instance in running for instance in attached)


def _is_main(table: Mapping[str, Any]) -> bool:
    return any(one.get("Main") for one in table.get("Associations", []))


def _pages(connected: Any, operation: str, key: str, **arguments: Any) -> list[dict[str, Any]]:
    pages = connected.get_paginator(operation).paginate(**arguments)
    return [entry for page in pages for entry in page[key]]


def _keyed(entries: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return {entry[key]: entry for entry in entries}
