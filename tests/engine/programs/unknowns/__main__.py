"""Values that nobody knows before the update, alone and inside lists and texts."""

import pulumi
import pulumi_aws as aws

server = aws.ec2.Instance("server", ami="ami-0123456789abcdef0", instance_type="m7g.large")
aws.ebs.Volume("beside", availability_zone=server.availability_zone, size=10, tags={"of": server.id, "kind": "data"})
aws.ebs.Volume("sized", availability_zone="us-east-1a", size=server.private_ip.apply(len), type="gp3")
group = aws.ec2.SecurityGroup("group", description=pulumi.Output.concat("for ", server.arn))
aws.ec2.Instance(
    "second",
    ami="ami-0123456789abcdef0",
    instance_type="m7g.large",
    vpc_security_group_ids=[group.id, "sg-12345678"],
)
pulumi.export("address", server.private_ip)
pulumi.export("known", "yes")
