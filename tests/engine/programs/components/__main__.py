"""Components in components, with aliases, transformations and protection."""

import pulumi
import pulumi_aws as aws


class Disk(pulumi.ComponentResource):
    """A volume and nothing else."""

    def __init__(self, name: str, size: int, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tests:index:Disk", name, {"size": size}, opts)
        self.volume = aws.ebs.Volume(
            name, availability_zone="us-east-1a", size=size, type="gp3", opts=pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs({"volume": self.volume.id})


class Shelf(pulumi.ComponentResource):
    """Some disks."""

    def __init__(self, name: str, sizes: list[int], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tests:index:Shelf", name, {"sizes": sizes}, opts)
        self.disks = [
            Disk(f"{name}-{place}", size, pulumi.ResourceOptions(parent=self)) for place, size in enumerate(sizes)
        ]
        self.register_outputs({})


def mark(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Every volume below gets a tag."""
    if args.type_ == "aws:ebs/volume:Volume":
        args.props["tags"] = {**(args.props.get("tags") or {}), "transformed": "yes"}
    return pulumi.ResourceTransformResult(args.props, args.opts)


shelf = Shelf("shelf", [10, 20, 30], pulumi.ResourceOptions(transforms=[mark]))
after = Disk("after", 5, pulumi.ResourceOptions(depends_on=[shelf], protect=True))
