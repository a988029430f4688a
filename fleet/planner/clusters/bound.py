"""What no plan of a cluster beats, whichever zones it uses and wherever it puts the replicas that are left over."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fleet.planner.clusters.ground import Ground
from fleet.planner.clusters.zones import Room, Zoned, likeness
from fleet.planner.packing import Load, NodeType, Problem, least_usd, pack
from fleet.spec.model import Service

_NEAR = 0.002
"""A cost so near above a bound needs no better one."""


def bound_usd(ground: Ground, group: Sequence[Service], zoned: Sequence[Zoned], room: Room) -> float:
    """What no packing of a group beats in an hour, with all of every limit to itself.

    Three bounds hold for every choice of zones, of where a remainder lies, and of how limits are shared out: a linear
    program over all replicas; the cheapest zones, each with what every plan puts into a zone; and that of a packing
    without zones. The dearer ones are worked out only while cost and bound are apart.
    """
    cost = sum(zone.packing.hourly_usd for zone in zoned)
    enough = cost / (1 + _NEAR)
    whole = replace(ground.without_zones(group), free=room.free, max_nodes=room.nodes)
    found = least_usd(whole) or 0.0
    if found < enough:
        found = max(found, _of_zones(ground, group, zoned, room))
    if found < enough:
        found = max(found, pack(whole).bound_usd)
    return min(found, cost)


def as_one(problems: Iterable[Problem], room: Room) -> Problem:
    """Several problems as one with the whole of every limit."""
    loads: list[Load] = []
    types: dict[tuple[str, str, str | None], NodeType] = {}
    for problem in problems:
        loads += problem.loads
        types |= {(n.offer.kind.name, n.offer.purchase, n.offer.commitment): n for n in problem.types}
    return Problem(loads=tuple(loads), types=tuple(types.values()), free=room.free, max_nodes=room.nodes)


def _of_zones(ground: Ground, group: Sequence[Service], zoned: Sequence[Zoned], room: Room) -> float:
    """As many zones as the cluster has, the cheapest of the region, each with what every plan puts into it."""
    if len(zoned) < len(ground.zones):
        return 0.0
    known = {
        likeness(z.problem): z.packing.bound_usd for z in zoned if not z.problem.free and z.problem.max_nodes is None
    }
    least = []
    for zone in ground.catalog.zones(ground.spec.region):
        problem = ground.least_of_a_zone(group, zone)
        key = likeness(problem)
        if key not in known:
            limited = replace(problem, free=room.free, max_nodes=room.nodes)
            known[key] = _proved(limited)
        least.append(known[key])
    total = sum(sorted(least)[: ground.cluster.zones])
    return total if math.isfinite(total) else 0.0


def _proved(problem: Problem) -> float:
    """A bound of a zone's problem; infinite where not even the linear program has a solution."""
    return math.inf if least_usd(problem) is None else pack(problem).bound_usd
