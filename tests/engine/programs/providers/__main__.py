"""Explicit providers, two regions, default tags, and a region on the resource itself."""

import pulumi
import pulumi_aws as aws

west = aws.Provider("west", region="us-west-2", default_tags={"tags": {"team": "platform", "environment": "test"}})
aws.ebs.Volume("here", availability_zone="us-east-1a", size=10, type="gp3")
aws.ebs.Volume(
    "there",
    availability_zone="us-west-2a",
    size=10,
    type="gp3",
    tags={"environment": "production"},
    opts=pulumi.ResourceOptions(provider=west),
)
aws.ebs.Volume("elsewhere", availability_zone="eu-west-1a", size=10, type="gp3", region="eu-west-1")
