"""Packings that keep locked nodes: as they stand, with what is missing added; or wherever moving saves little.

Pods move between nodes for nothing, so a node is kept by its type and zone; what lies on it may change.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fleet.planner.clusters.zones import within_limits
from fleet.planner.packing import INFEASIBLE, Column, Packing, Problem, pack
from fleet.plans.model import Node

_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class AsLocked:
    """The locked nodes of each zone; what they do not hold any more goes onto new ones."""

    nodes: tuple[Node, ...]

    def __call__(self, problem: Problem, zone: str) -> Packing:
        """The packing of a zone; infeasible where the locked nodes are not sold or not allowed any more."""
        stand = _standing(problem, self.nodes, zone)
        if stand is None:
            return INFEASIBLE
        left = [load.count for load in problem.loads]
        filled = [_refilled(problem, column, left) for column in stand]
        filled = [_topped_up(problem, column, left) for column in filled]
        columns = Counter(column for column in filled if any(column.mix))
        rest = replace(problem, loads=tuple(replace(x, count=n) for x, n in zip(problem.loads, left, strict=True)))
        more = pack(_less(rest, columns)) if any(left) else None
        if more is not None:
            if not more.columns:
                return INFEASIBLE
            columns.update(dict(more.columns))
        found = _packing(problem, columns)
        return found if within_limits(problem, found.columns) and _within_caps(problem, columns) else INFEASIBLE


@dataclass(frozen=True, slots=True)
class Leaning:
    """Packs anew, with the locked nodes of each zone at a discount (0 to 1) as long as there are some."""

    nodes: tuple[Node, ...]
    discount: float

    def __call__(self, problem: Problem, zone: str) -> Packing:
        """The packing of a zone; its cost is at real prices, its bound is worthless."""
        held = Counter[tuple[str, str]]()
        for node in self.nodes:
            if node.zone == zone:
                held[node.instance_type, node.purchase] += node.count
        types = list(problem.types)
        real = list(range(len(types)))
        for place, type_ in enumerate(problem.types):
            count = held.get((type_.offer.kind.name, type_.offer.purchase), 0)
            if count and type_.offer.commitment is None:
                most = count if type_.most is None else min(count, type_.most)
                types.append(replace(type_, hourly_usd=type_.hourly_usd * (1 - self.discount), most=most))
                real.append(place)
        leaning = replace(problem, types=tuple(types))
        found = pack(leaning)
        columns: Counter[Column] = Counter()
        for column, count in found.columns:
            columns[replace(column, type=real[column.type])] += count
        if not columns or not _within_caps(problem, columns):
            return INFEASIBLE if any(load.count for load in problem.loads) else found
        return _packing(problem, columns)


def _standing(problem: Problem, nodes: Iterable[Node], zone: str) -> list[Column] | None:
    """A zone's locked nodes that belong to the problem's workloads; None when one is not to be had any more."""
    places = {
        (node.offer.kind.name, node.offer.purchase): place
        for place, node in enumerate(problem.types)
        if node.offer.commitment is None
    }
    names = {load.workload for load in problem.loads}
    found: list[Column] = []
    for node in nodes:
        if node.zone != zone or not names & node.replicas.keys():
            continue
        place = places.get((node.instance_type, node.purchase))
        if place is None:
            return None
        found += [Column(type=place, mix=_split(problem, node.replicas, place))] * node.count
    return found


def _split(problem: Problem, replicas: Mapping[str, int], place: int) -> tuple[int, ...]:
    """A node's replicas by load: those that may sit on spot go first where the node is spot, last where it is not."""
    node, left = problem.types[place], dict(replicas)
    mix = [0] * len(problem.loads)
    order = sorted(range(len(mix)), key=lambda p: len(problem.loads[p].allowed))
    for load in order:
        if node.may_hold(problem.loads[load]):
            mix[load] = min(left.get(problem.loads[load].workload, 0), problem.loads[load].count)
            left[problem.loads[load].workload] = left.get(problem.loads[load].workload, 0) - mix[load]
    return tuple(mix)


def _refilled(problem: Problem, column: Column, left: list[int]) -> Column:
    """The node with as many of its replicas as are still asked for and fit; they are taken off what is left."""
    room = list(problem.types[column.type].room)
    mix = []
    for place, load in enumerate(problem.loads):
        many = min(column.mix[place], left[place], _fits(room, load.need))
        mix.append(many)
        left[place] -= many
        for resource, need in enumerate(load.need):
            room[resource] -= need * many
    return replace(column, mix=tuple(mix))


def _topped_up(problem: Problem, column: Column, left: list[int]) -> Column:
    """The node with more of what is left in its free room, the largest replicas first."""
    node = problem.types[column.type]
    room = [
        space - sum(load.need[r] * many for load, many in zip(problem.loads, column.mix, strict=True))
        for r, space in enumerate(node.room)
    ]
    mix = list(column.mix)
    order = sorted(range(len(left)), key=lambda p: (-max(problem.loads[p].need[:2]), p))
    for place in order:
        load = problem.loads[place]
        many = min(left[place], _fits(room, load.need)) if node.may_hold(load) else 0
        mix[place] += many
        left[place] -= many
        for resource, need in enumerate(load.need):
            room[resource] -= need * many
    return replace(column, mix=tuple(mix))


def _fits(room: list[float], need: tuple[float, ...]) -> int:
    return max(0, min(int(space / size + _EPSILON) for space, size in zip(room, need, strict=True)))


def _less(problem: Problem, columns: Mapping[Column, int]) -> Problem:
    """The problem with the limits that nodes leave."""
    free, nodes, used = dict(problem.free), 0, Counter[int]()
    for column, count in columns.items():
        nodes += count
        used[column.type] += count
        for name, amount in problem.types[column.type].takes:
            if name in free:
                free[name] = max(0.0, free[name] - amount * count)
    types = tuple(
        node if node.most is None else replace(node, most=max(0, node.most - used[place]))
        for place, node in enumerate(problem.types)
    )
    most = None if problem.max_nodes is None else max(0, problem.max_nodes - nodes)
    return replace(problem, free=free, types=types, max_nodes=most)


def _within_caps(problem: Problem, columns: Mapping[Column, int]) -> bool:
    used = Counter[int]()
    for column, count in columns.items():
        used[column.type] += count
    return all(node.most is None or used[place] <= node.most for place, node in enumerate(problem.types))


def _packing(problem: Problem, columns: Mapping[Column, int]) -> Packing:
    ordered = sorted(columns.items(), key=lambda item: (item[0].type, tuple(-n for n in item[0].mix)))
    cost = sum(problem.types[column.type].hourly_usd * count for column, count in ordered)
    return Packing(status="feasible", columns=tuple(ordered), hourly_usd=cost, bound_usd=0.0)


def stands(nodes: Iterable[Node], zones: Iterable[str]) -> Iterator[Node]:
    """The nodes with what pays for them left out: covered by a savings plan they are on-demand nodes."""
    there = set(zones)
    for node in nodes:
        if node.zone in there:
            steady = node.purchase == "savings_plan"
            yield node.model_copy(update={"purchase": "on_demand"}) if steady else node
