"""Outputs that make inputs and resources: coroutines, chains of applies, loops over answers, resources in an apply."""

import asyncio

import pulumi
import pulumi_aws as aws


async def _zone() -> str:
    await asyncio.sleep(0.05)
    return "us-east-1a"


async def _twice(number: int) -> int:
    await asyncio.sleep(0.01)
    return number * 2


def _volumes(zones: list[str]) -> list[pulumi.Output[str]]:
    return [aws.ebs.Volume(f"in-{zone}", availability_zone=zone, size=8).id for zone in zones[:3]]


def _inside(_: str) -> aws.ebs.Volume:
    return aws.ebs.Volume("never-in-a-preview", availability_zone="us-east-1a", size=5)


first = aws.ebs.Volume("first", availability_zone=pulumi.Output.from_input(_zone()), size=10)
first.id.apply(_inside)
size = pulumi.Output.from_input(4).apply(_twice).apply(_twice)
label = pulumi.Output.all(first.availability_zone, first.size).apply(lambda parts: f"{parts[0]}-{parts[1]}")
aws.ebs.Volume("chained", availability_zone="us-east-1a", size=size, tags={"label": label})
pulumi.export("volumes", aws.get_availability_zones_output(state="available").names.apply(_volumes))
network = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16")
subnets = [
    aws.ec2.Subnet(f"part-{place}", vpc_id=network.id, availability_zone=zone, cidr_block=f"10.0.{place}.0/24")
    for place, zone in enumerate(aws.get_availability_zones(state="available").names[:2])
]
template = aws.ec2.LaunchTemplate("web", instance_type="c7g.large", image_id="ami-0123456789abcdef0")
aws.autoscaling.Group(
    "web",
    min_size=1,
    max_size=pulumi.Output.from_input(3),
    vpc_zone_identifiers=[subnet.id for subnet in subnets],
    launch_template={"id": template.id, "version": template.latest_version.apply(str)},
)
ireland = aws.Provider("ireland", region="eu-west-1")
image = aws.ssm.get_parameter_output(
    name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    opts=pulumi.InvokeOutputOptions(provider=ireland, depends_on=[ireland]),
)
aws.ec2.Instance("there", ami=image.value, instance_type="m7g.large", opts=pulumi.ResourceOptions(provider=ireland))
pulumi.export("size", size)
pulumi.export("provider", ireland.id)
pulumi.export("from provider", ireland.id.apply(lambda identity: f"id {identity}"))
