"""Spot inside a cluster: what of it stays on demand, and how the rest is spread over types."""

import math
from collections.abc import Sequence
from dataclasses import replace

from fleet.planner.packing import Column, Load, NodeType, Packing, Problem
from fleet.spec.model import FleetSpec, Service

_HUNDRED = 100.0
_EPSILON = 1e-9


def on_demand_base(spec: FleetSpec, workload: Service) -> int:
    """Replicas of an interruptible workload that must sit on demand."""
    percent = spec.rules_for(workload).spot.on_demand_base_percent
    return math.ceil(workload.replicas * percent / _HUNDRED - _EPSILON)


def types_needed(spec: FleetSpec, group: Sequence[Service]) -> int:
    """Over so many types the spot nodes of a group are spread: the most that any of its workloads asks for."""
    return max((spec.rules_for(w).spot.min_instance_types or 1 for w in group if w.interruptible), default=1)


def capped(types: Sequence[NodeType], loads: Sequence[Load], needed: int, share: float) -> tuple[NodeType, ...]:
    """Spot types limited to a needed-th of the vCPUs that may sit on spot; those too large for that are left out.

    `share` is the zone's part of the whole cluster's demand, which `loads` are.
    """
    if needed <= 1:
        return tuple(types)
    eligible = sum(load.count * load.need[0] for load in loads if any(p == "spot" for _, p in load.allowed))
    found = []
    for node in types:
        if node.offer.purchase != "spot":
            found.append(node)
            continue
        most = int(eligible * share / needed / node.room[0] + _EPSILON) if node.room[0] > 0 else 0
        if most:
            found.append(replace(node, most=most))
    return tuple(found)


def without_spot(problem: Problem) -> Problem:
    """The same problem on demand only."""
    return replace(problem, types=tuple(node for node in problem.types if node.offer.purchase != "spot"))


def spread(problem: Problem, packing: Packing, needed: int) -> Packing | None:
    """The packing with its spot nodes on so many types at least; None when no other types hold what they hold.

    One node after the other of a type that stands several times moves to the cheapest type that is not used yet.
    """
    nodes = dict(packing.columns)
    while True:
        used = {_spot_name(problem, column) for column in nodes} - {None}
        if not used or len(used) >= needed:
            return _packing(problem, nodes, packing)
        moves = [
            (move.hourly_usd - problem.types[column.type].hourly_usd, place, column)
            for column in nodes
            if _stands_again(problem, nodes, column)
            for place, move in enumerate(problem.types)
            if move.offer.purchase == "spot" and move.offer.kind.name not in used and _holds(problem, move, column)
        ]
        if not moves:
            return None
        _, place, column = min(moves, key=lambda found: (found[0], found[1], found[2].type, found[2].mix))
        nodes[column] -= 1
        nodes = {key: count for key, count in nodes.items() if count}
        moved = Column(type=place, mix=column.mix)
        nodes[moved] = nodes.get(moved, 0) + 1


def is_spread(problem: Problem, packing: Packing, needed: int) -> bool:
    """Whether spot nodes, where there are any, are of so many types at least."""
    used = {_spot_name(problem, column) for column, _ in packing.columns} - {None}
    return not used or len(used) >= needed


def _spot_name(problem: Problem, column: Column) -> str | None:
    offer = problem.types[column.type].offer
    return offer.kind.name if offer.purchase == "spot" else None


def _stands_again(problem: Problem, nodes: dict[Column, int], column: Column) -> bool:
    name = _spot_name(problem, column)
    return name is not None and sum(n for c, n in nodes.items() if _spot_name(problem, c) == name) > 1


def _holds(problem: Problem, node: NodeType, column: Column) -> bool:
    held = [(load, many) for load, many in zip(problem.loads, column.mix, strict=True) if many]
    used = (sum(load.need[r] * many for load, many in held) for r in range(len(node.room)))
    before = dict(problem.types[column.type].takes)
    no_more = all(amount <= before.get(name, 0.0) for name, amount in node.takes if name in problem.free)
    fits = all(use <= room + _EPSILON for use, room in zip(used, node.room, strict=True))
    return no_more and fits and all(node.may_hold(load) for load, _ in held)


def _packing(problem: Problem, nodes: dict[Column, int], before: Packing) -> Packing:
    cost = sum(problem.types[column.type].hourly_usd * count for column, count in nodes.items())
    ordered = sorted(nodes.items(), key=lambda item: (item[0].type, tuple(-n for n in item[0].mix)))
    return replace(
        before,
        columns=tuple(ordered),
        hourly_usd=cost,
        status="feasible" if cost > before.hourly_usd + _EPSILON and before.status == "optimal" else before.status,
    )
