"""A Kubernetes cluster with two node groups, one of them spot."""

import json

import pulumi
import pulumi_aws as aws

tags = {"owner": "platform", "environment": "production"}


def role(name, service, *policies):
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }
    made = aws.iam.Role(name, assume_role_policy=json.dumps(trust), tags=tags)
    for policy in policies:
        aws.iam.RolePolicyAttachment(f"{name}-{policy}", role=made.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}")
    return made


network = pulumi.StackReference("acme/network/prod")
subnets = network.get_output("private_subnets")
cluster = aws.eks.Cluster(
    "main",
    role_arn=role("cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy").arn,
    vpc_config={"subnet_ids": subnets, "endpoint_private_access": True},
    version="1.34",
    tags=tags,
)
node = role("node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryReadOnly")
aws.eks.NodeGroup(
    "steady",
    cluster_name=cluster.name,
    node_role_arn=node.arn,
    subnet_ids=subnets,
    instance_types=["m8g.xlarge"],
    ami_type="AL2023_ARM_64_STANDARD",
    scaling_config={"min_size": 3, "max_size": 9, "desired_size": 3},
    tags=tags,
)
aws.eks.NodeGroup(
    "spot",
    cluster_name=cluster.name,
    node_role_arn=node.arn,
    subnet_ids=subnets,
    capacity_type="SPOT",
    instance_types=["c7g.xlarge", "m7g.xlarge", "m6g.xlarge", "c6g.xlarge"],
    ami_type="AL2023_ARM_64_STANDARD",
    scaling_config={"min_size": 0, "max_size": 20, "desired_size": 2},
    tags={**tags, "fleet:interruptible": "true"},
)
aws.eks.Addon("coredns", cluster_name=cluster.name, addon_name="coredns", tags=tags)
pulumi.export("name", cluster.name)
