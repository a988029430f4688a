"""Hooks, transforms of calls, regions on resources, providers through components, odd names, empty values."""

import pulumi
import pulumi_aws as aws


async def _available(args: pulumi.InvokeTransformArgs) -> pulumi.InvokeTransformResult:
    return pulumi.InvokeTransformResult(args={**args.args, "state": "available"}, opts=args.opts)


def _told(_: pulumi.ResourceHookArgs) -> None:
    pulumi.log.debug("about to be made")


class Elsewhere(pulumi.ComponentResource):
    """Two volumes in the region of its provider; registers no outputs."""

    def __init__(self, name: str, provider: aws.Provider, opts: pulumi.ResourceOptions | None = None) -> None:
        there = pulumi.ResourceOptions(providers={"aws": provider}, aliases=[pulumi.Alias(name="before")])
        super().__init__("tests:index:Elsewhere", name, {"secret": pulumi.Output.secret("hidden")}, opts=there)
        for place in range(2):
            below = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)])
            aws.ebs.Volume(f"{name}-{place}", availability_zone="us-west-2a", size=1, opts=below)


pulumi.runtime.register_invoke_transform(_available)
zones = aws.get_availability_zones()
identity, region, partition = aws.get_caller_identity(), aws.get_region(), aws.get_partition()
west = aws.Provider("west", region="us-west-2", default_tags={"tags": {"team": "platform", "both": "provider"}})
western = aws.get_availability_zones_output(opts=pulumi.InvokeOutputOptions(provider=west))
hook = pulumi.ResourceHook("told", _told, opts=pulumi.ResourceHookOptions(on_dry_run=True))
odd = aws.ebs.Volume(
    "odd name/with ünicode",
    availability_zone=zones.names[0],
    size=pulumi.Config().require_int("size"),
    opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])),
)
aws.ec2.Instance(
    "empty",
    ami="ami-0123456789abcdef0",
    instance_type=aws.ec2.InstanceType.M5_LARGE,
    tags={"both": "own", "nothing": ""},
    user_data="",
    vpc_security_group_ids=[],
    opts=pulumi.ResourceOptions(provider=west),
)
aws.ebs.Volume("regional", availability_zone="us-east-2a", size=1, region=pulumi.Output.from_input("us-east-2"))
plain = pulumi.Output.unsecret(pulumi.Output.secret("shown"))
tags = {"plain": plain, "account": identity.account_id, "region": region.region, "partition": partition.partition}
aws.ebs.Volume("tagged", availability_zone=zones.names[1], size=2, tags=tags)
below = pulumi.ResourceOptions(provider=west, parent=odd)
aws.ebs.Volume("below", availability_zone=western.names[0], size=2, snapshot_id=odd.id, opts=below)
pulumi.CustomResource("aws:ec2/placementGroup:PlacementGroup", "raw", {"strategy": "cluster", "tags": {"plain": plain}})
elsewhere = Elsewhere("elsewhere", west)
aws.ebs.Volume("after", availability_zone=zones.names[0], size=1, opts=pulumi.ResourceOptions(depends_on=[elsewhere]))
pulumi.export("nested", {"a": {"b": pulumi.Output.secret({"c": 1})}, "list": [odd.arn, None, 1.5, True]})
pulumi.export("text", pulumi.Output.json_dumps({"id": odd.id}))
pulumi.export("numbers", [2**53, 1e-9, {}])
