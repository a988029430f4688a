"""What no packing of a cluster beats."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fleet.planner.clusters.ground import Ground
from fleet.planner.clusters.zones import Room, Zoned, likeness
from fleet.planner.packing import Load, NodeType, Problem, least_usd, pack


def bound_usd(ground: Ground, zoned: Sequence[Zoned], room: Room) -> float:
    """What no packing of the cluster beats in an hour.

    The zones' own bounds add up while no shared limit has a price in them. A quota or node count that binds is shared
    out between zones and groups, and a workload that uses fewer zones than there are lies in zones that a better plan
    might choose otherwise: then the bound is that of all as one, or of the zones without what moves.
    """
    moving = frozenset(w.name for w in ground.members if w.zone_spread < ground.cluster.zones)
    limited = any(zone.packing.is_bound_by_limits for zone in zoned)
    if len(zoned) == 1 or not (moving or limited):
        return sum(zone.packing.bound_usd for zone in zoned)
    together = least_usd(as_one([zone.problem for zone in zoned], room)) or 0.0
    return together if limited else max(together, _anchored_usd(zoned, moving))


def as_one(problems: Iterable[Problem], room: Room) -> Problem:
    """All zones and groups as one problem with the whole of every limit."""
    loads: dict[Load, int] = defaultdict(int)
    types: dict[tuple[str, str, str | None], NodeType] = {}
    for problem in problems:
        for load in problem.loads:
            loads[replace(load, count=0)] += load.count
        for node in problem.types:
            key = (node.offer.kind.name, node.offer.purchase, node.offer.commitment)
            before = types.get(key)
            most = None if node.most is None else node.most + 1 + (before.most or 0 if before else 0)
            types[key] = replace(node, most=most)
    return Problem(
        loads=tuple(replace(load, count=count) for load, count in loads.items()),
        types=tuple(types.values()),
        free=room.free,
        max_nodes=room.nodes,
    )


def _anchored_usd(zoned: Sequence[Zoned], moving: frozenset[str]) -> float:
    """The zones' bounds for what must lie in each of them."""
    done: dict[object, float] = {}
    total = 0.0
    for zone in zoned:
        fixed = replace(zone.problem, loads=tuple(x for x in zone.problem.loads if x.workload not in moving))
        key = likeness(fixed)
        if key not in done:
            done[key] = pack(fixed).bound_usd if fixed.loads else 0.0
        total += done[key]
    return total
