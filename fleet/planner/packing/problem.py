"""The packing problem as plain values. Resources of a node: vCPUs, memory in GiB, pods."""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.planner.candidates import Offer

RESOURCES = 3

NEAR = 0.005
"""Cost / bound - 1 at which dear improvements are not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Equal replicas: what each takes of a node, and how many there are."""

    workload: str
    need: tuple[float, float, float]
    count: int
    allowed: frozenset[tuple[str, str]]
    """Instance types, each with a purchase option, that the workload may sit on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """An offer as a node: what replicas can use of it, an hour's cost with its volume and fees."""

    offer: Offer
    room: tuple[float, float, float]
    hourly_usd: float
    takes: tuple[tuple[str, float], ...] = ()
    """What one node takes of which limit: vCPUs of a quota, dollars of a commitment."""
    most: int | None = None
    """Nodes of the type at most."""

    def may_hold(self, load: Load) -> bool:
        """Whether a replica of the load may sit on this node at all."""
        return (self.offer.kind.name, self.offer.purchase) in load.allowed and all(
            need <= room + 1e-9 for need, room in zip(load.need, self.room, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What must be packed, on what, within which limits (name -> free units) and number of nodes."""

    loads: tuple[Load, ...]
    types: tuple[NodeType, ...]
    free: Mapping[str, float]
    max_nodes: int | None = None
    seconds: float = 30.0
    target: float = 0.002
    """The search ends when cost / bound - 1 is no more."""
    near: float = NEAR
    """And what takes seconds for a thousandth or two is not begun when it is no more than this."""
