"""VPC endpoints: S3 for free in every network, and the services that nodes cannot do without where there is no NAT."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ec2
from pulumi_aws import vpc as vpc_rules

from fleet.resources.names import unreserved

__all__ = ["gateway_endpoint", "interface_endpoints"]

_WITHOUT_NAT = (
    "autoscaling",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "eks",
    "eks-auth",
    "logs",
    "ssm",
    "ssmmessages",
    "sts",
)
"""What nodes, containers and Session Manager call."""


def gateway_endpoint(
    name: str,
    *,
    vpc: ec2.Vpc,
    tables: Mapping[str, ec2.RouteTable],
    region: str,
    tags: Mapping[str, str],
    parent: pulumi.Resource,
) -> None:
    """S3 through a gateway endpoint, which costs nothing and spares NAT the images' layers."""
    ec2.VpcEndpoint(
        f"{name}-s3",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=[tables[zone].id for zone in sorted(tables)],
        region=region,
        tags={**tags, "Name": f"{name}-s3"},
        opts=pulumi.ResourceOptions(parent=parent),
    )


def interface_endpoints(
    name: str,
    *,
    vpc: ec2.Vpc,
    subnets: Mapping[str, ec2.Subnet],
    region: str,
    tags: Mapping[str, str],
    parent: pulumi.Resource,
) -> None:
    """Interface endpoints in every zone, open to the VPC on 443 only."""
    options = pulumi.ResourceOptions(parent=parent)
    group = ec2.SecurityGroup(
        unreserved(f"{name}-endpoints", "sg-"),
        description="AWS endpoints of the network",
        vpc_id=vpc.id,
        region=region,
        tags=dict(tags),
        opts=options,
    )
    https = 443
    vpc_rules.SecurityGroupIngressRule(
        f"{name}-endpoints",
        security_group_id=group.id,
        description="HTTPS from the network",
        ip_protocol="tcp",
        from_port=https,
        to_port=https,
        cidr_ipv4=vpc.cidr_block,
        region=region,
        tags=dict(tags),
        opts=options,
    )
    for service in _WITHOUT_NAT:
        ec2.VpcEndpoint(
            f"{name}-{service.replace('.', '-')}",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=[subnets[zone].id for zone in sorted(subnets)],
            security_group_ids=[group.id],
            region=region,
            tags={**tags, "Name": f"{name}-{service}"},
            opts=options,
        )
