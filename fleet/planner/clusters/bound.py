"""What no plan of a cluster beats, whichever zones it uses and wherever it puts the replicas that are left over."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fleet.planner.clusters.ground import Ground
from fleet.planner.clusters.solved import Solved, name_of
from fleet.planner.clusters.zones import Room
from fleet.planner.packing import Load, NodeType, Problem
from fleet.spec.model import Service


def bound_usd(ground: Ground, group: Sequence[Service], room: Room, solved: Solved, enough: float) -> float:
    """What no packing of a group beats in an hour, with all of every limit to itself; sought no further than `enough`.

    Two bounds hold for every choice of zones, of where a remainder lies, and of how limits are shared out: that of a
    packing without zones, and the cheapest zones, each with what every plan puts into a zone. The second is worked out
    only while it takes it and there is time.
    """
    whole = replace(ground.without_zones(group), free=room.free, max_nodes=room.nodes)
    found = _finite(solved.bound_usd(whole, enough))
    if found < enough and not solved.is_late:
        found = max(found, _finite(_of_zones(ground, group, room, solved)))
    return found


def as_one(problems: Iterable[Problem], room: Room) -> Problem:
    """Several problems as one with the whole of every limit."""
    loads: list[Load] = []
    types: dict[tuple[str, str, str | None], NodeType] = {}
    for problem in problems:
        loads += problem.loads
        types |= {name_of(node): node for node in problem.types}
    return Problem(loads=tuple(loads), types=tuple(types.values()), free=room.free, max_nodes=room.nodes)


def _of_zones(ground: Ground, group: Sequence[Service], room: Room, solved: Solved) -> float:
    """As many zones as the cluster has, the cheapest of the region, each with what every plan puts into it."""
    least = [
        solved.bound_usd(replace(ground.least_of_a_zone(group, zone), free=room.free, max_nodes=room.nodes), math.inf)
        for zone in ground.catalog.zones(ground.spec.region)
    ]
    return sum(sorted(least)[: ground.cluster.zones])


def _finite(bound: float) -> float:
    """The bound; 0 where it says that there is no packing at all, which a bound of a found one cannot mean."""
    return bound if math.isfinite(bound) else 0.0
