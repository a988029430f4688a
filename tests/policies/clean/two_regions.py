"""The same service in two regions, tagged by its providers."""

import pulumi
import pulumi_aws as aws

for region in ("us-east-1", "eu-west-1"):
    there = aws.Provider(region, region=region, default_tags={"tags": {"owner": "web", "environment": "production"}})
    options = pulumi.ResourceOptions(provider=there)
    group = aws.ec2.SecurityGroup(f"web-{region}", opts=options)
    aws.ec2.Instance(
        f"web-{region}",
        ami="ami-0abc",
        instance_type="m7g.large",
        vpc_security_group_ids=[group.id],
        root_block_device={"volume_type": "gp3", "volume_size": 20},
        opts=options,
    )
aws.ec2.Instance(
    "by-argument",
    region="us-east-2",
    ami="ami-0abc",
    instance_type="m7g.large",
    tags={"owner": "web", "environment": "production"},
)
