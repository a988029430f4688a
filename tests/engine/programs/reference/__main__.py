"""The outputs of another stack, which only its backend knows."""

import pulumi
import pulumi_aws as aws

network = pulumi.StackReference("organization/network/dev")
aws.ec2.Instance(
    "server", ami="ami-0123456789abcdef0", instance_type="m7g.large", subnet_id=network.get_output("subnet")
)
pulumi.export("password", network.get_output("password"))
pulumi.export("ports", network.get_output("ports"))
pulumi.export("nothing", network.get_output("nothing"))
