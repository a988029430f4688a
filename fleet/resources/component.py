"""What all fleet components share: their type token, names of children, and how they find a region's network."""

from collections.abc import Mapping

import pulumi

from fleet.resources.placement import Placement

__all__ = ["placement_in", "prefix", "token"]


def token(name: str) -> str:
    """Type token of a component."""
    return f"fleet:index:{name}"


def placement_in(placements: Mapping[str, Placement], region: str) -> Placement:
    """The network of a region; InputPropertyError when there is none."""
    if region not in placements:
        found = ", ".join(sorted(placements)) or "none"
        raise pulumi.InputPropertyError(f"placements.{region}", f"no network for {region}; there are {found}")
    return placements[region]


def prefix(name: str, served: str) -> str:
    """What the names of a component's children begin with: `studio-` for studio-web, which serves web."""
    start = name.removesuffix(served)
    return start if start != name or not start else f"{name}-"
