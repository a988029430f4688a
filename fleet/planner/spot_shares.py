"""Spot inside a cluster: what of it stays on demand, and how the rest is spread over types."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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


Rounding = Callable[[float], int]
"""From a share of nodes, which may be a part of one, to whole nodes."""


def up(share: float) -> int:
    """A part of a node counts as one: the rule that a plan keeps in each zone."""
    return math.ceil(share - _EPSILON)


def down(share: float) -> int:
    """Whole nodes only: types too large for their share are left out, so that many nodes stand."""
    return math.floor(share + _EPSILON)


def up_in_each(zones: int) -> Rounding:
    """What several zones, each rounding up its part, come to at most."""
    return lambda share: math.ceil(share + zones - _EPSILON) - 1


def capped(
    types: Sequence[NodeType], loads: Sequence[Load], needed: int, rounding: Rounding = up
) -> tuple[NodeType, ...]:
    """Spot types limited to a `needed`-th of what may sit on spot, in vCPUs or memory, whichever allows more nodes."""
    if needed <= 1:
        return tuple(types)
    eligible = [load for load in loads if any(purchase == "spot" for _, purchase in load.allowed)]
    wanted = [sum(load.count * load.need[resource] for load in eligible) for resource in range(2)]
    found = []
    for node in types:
        if node.offer.purchase != "spot":
            found.append(node)
            continue
        nodes = max((need / room for need, room in zip(wanted, node.room, strict=False) if room > 0), default=0.0)
        most = rounding(nodes / needed)
        if most:
            found.append(replace(node, most=most))
    return tuple(found)


def without_spot(problem: Problem) -> Problem:
    """The same problem on demand only."""
    return replace(problem, types=tuple(node for node in problem.types if node.offer.purchase != "spot"))


Packed = tuple[Problem, Packing]
"""A zone's problem and its packing."""


def spread(zones: Sequence[Packed], needed: int) -> list[Packing] | None:
    """The packings of all zones with spot nodes, where there are any, of so many types at least; None if that fails.

    One node after the other of a type that stands several times moves to the cheapest type that is not used yet.
    """
    nodes = [dict(packing.columns) for _, packing in zones]
    problems = [problem for problem, _ in zones]
    while True:
        stand: Counter[str] = Counter()
        for problem, columns in zip(problems, nodes, strict=True):
            for column, count in columns.items():
                if problem.types[column.type].offer.purchase == "spot":
                    stand[problem.types[column.type].offer.kind.name] += count
        if not stand or len(stand) >= needed:
            return [_packing(problem, columns, before) for (problem, before), columns in zip(zones, nodes, strict=True)]
        moves = [
            (added, zone, column, moved)
            for zone, (problem, columns) in enumerate(zip(problems, nodes, strict=True))
            for column in columns
            if stand[_spot_name(problem, column)] > 1
            for added, moved in _moves(problem, column, stand)
        ]
        if not moves:
            return None
        _, zone, column, moved = min(
            moves, key=lambda move: (move[0], move[1], move[2].type, move[3].type, move[2].mix)
        )
        nodes[zone][column] -= 1
        nodes[zone][moved] = nodes[zone].get(moved, 0) + 1
        nodes[zone] = {column: count for column, count in nodes[zone].items() if count}


def _moves(problem: Problem, column: Column, used: Mapping[str, int]) -> Iterator[tuple[float, Column]]:
    """Spot types that are not used yet and hold what a node holds, with what they cost more."""
    price = problem.types[column.type].hourly_usd
    for place, node in enumerate(problem.types):
        if node.offer.purchase == "spot" and node.offer.kind.name not in used and _holds(problem, node, column):
            yield node.hourly_usd - price, Column(type=place, mix=column.mix)


def _spot_name(problem: Problem, column: Column) -> str:
    """The type of a spot node; empty for a node on demand."""
    offer = problem.types[column.type].offer
    return offer.kind.name if offer.purchase == "spot" else ""


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
