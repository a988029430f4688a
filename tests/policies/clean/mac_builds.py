"""A build machine for iOS on its own Mac host."""

import pulumi_aws as aws

tags = {"owner": "mobile", "environment": "production"}
image = aws.ssm.get_parameter(name="/aws/service/ec2-macos/tahoe/arm64_mac/latest/image_id")
host = aws.ec2.DedicatedHost(
    "mac", instance_type="mac-m4.metal", availability_zone="us-east-1a", auto_placement="off", tags=tags
)
builder = aws.ec2.Instance(
    "builder",
    ami=image.value,
    instance_type="mac-m4.metal",
    tenancy="host",
    host_id=host.id,
    availability_zone="us-east-1a",
    root_block_device={"volume_size": 200, "volume_type": "gp3"},
    tags={**tags, "fleet:kind": "apple_builds", "fleet:platforms": "ios macos"},
)
