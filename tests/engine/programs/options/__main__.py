"""Options and transformations of every kind, providers handed down through components."""

import pulumi
import pulumi_aws as aws


def _encrypt(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    if args.type_ != "aws:ebs/volume:Volume":
        return None
    return pulumi.ResourceTransformationResult({**args.props, "encrypted": True}, args.opts)


async def _guard(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != "aws:ec2/instance:Instance":
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
    return pulumi.ResourceTransformResult({**args.props, "monitoring": True}, opts)


class Pair(pulumi.ComponentResource):
    """Two volumes: one with the provider of its parent, one with another."""

    def __init__(self, name: str, other: aws.Provider, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tests:index:Pair", name, {}, opts)
        own = pulumi.ResourceOptions(parent=self)
        self.volume = aws.ebs.Volume(f"{name}-own", availability_zone="eu-west-1a", size=4, opts=own)
        there = pulumi.ResourceOptions(parent=self, provider=other)
        aws.ebs.Volume(f"{name}-other", availability_zone="eu-central-1a", size=4, opts=there)
        self.register_outputs({"size": self.volume.size})


pulumi.runtime.register_stack_transformation(_encrypt)
pulumi.runtime.register_resource_transform(_guard)
ireland = aws.Provider("ireland", region="eu-west-1", default_tags={"tags": {"team": "platform"}})
frankfurt = aws.Provider("frankfurt", region=pulumi.Output.from_input("eu-central-1"))
Pair("listed", frankfurt, pulumi.ResourceOptions(providers=[ireland]))
Pair("mapped", ireland, pulumi.ResourceOptions(providers={"aws": frankfurt}))
waits = Pair("ambient", ireland)
kept = aws.ebs.Volume(
    "kept",
    availability_zone="us-east-1a",
    size=10,
    opts=pulumi.ResourceOptions(
        protect=True,
        ignore_changes=["size"],
        aliases=[pulumi.Alias(name="formerly")],
        delete_before_replace=True,
        retain_on_delete=True,
        additional_secret_outputs=["arn"],
        custom_timeouts=pulumi.CustomTimeouts(create="5m"),
        replace_on_changes=["type"],
    ),
)
server = aws.ec2.Instance(
    "server",
    ami=aws.ec2.get_ami_output(
        owners=["amazon"],
        filters=[{"name": "name", "values": ["al2023-ami-*-arm64"]}],
        opts=pulumi.InvokeOptions(provider=ireland),
    ).id,
    instance_type="m7g.large",
    opts=pulumi.ResourceOptions(provider=ireland, depends_on=[waits, kept], deleted_with=kept),
)
aws.ebs.Volume("below", availability_zone=server.availability_zone, size=1, opts=pulumi.ResourceOptions(parent=server))
