"""Configuration of every type, secret and plain, and what a program does with it."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
shape = config.require_object("shape")
password = config.require_secret("password")
for place in range(config.get_int("count") or 1):
    aws.ec2.Instance(
        f"node-{place}",
        ami="ami-0123456789abcdef0",
        instance_type=shape["type"],
        tags=shape["tags"],
        user_data=pulumi.Output.format("password={0}", password),
    )
pulumi.export("text", config.require("shape"))
pulumi.export("flag", config.get_bool("flag"))
pulumi.export("password", password)
pulumi.log.info("configured")
pulumi.log.error("a logged error stops nothing")
