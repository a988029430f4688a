"""Where resources go: a VPC with one private subnet for each zone, new or existing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

__all__ = ["Placement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The network of one region as components need it."""

    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Zone -> private subnet."""
    path: str = "network"
    """Where the user gave it, for messages."""

    def subnets(self, zones: Sequence[str]) -> list[pulumi.Input[str]]:
        """Subnets of some zones, in that order; InputPropertyError for a zone without one."""
        missing = [zone for zone in zones if zone not in self.subnet_ids]
        if missing:
            found = ", ".join(sorted(self.subnet_ids)) or "none"
            raise pulumi.InputPropertyError(
                f"{self.path}.subnet_ids",
                f"no subnet for {', '.join(missing)}; subnets are given for {found}; add one or plan without the zone",
            )
        return [self.subnet_ids[zone] for zone in zones]
