"""A launch template with its group, in a few words."""

from typing import Any

from pulumi_aws import autoscaling, ec2

IMAGE = "ami-0123456789abcdef0"


def group(name: str, sizes: tuple[int, int], tags: dict[str, str], **template: Any) -> autoscaling.Group:
    """An Auto Scaling group of one launch template in one zone."""
    launch = ec2.LaunchTemplate(name, **{"image_id": IMAGE, **template})
    return autoscaling.Group(
        name,
        min_size=sizes[0],
        max_size=sizes[1],
        availability_zones=["us-east-1a"],
        launch_template={"id": launch.id, "version": "$Latest"},
        tags=[{"key": key, "value": value, "propagate_at_launch": True} for key, value in tags.items()],
    )


def instance(name: str, instance_type: str, tags: dict[str, str] | None = None, **more: Any) -> ec2.Instance:
    """An instance with tags."""
    return ec2.Instance(name, **{"instance_type": instance_type, "ami": IMAGE, "tags": tags or {}, **more})
