"""Resources that both packs of the tests object to."""

import pulumi_aws as aws

aws.ebs.Volume("large", availability_zone="us-east-1a", size=900, type="gp2")
aws.ebs.Volume("small", availability_zone="us-east-1a", size=9, type="gp3")
for name in ("one", "two"):
    aws.ec2.Instance(name, ami="ami-0123456789abcdef0", instance_type="m5.large")
