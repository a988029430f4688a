"""A dynamic resource: a provider written inside the program."""

from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class _Labels(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(id_="label", outs={**props, "label": "made"})


class Label(Resource):
    """A label that only its provider knows."""

    label: pulumi.Output[str]

    def __init__(self, name: str, size: int) -> None:
        super().__init__(_Labels(), name, {"size": size, "label": None})


label = Label("label", 3)
aws.ebs.Volume("labelled", availability_zone="us-east-1a", size=10, tags={"label": label.label, "of": label.id})
pulumi.export("label", label.label)
