"""A training run on four nodes in a capacity block that has been bought."""

import pulumi
import pulumi_aws as aws

tags = {"owner": "research", "environment": "production"}
block = pulumi.Config().get("block") or "cr-0abc"
cards = [
    {
        "network_card_index": card,
        "device_index": 0 if card == 0 else 1,
        "interface_type": "efa" if card == 0 else "efa-only",
        "security_groups": ["sg-0abc"],
        "subnet_id": "subnet-0abc",
    }
    for card in range(32)
]
launch = aws.ec2.LaunchTemplate(
    "pretrain",
    image_id="ami-0abc",
    instance_type="p5.48xlarge",
    network_interfaces=cards,
    instance_market_options={"market_type": "capacity-block"},
    capacity_reservation_specification={"capacity_reservation_target": {"capacity_reservation_id": block}},
    block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"volume_size": 500, "volume_type": "gp3"}}],
    tags=tags,
)
aws.autoscaling.Group(
    "pretrain",
    min_size=4,
    max_size=4,
    launch_template={"id": launch.id, "version": "$Latest"},
    availability_zones=["us-east-1a"],
    tags=[
        {"key": k, "value": v, "propagate_at_launch": True}
        for k, v in {**tags, "fleet:kind": "training", "fleet:hours-per-month": "336"}.items()
    ],
)
