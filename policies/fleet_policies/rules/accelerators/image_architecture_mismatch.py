"""The machine image is built for another architecture than the instance type.

## What it does
Reports images whose SSM path, EKS image type or own resource (`aws:ec2/ami:Ami`) says another architecture than the
instance type has. An image that is known by its id only says nothing.

## Why is this bad
The launch fails with an error about the architecture, or, in a mixed group, the types that do not fit are never used.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties:
      instanceType: m8g.large
      ami: resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties:
      instanceType: m8g.large
      ami: resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
"""

import re

from fleet.cost import MACHINE_TYPES, Choice, Machines
from fleet.cost.properties import effective, text
from fleet.stack.model import Unknown
from fleet_policies.per_machines import each_machines
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

_AMI = "aws:ec2/ami:Ami"
_WORDS = (
    ("arm64_mac", "arm64_mac"),
    ("x86_64_mac", "x86_64_mac"),
    ("arm64", "arm64"),
    ("arm_64", "arm64"),
    ("aarch64", "arm64"),
    ("x86_64", "x86_64"),
    ("amd64", "x86_64"),
)
_PATH = re.compile(r"^(resolve:ssm:)?/aws/service/|^(AL2|AL2023|BOTTLEROCKET|WINDOWS)_")
_LONGEST = 120


def architecture_of(image: str) -> str | None:
    """Architecture that the SSM path or EKS image type of an image says; None when it says none."""
    if not _PATH.match(image):
        return None
    lowered = image.lower()
    return next((architecture for word, architecture in _WORDS if word in lowered), None)


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first type that the image does not fit."""
    undecided: Undecided | None = None
    for choice in machines.choices:
        image = choice.launch.image
        if isinstance(image, Unknown) or isinstance(choice.type, Unknown):
            undecided = Undecided(urn=machines.urn, why="its image or its type is not known yet")
        elif image is not None:
            found = _declared(choice, scene) or architecture_of(image)
            other = next((s for s in machines.shapes(choice, scene.catalog) if s.architecture != found), None)
            if found is not None and other is not None:
                text = f"image {image[:_LONGEST]!r} is built for {found}, {other.name} is {other.architecture}"
                return Violation(urn=machines.urn, text=f"{text}; use the image of that architecture")
    return undecided


def _declared(choice: Choice, scene: Scene) -> str | None:
    """Architecture of an image that the stack itself registers."""
    image = choice.launch.image
    found = scene.near.named(_AMI, image) if isinstance(image, str) else None
    declared = None if found is None else text(effective(found), "architecture")
    return declared if isinstance(declared, str) else None


RULE = Rule(
    id="FA302",
    name="image-architecture-mismatch",
    level="mandatory",
    severity="high",
    summary="The machine image is built for another architecture than the instance type.",
    fix="Use the image of the instance type's architecture.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
