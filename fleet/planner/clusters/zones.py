"""The packings of a group of workloads, zone by zone, within what quotas and the number of nodes leave."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fleet.planner.clusters.ground import Ground
from fleet.planner.clusters.solved import Solved, name_of
from fleet.planner.packing import INFEASIBLE, Column, NodeType, Packing, Problem, least_usd
from fleet.planner.spot_shares import down, spread, types_needed
from fleet.spec.model import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoned:
    """One zone's share of a group: its problem and the packing found."""

    zone: str
    group: Sequence[Service]
    problem: Problem
    packing: Packing


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What quotas (`region:code`) and the cluster's number of nodes leave."""

    free: Mapping[str, float]
    nodes: int | None
    parts: Sequence[int] | None
    """Into how many parts each zone in turn divides what is left, and takes one; None: a zone takes all that the zones
    after it can do without."""

    def less(self, zoned: Iterable[Zoned]) -> "Room":
        """The same with what these nodes take."""
        free, nodes = dict(self.free), self.nodes
        for zone in zoned:
            for column, count in zone.packing.columns:
                for name, amount in zone.problem.types[column.type].takes:
                    if name in free:
                        free[name] = max(0.0, free[name] - amount * count)
                nodes = None if nodes is None else max(0, nodes - count)
        return Room(free=free, nodes=nodes, parts=self.parts)


Packer = Callable[[Problem, str], Packing]
"""Packs one zone's problem."""


class Afresh:
    """Packs each zone from nothing; a zone takes what an equal one before it took where limits still leave that."""

    def __init__(self, solved: Solved) -> None:
        """No zone is packed yet."""
        self._solved = solved
        self._done: dict[object, Packing] = {}

    def __call__(self, problem: Problem, _zone: str) -> Packing:
        """The packing of a zone."""
        key = problem.loads, tuple((*name_of(node), node.most) for node in problem.types)
        packing = self._done.get(key)
        if packing is None or not within_limits(problem, packing.columns):
            packing = self._done[key] = self._solved.packing(problem)
        return packing


def packed(
    ground: Ground, group: Sequence[Service], room: Room, pack_zone: Packer, *, followed_by: Sequence[Sequence[Service]]
) -> list[Zoned]:
    """Each zone packs its share of what is left, with spot nodes of enough types in all.

    Where the nodes are too few for that, smaller ones are taken, and where even those are, none on spot.
    """
    needed = types_needed(ground.spec, group)
    found: list[Zoned] = []
    for problem_of in (ground.problem, partial(ground.problem, rounding=down), ground.on_demand):
        found = _by_zone(ground, group, room, pack_zone, problem_of, followed_by)
        if needed <= 1 or any(not zone.packing.columns and zone.problem.loads for zone in found):
            return found
        moved = spread([(zone.problem, zone.packing) for zone in found], needed)
        if moved is not None:
            return [replace(zone, packing=packing) for zone, packing in zip(found, moved, strict=True)]
    return found


def _by_zone(
    ground: Ground,
    group: Sequence[Service],
    room: Room,
    pack_zone: Packer,
    problem_of: Callable[[Sequence[Service], str], Problem],
    followed_by: Sequence[Sequence[Service]],
) -> list[Zoned]:
    found: list[Zoned] = []
    is_lost = False
    for position, zone in enumerate(ground.zones):
        whole = problem_of(group, zone)
        left = room.less(found)
        share = 1 if room.parts is None else room.parts[position]
        if room.parts is None:
            left = _less_needed(left, [problem_of(group, after) for after in ground.zones[position + 1 :]])
        nodes = None if left.nodes is None else left.nodes - _kept_back(followed_by, whole.types)
        problem = replace(
            whole,
            free={name: free / share for name, free in left.free.items()},
            max_nodes=None if nodes is None else max(0, -(-nodes // share)),
        )
        packing = INFEASIBLE if is_lost else pack_zone(problem, zone)
        is_lost = is_lost or bool(problem.loads and not packing.columns)
        found.append(Zoned(zone=zone, group=group, problem=problem, packing=packing))
    return found


def within_limits(problem: Problem, columns: Iterable[tuple[Column, int]]) -> bool:
    """Whether nodes keep within a problem's limits."""
    columns = list(columns)
    used: dict[str, float] = defaultdict(float)
    for column, count in columns:
        for name, amount in problem.types[column.type].takes:
            used[name] += amount * count
    nodes = sum(count for _, count in columns)
    return all(used[code] <= free + 1e-9 for code, free in problem.free.items()) and (
        problem.max_nodes is None or nodes <= problem.max_nodes
    )


def _less_needed(room: Room, later: Sequence[Problem]) -> Room:
    """What is left when other problems get the fewest nodes and units of each limit with which they could do."""
    nodes = 0 if room.nodes is None else sum(math.ceil(_least(problem, lambda _: 1.0) - 1e-6) for problem in later)
    free = {
        name: max(0.0, free - sum(_least(problem, partial(_units, name)) for problem in later))
        for name, free in room.free.items()
    }
    return replace(room, nodes=None if room.nodes is None else max(0, room.nodes - nodes), free=free)


def _units(name: str, node: NodeType) -> float:
    return dict(node.takes).get(name, 0.0)


def _least(problem: Problem, amount: Callable[[NodeType], float]) -> float:
    """The least of an amount by node that the problem can do with; 0 where nothing is known."""
    types = tuple(replace(node, hourly_usd=amount(node)) for node in problem.types)
    if not all(node.hourly_usd > 0 for node in types):
        return 0.0
    return least_usd(replace(problem, types=types, free={}, max_nodes=None)) or 0.0


def _kept_back(groups: Sequence[Sequence[Service]], types: Sequence[NodeType]) -> int:
    """Nodes kept back for the groups that follow: what they need of the largest nodes, one a zone at least."""
    largest = [max((node.room[resource] for node in types), default=0.0) for resource in range(2)]
    kept = 0
    for workload in (workload for group in groups for workload in group if workload.replicas):
        need = (workload.per_replica.vcpus, workload.per_replica.memory_gib)
        each = math.floor(min(room / size for room, size in zip(largest, need, strict=True)) + 1e-9)
        kept += max(workload.zone_spread, math.ceil(workload.replicas / max(1, each)))
    return kept
