"""A component package as the engine starts it: `thing:index:Thing`, a component with a volume."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws
from pulumi.provider.experimental import component_provider_host


class ThingArgs(TypedDict):
    """Arguments."""

    size: pulumi.Input[int]


class Thing(pulumi.ComponentResource):
    """A volume behind a component."""

    size: pulumi.Output[int]

    def __init__(self, name: str, args: ThingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("thing:index:Thing", name, dict(args), opts)
        aws.ebs.Volume(
            name, availability_zone="us-east-1a", size=args["size"], opts=pulumi.ResourceOptions(parent=self)
        )
        self.size = pulumi.Output.from_input(args["size"])
        self.register_outputs({"size": self.size})


if __name__ == "__main__":
    component_provider_host(name="thing", components=[Thing])
