"""Rendering on a fleet of spot with a base on demand."""

import pulumi_aws as aws

tags = {"owner": "render", "environment": "production"}
launch = aws.ec2.LaunchTemplate("render", image_id="ami-0abc", tags=tags)
aws.ec2.Fleet(
    "render",
    type="maintain",
    target_capacity_specification={
        "default_target_capacity_type": "spot",
        "total_target_capacity": 40,
        "on_demand_target_capacity": 4,
    },
    spot_options={"allocation_strategy": "price-capacity-optimized"},
    launch_template_configs=[
        {
            "launch_template_specification": {"launch_template_id": launch.id, "version": "$Latest"},
            "overrides": [
                {"instance_type": kind} for kind in ("c7g.2xlarge", "m7g.2xlarge", "c7g.4xlarge", "m8g.2xlarge")
            ],
        }
    ],
    tags={**tags, "fleet:interruptible": "true"},
)
