"""Everything that matters comes from elsewhere: another stack, a lookup that nobody answers, a computed id."""

import pulumi
import pulumi_aws as aws

tags = {"owner": "ci", "environment": "production"}
base = pulumi.StackReference("acme/base/prod")
host = aws.ec2.DedicatedHost("mac", instance_type="mac2.metal", availability_zone=base.get_output("zone"), tags=tags)
aws.ec2.Instance("builder", ami=base.get_output("mac_image"), instance_type="mac2.metal", host_id=host.id, tags=tags)
aws.ec2.Instance(
    "shared", ami=base.get_output("image"), instance_type=base.get_output("type"), tags=base.get_output("tags")
)
aws.ec2.Instance(
    "leased",
    ami="ami-0abc",
    instance_type="mac2.metal",
    tenancy=base.get_output("tenancy"),
    host_resource_group_arn=base.get_output("hosts"),
    tags=tags,
)
launch = aws.ec2.LaunchTemplate(
    "work",
    image_id=base.get_output("image"),
    instance_type="g6.xlarge",
    tag_specifications=[{"resource_type": "instance", "tags": {"fleet:stack": base.get_output("stack")}}],
    tags=tags,
)
aws.autoscaling.Group(
    "work",
    min_size=0,
    max_size=base.get_output("most"),
    desired_capacity=base.get_output("now"),
    vpc_zone_identifiers=base.get_output("subnets"),
    mixed_instances_policy={
        "instances_distribution": {"on_demand_percentage_above_base_capacity": base.get_output("share")},
        "launch_template": {
            "launch_template_specification": {"launch_template_id": launch.id},
            "overrides": [{"instance_type": base.get_output("first")}, {"instance_type": "g6.2xlarge"}],
        },
    },
    tags=[
        {"key": "owner", "value": "ci", "propagate_at_launch": True},
        {"key": "environment", "value": base.get_output("environment"), "propagate_at_launch": True},
        {"key": "fleet:interruptible", "value": base.get_output("stops"), "propagate_at_launch": True},
    ],
)
