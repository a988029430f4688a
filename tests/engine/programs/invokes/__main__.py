"""Provider calls that the catalog can answer."""

import pulumi
import pulumi_aws as aws

zones = aws.get_availability_zones(state="available")
region = aws.get_region()
image = aws.ssm.get_parameter(name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64")
account = aws.get_caller_identity_output()
for zone in zones.names[:2]:
    aws.ebs.Volume(f"in-{zone}", availability_zone=zone, size=10, type="gp3")
aws.ec2.Instance("server", ami=image.value, instance_type="m7g.large", tags={"region": region.region})
pulumi.export("account", account.account_id)
