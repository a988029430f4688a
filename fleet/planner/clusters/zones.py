"""The packings of a group of workloads, zone by zone, within what quotas and the number of nodes leave."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fleet.planner.clusters.ground import Ground
from fleet.planner.packing import NodeType, Packing, Problem, pack
from fleet.planner.spot_shares import spread, types_needed, without_spot
from fleet.spec.model import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoned:
    """One zone's share of a group: its problem and the packing found."""

    zone: str
    problem: Problem
    packing: Packing


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What quotas (`region:code`) and the cluster's number of nodes leave."""

    free: Mapping[str, float]
    nodes: int | None
    parts: Sequence[int]
    """Into how many parts each zone in turn divides what is left, and takes one."""

    def less(self, zoned: Iterable[Zoned]) -> "Room":
        """The same with what these nodes take."""
        free, nodes = dict(self.free), self.nodes
        for zone in zoned:
            for column, count in zone.packing.columns:
                quota = zone.problem.types[column.type].quota
                if quota is not None and quota[0] in free:
                    free[quota[0]] = max(0.0, free[quota[0]] - quota[1] * count)
                nodes = None if nodes is None else max(0, nodes - count)
        return Room(free=free, nodes=nodes, parts=self.parts)


def packed(
    ground: Ground, group: Sequence[Service], room: Room, *, followed_by: Sequence[Sequence[Service]]
) -> list[Zoned]:
    """Each zone packs its share of what is left; zones with equal problems share one solution."""
    done: dict[object, Packing] = {}
    found: list[Zoned] = []
    needed = types_needed(ground.spec, group)
    for position, zone in enumerate(ground.zones):
        whole = ground.problem(group, zone)
        left = room.less(found)
        share = room.parts[position]
        nodes = None if left.nodes is None else left.nodes - _kept_back(followed_by, whole.types)
        problem = replace(
            whole,
            free={code: free / share for code, free in left.free.items() if code.startswith(f"{ground.spec.region}:")},
            max_nodes=None if nodes is None else max(0, -(-nodes // share)),
        )
        key = likeness(problem)
        packing = done.get(key)
        if packing is None or not _fits(problem, packing):
            packing = done[key] = _spread(problem, needed)
        found.append(Zoned(zone=zone, problem=problem, packing=packing))
    return found


def likeness(problem: Problem) -> object:
    """What problems of the same packing share, limits aside."""
    return problem.loads, tuple((n.offer.kind.name, n.offer.purchase, n.most) for n in problem.types)


def _spread(problem: Problem, needed: int) -> Packing:
    """The packing with spot spread over enough types; on demand alone where it cannot be."""
    packing = pack(problem)
    if needed <= 1 or not packing.columns:
        return packing
    moved = spread(problem, packing, needed)
    if moved is not None:
        return moved
    # Indexes of the two problems differ: on demand stays first in both, as the ground keeps the order of offers.
    alone = without_spot(problem)
    places = [place for place, node in enumerate(problem.types) if node.offer.purchase != "spot"]
    found = pack(alone)
    columns = tuple((replace(column, type=places[column.type]), count) for column, count in found.columns)
    return replace(found, columns=columns, bound_usd=min(packing.bound_usd, found.hourly_usd))


def _fits(problem: Problem, packing: Packing) -> bool:
    """Whether a packing of the same loads on the same types keeps within this problem's limits."""
    used: dict[str, float] = defaultdict(float)
    for column, count in packing.columns:
        quota = problem.types[column.type].quota
        if quota is not None:
            used[quota[0]] += quota[1] * count
    nodes = sum(count for _, count in packing.columns)
    return all(used[code] <= free for code, free in problem.free.items()) and (
        problem.max_nodes is None or nodes <= problem.max_nodes
    )


def _kept_back(groups: Sequence[Sequence[Service]], types: Sequence[NodeType]) -> int:
    """Nodes kept back for the groups that follow: what they need of the largest nodes, one a zone at least."""
    largest = [max((node.room[resource] for node in types), default=0.0) for resource in range(2)]
    kept = 0
    for workload in (workload for group in groups for workload in group if workload.replicas):
        need = (workload.per_replica.vcpus, workload.per_replica.memory_gib)
        each = math.floor(min(room / size for room, size in zip(largest, need, strict=True)) + 1e-9)
        kept += max(workload.zone_spread, math.ceil(workload.replicas / max(1, each)))
    return kept
