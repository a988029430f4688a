"""Names that AWS accepts: what it would refuse is cut or set apart, always in the same way; the rest is left alone."""

from hashlib import sha256

__all__ = [
    "BATCH",
    "CLUSTER",
    "INSTANCE_PROFILE",
    "LAUNCH_TEMPLATE",
    "NODE_GROUP",
    "NODE_POOL",
    "RESOURCE_GROUP",
    "ROLE",
    "fitting",
    "unreserved",
]

_SUFFIX = 8
"""Pulumi appends a hyphen and seven random digits to the names that it makes."""

# What that leaves of the most characters that AWS takes in a name, from its API references (CreateNodegroup and
# CreateCluster of EKS, CreateRole, CreateInstanceProfile, CreateLaunchTemplate, CreateComputeEnvironment, CreateGroup).
# The other names here may have 255, which those of a fleet never reach.
NODE_GROUP = 63 - _SUFFIX
ROLE = 64 - _SUFFIX
CLUSTER = 100 - _SUFFIX
RESOURCE_GROUP = 127 - _SUFFIX
BATCH = 128 - _SUFFIX
INSTANCE_PROFILE = 128 - _SUFFIX
LAUNCH_TEMPLATE = 128 - _SUFFIX

NODE_POOL = 63
"""Karpenter labels nodes with the name of their pool, and Kubernetes takes 63 characters in the value of a label."""

_DIGEST = 8
_TAIL = 22
"""Keeps type and zone, which tell one node group from the next: `c8g-4xlarge-us-east-1a`."""


def fitting(name: str, room: int) -> str:
    """The name, or what fits of it into so many characters: its ends, and a hash of the whole between them.

    Names that differ stay different, and the same name is always cut in the same way.
    """
    if len(name) <= room:
        return name
    digest = sha256(name.encode()).hexdigest()[:_DIGEST]
    tail = name[-_TAIL:].lstrip("-")
    head = name[: room - len(tail) - _DIGEST - 2].rstrip("-")
    return f"{head}-{digest}-{tail}"


def unreserved(name: str, start: str) -> str:
    """The name, set apart where it begins with what AWS keeps for itself (`sg-`, `aws`)."""
    return f"fleet-{name}" if name.startswith(start) else name
