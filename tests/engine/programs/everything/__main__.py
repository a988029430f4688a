"""One of every kind of resource that the simulated AWS can make."""

import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
gateway = aws.ec2.InternetGateway("way-out", vpc_id=vpc.id)
subnets = [
    aws.ec2.Subnet(f"zone-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{index}.0/24", availability_zone=f"us-east-1{zone}")
    for index, zone in enumerate("ab")
]
address = aws.ec2.Eip("address", domain="vpc")
nat = aws.ec2.NatGateway("nat", allocation_id=address.allocation_id, subnet_id=subnets[0].id)
table = aws.ec2.RouteTable("table", vpc_id=vpc.id)
aws.ec2.Route("out", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
aws.ec2.RouteTableAssociation("first", subnet_id=subnets[0].id, route_table_id=table.id)
group = aws.ec2.SecurityGroup(
    "nodes",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
aws.ec2.SecurityGroupRule(
    "self", type="ingress", security_group_id=group.id, self=True, protocol="-1", from_port=0, to_port=0
)
aws.vpc.SecurityGroupIngressRule(
    "https", security_group_id=group.id, cidr_ipv4="10.0.0.0/8", ip_protocol="tcp", from_port=443, to_port=443
)
aws.vpc.SecurityGroupEgressRule("all", security_group_id=group.id, cidr_ipv4="10.0.0.0/8", ip_protocol="-1")
placement = aws.ec2.PlacementGroup("near", strategy="cluster")

trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
    }
)
role = aws.iam.Role("node", assume_role_policy=trust)
aws.iam.RolePolicy(
    "log",
    role=role.name,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
        }
    ),
)
attached = aws.iam.RolePolicyAttachment(
    "worker", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
)
profile = aws.iam.InstanceProfile("node", role=role.name)

template = aws.ec2.LaunchTemplate(
    "web",
    image_id="resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    instance_type="m7g.large",
    vpc_security_group_ids=[group.id],
    iam_instance_profile={"arn": profile.arn},
    user_data=pulumi.Output.secret("aGVsbG8="),
    update_default_version=True,
    block_device_mappings=[
        {"device_name": "/dev/xvda", "ebs": {"volume_size": 20, "volume_type": "gp3", "encrypted": "true"}}
    ],
    metadata_options={"http_tokens": "required"},
    tag_specifications=[{"resource_type": "instance", "tags": {"fleet:workload": "web"}}],
)
web = aws.autoscaling.Group(
    "web",
    min_size=1,
    max_size=4,
    desired_capacity=2,
    vpc_zone_identifiers=[subnet.id for subnet in subnets],
    mixed_instances_policy={
        "instances_distribution": {"on_demand_percentage_above_base_capacity": 50},
        "launch_template": {
            "launch_template_specification": {"launch_template_id": template.id, "version": "$Latest"},
            "overrides": [{"instance_type": "m7g.large"}, {"instance_type": "m8g.large"}],
        },
    },
    tags=[{"key": "fleet:workload", "value": "web", "propagate_at_launch": True}],
)
aws.autoscaling.Policy(
    "cpu",
    autoscaling_group_name=web.name,
    policy_type="TargetTrackingScaling",
    target_tracking_configuration={
        "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
        "target_value": 50.0,
    },
)
aws.autoscaling.Schedule(
    "night",
    scheduled_action_name="night",
    autoscaling_group_name=web.name,
    recurrence="0 20 * * *",
    min_size=0,
    max_size=1,
    desired_capacity=0,
)

cluster = aws.eks.Cluster("main", role_arn=role.arn, vpc_config={"subnet_ids": [subnet.id for subnet in subnets]})
aws.eks.NodeGroup(
    "general",
    cluster_name=cluster.name,
    node_role_arn=role.arn,
    subnet_ids=[subnet.id for subnet in subnets],
    scaling_config={"min_size": 1, "max_size": 3, "desired_size": 2},
    instance_types=["m7g.large"],
    ami_type="AL2023_ARM_64_STANDARD",
)
aws.eks.Addon("proxy", cluster_name=cluster.name, addon_name="kube-proxy")
aws.eks.AccessEntry("nodes", cluster_name=cluster.name, principal_arn=role.arn, type="EC2_LINUX")

environment = aws.batch.ComputeEnvironment(
    "nightly",
    type="MANAGED",
    service_role=role.arn,
    compute_resources={
        "type": "SPOT",
        "max_vcpus": 64,
        "min_vcpus": 0,
        "instance_types": ["m7g.large"],
        "subnets": [subnet.id for subnet in subnets],
        "security_group_ids": [group.id],
        "instance_role": profile.arn,
        "spot_iam_fleet_role": role.arn,
    },
)
aws.batch.JobQueue(
    "nightly",
    state="ENABLED",
    priority=1,
    compute_environment_orders=[{"order": 1, "compute_environment": environment.arn}],
)
aws.batch.JobDefinition(
    "nightly",
    type="container",
    container_properties=json.dumps(
        {
            "image": "busybox",
            "command": ["true"],
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
        }
    ),
)

licence = aws.licensemanager.LicenseConfiguration("mac", license_counting_type="Socket")
hosts = aws.resourcegroups.Group(
    "mac-hosts",
    configurations=[
        {
            "type": "AWS::EC2::HostManagement",
            "parameters": [{"name": "allowed-host-families", "values": ["mac2"]}],
        },
        {
            "type": "AWS::ResourceGroups::Generic",
            "parameters": [{"name": "allowed-resource-types", "values": ["AWS::EC2::Host"]}],
        },
    ],
)
host = aws.ec2.DedicatedHost(
    "builder", availability_zone="us-east-1a", instance_type="mac2.metal", auto_placement="off"
)
builder = aws.ec2.Instance(
    "builder",
    ami="ami-0123456789abcdef0",
    instance_type="mac2.metal",
    tenancy="host",
    host_id=host.id,
    availability_zone="us-east-1a",
)
aws.ebs.Volume("scratch", availability_zone="us-east-1a", size=100, type="gp3")

pulumi.export("licence", licence.arn)
pulumi.export("builder", builder.arn)
pulumi.export("hosts", hosts.arn)
