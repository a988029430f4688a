"""A language model served from GPUs."""

import pulumi_aws as aws

tags = {"owner": "ml", "environment": "production"}
image = aws.ssm.get_parameter(
    name="/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id"
)
zones = aws.get_availability_zones(state="available").names[:2]
vpc = aws.ec2.Vpc("serve", cidr_block="10.1.0.0/16", tags=tags)
subnets = [
    aws.ec2.Subnet(f"s-{zone}", vpc_id=vpc.id, cidr_block=f"10.1.{i}.0/24", availability_zone=zone, tags=tags).id
    for i, zone in enumerate(zones)
]
launch = aws.ec2.LaunchTemplate(
    "serve",
    image_id=image.value,
    instance_type="g6e.xlarge",
    block_device_mappings=[
        {"device_name": "/dev/xvda", "ebs": {"volume_size": 200, "volume_type": "gp3", "throughput": 300}}
    ],
    tag_specifications=[
        {
            "resource_type": "instance",
            "tags": {
                **tags,
                "fleet:kind": "inference",
                "fleet:stack": "cuda",
                "fleet:framework": "vllm",
                "fleet:memory-gib": "40",
            },
        }
    ],
    tags=tags,
)
aws.autoscaling.Group(
    "serve",
    min_size=1,
    max_size=8,
    desired_capacity=2,
    vpc_zone_identifiers=subnets,
    launch_template={"id": launch.id, "version": "$Latest"},
    tags=[{"key": k, "value": v, "propagate_at_launch": True} for k, v in tags.items()],
)
