"""Who may do what: instance roles that can be reached through Systems Manager, and security groups without ingress."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, iam, vpc

from fleet.resources.names import INSTANCE_PROFILE, ROLE, fitting, unreserved
from fleet.resources.placement import Placement

__all__ = ["Access", "assume_by", "instance_access", "instance_role", "managed_policy", "security_group"]

_SSM = "AmazonSSMManagedInstanceCore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An instance profile and a security group."""

    profile: iam.InstanceProfile
    security_group_id: pulumi.Output[str]


def instance_role(
    name: str, *, region: str, tags: Mapping[str, str], parent: pulumi.Resource, policies: Sequence[str] = ()
) -> iam.Role:
    """A role for instances: Systems Manager instead of SSH, and the AWS managed policies named."""
    options = pulumi.ResourceOptions(parent=parent)
    role = iam.Role(
        fitting(name, ROLE),
        assume_role_policy=assume_by("ec2.amazonaws.com"),
        description=f"Instances of {name}",
        tags=dict(tags),
        opts=options,
    )
    for policy in sorted({_SSM, *policies}):
        iam.RolePolicyAttachment(
            f"{name}-{policy.rsplit('/', 1)[-1]}",
            role=role.name,
            policy_arn=managed_policy(policy, region),
            opts=options,
        )
    return role


def instance_access(
    name: str,
    *,
    placement: Placement,
    tags: Mapping[str, str],
    parent: pulumi.Resource,
    policies: Sequence[str] = (),
    talks_to_itself: bool = False,
) -> Access:
    """A role with its profile, and a security group that lets nothing in."""
    role = instance_role(name, region=placement.region, tags=tags, parent=parent, policies=policies)
    profile = iam.InstanceProfile(
        fitting(name, INSTANCE_PROFILE),
        role=role.name,
        tags=dict(tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    group_id = security_group(name, placement=placement, tags=tags, parent=parent, talks_to_itself=talks_to_itself)
    return Access(profile=profile, security_group_id=group_id)


def security_group(
    name: str,
    *,
    placement: Placement,
    tags: Mapping[str, str],
    parent: pulumi.Resource,
    talks_to_itself: bool = False,
) -> pulumi.Output[str]:
    """A security group with egress only; its members may also talk to each other where EFA needs it."""
    options = pulumi.ResourceOptions(parent=parent)
    group = ec2.SecurityGroup(
        unreserved(name, "sg-"),
        description=f"Instances of {name}",
        vpc_id=placement.vpc_id,
        region=placement.region,
        tags=dict(tags),
        opts=options,
    )
    vpc.SecurityGroupEgressRule(
        f"{name}-out",
        security_group_id=group.id,
        description="To anywhere: package mirrors, AWS APIs",
        ip_protocol="-1",
        cidr_ipv4="0.0.0.0/0",
        region=placement.region,
        tags=dict(tags),
        opts=options,
    )
    if talks_to_itself:
        # EFA needs all traffic to and from the group itself, by reference, not by address:
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html
        for rule, suffix in ((vpc.SecurityGroupIngressRule, "in"), (vpc.SecurityGroupEgressRule, "out")):
            rule(
                f"{name}-efa-{suffix}",
                security_group_id=group.id,
                referenced_security_group_id=group.id,
                description="EFA between members",
                ip_protocol="-1",
                region=placement.region,
                tags=dict(tags),
                opts=options,
            )
    return group.id


def assume_by(*services: str) -> str:
    """A trust policy for AWS services."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": sorted(services)}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def managed_policy(name: str, region: str) -> str:
    """ARN of an AWS managed policy, in the partition of a region."""
    partition = "aws-us-gov" if region.startswith("us-gov-") else "aws-cn" if region.startswith("cn-") else "aws"
    return f"arn:{partition}:iam::aws:policy/{name}"
