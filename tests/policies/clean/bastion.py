"""One small machine with an address, its image looked up by name."""

import pulumi
import pulumi_aws as aws

tags = {"owner": "ops", "environment": "production"}
image = aws.ec2.get_ami(
    most_recent=True, owners=["amazon"], filters=[{"name": "name", "values": ["al2023-ami-2023.*-arm64"]}]
)
machine = aws.ec2.Instance(
    "bastion",
    ami=image.id,
    instance_type="t4g.nano",
    credit_specification={"cpu_credits": "standard"},
    root_block_device={"volume_type": "gp3", "volume_size": 8, "encrypted": True},
    user_data=pulumi.Output.secret("#!/bin/sh\necho hello"),
    tags=tags,
)
address = aws.ec2.Eip("bastion", domain="vpc", instance=machine.id, tags=tags)
pulumi.export("address", address.public_ip)
