"""Which machine image fits: SSM public parameters that AWS keeps pointing at the newest image of a kind.

Paths: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fleet.catalog.macos import MACOS_RELEASES
from fleet.resources.facts import TypeFacts
from fleet.vocabulary import Architecture, Stack

__all__ = ["Image", "NoImage", "image_for", "macos_image", "own_image"]

_AL2023 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
_NVIDIA = "/aws/service/deeplearning/ami/{architecture}/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id"
_NEURON = "/aws/service/neuron/dlami/multi-framework/ubuntu-24.04/latest/image_id"
_NEURON_VLLM = "/aws/service/neuron/dlami/pytorch-inference-vllm-0.24.0.1.1.0/ubuntu-24.04/latest/image_id"
_MACOS = "/aws/service/ec2-macos/{release}/{architecture}/latest/image_id"

_WITHOUT_NEURON_IMAGES = frozenset({"ap-south-2"})
"""Regions that sell Trainium but have no /aws/service/neuron parameters."""

_GRID = "a fraction of a GPU needs NVIDIA's GRID driver, which no image with a public parameter has"
_OTHER_DRIVERS: Mapping[str, str] = {
    "l4-1/2": _GRID,
    "l4-1/4": _GRID,
    "l4-1/8": _GRID,
    "v100": "NVIDIA's open driver, which the public images have, begins with the generation after it",
}
"""Accelerators that the driver of the NVIDIA images does not run.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/install-nvidia-driver.html (drivers by instance type),
https://docs.aws.amazon.com/dlami/latest/devguide/gpu.html (types by image)
"""


class NoImage(Exception):  # noqa: N818  (reads as what it is)
    """No public image is known that fits; the user has to name one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image as a launch template names it, with the device that its root volume has."""

    image_id: str
    architecture: Architecture
    root_device: str = "/dev/xvda"


def own_image(ami: str, facts: TypeFacts) -> Image:
    """The user's image: an id, or the path of an SSM parameter."""
    reference = f"resolve:ssm:{ami}" if ami.startswith("/") else ami
    linux = facts.architecture in ("arm64", "x86_64") and not facts.accelerator
    return Image(image_id=reference, architecture=facts.architecture, root_device="/dev/xvda" if linux else "/dev/sda1")


def image_for(facts: TypeFacts, *, region: str, stack: Stack | None, framework: str | None = None) -> Image:
    """The public image for a Linux type under a stack; NoImage where AWS publishes none that fits."""
    match stack:
        case None:
            return _image(_AL2023.format(architecture=facts.architecture), facts, "/dev/xvda")
        case "cuda" | "graphics" if "cuda" in facts.stacks and facts.accelerator not in _OTHER_DRIVERS:
            return _image(_NVIDIA.format(architecture=facts.architecture), facts, "/dev/sda1")
        case "neuron" if region not in _WITHOUT_NEURON_IMAGES:
            path = _NEURON_VLLM if (framework or "").lower() == "vllm" else _NEURON
            return _image(path, facts, "/dev/sda1")
    why = _OTHER_DRIVERS.get(facts.accelerator or "")
    raise NoImage(
        f"no public image is known for {facts.name} with the {stack} stack in {region}{f' ({why})' if why else ''}; "
        "give the workload an 'ami' (an image id, or the path of an SSM parameter)"
    )


def macos_image(facts: TypeFacts, *, min_macos: str | None) -> Image:
    """The image of the oldest macOS release that satisfies the workload, else of the newest that the type runs.

    The oldest that satisfies it, because a newer macOS drops older versions of Xcode.
    """
    runnable = [major for major in MACOS_RELEASES if _runs(major, facts)]
    wanted = [major for major in runnable if min_macos is None or major >= int(min_macos.partition(".")[0])]
    if not wanted:
        raise NoImage(
            f"no public macOS image is known for {facts.name} with macOS {min_macos or 'of any release'}; known are "
            f"{', '.join(f'{major} ({name})' for major, name in MACOS_RELEASES.items())}; give the workload an 'ami'"
        )
    release = MACOS_RELEASES[wanted[0] if min_macos else wanted[-1]]
    return _image(_MACOS.format(release=release, architecture=facts.architecture), facts, "/dev/sda1")


def _runs(major: int, facts: TypeFacts) -> bool:
    oldest, newest = _major(facts.oldest_macos), _major(facts.newest_macos)
    return (oldest is None or oldest <= major) and (newest is None or major <= newest)


def _major(release: str | None) -> int | None:
    """Major version of a release as the catalog writes it: 'Ventura 13.2' or '13.2'."""
    found = re.search(r"\d+", release or "")
    return int(found.group()) if found else None


def _image(path: str, facts: TypeFacts, root_device: str) -> Image:
    return Image(image_id=f"resolve:ssm:{path}", architecture=facts.architecture, root_device=root_device)
