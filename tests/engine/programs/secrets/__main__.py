"""Secrets of every origin: configuration, marked values, exports."""

import pulumi
import pulumi_aws as aws

password = pulumi.Output.secret("correct horse battery staple")
aws.ec2.Instance(
    "server",
    ami="ami-0123456789abcdef0",
    instance_type="m7g.large",
    user_data=password.apply(lambda text: f"echo {text}"),
    tags={"owner": "platform", "key": password},
)
pulumi.export("password", password)
