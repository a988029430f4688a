"""Bounds for few nodes: node counts are whole, and no node holds more of a resource than whole replicas add up to.

Whatever prices classes of replicas are given, nodes that hold all of them hold all of their worth. Each set of prices
is a row over the counts of nodes alone; whole counts that meet every row cost no more than any packing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fleet.planner.milp import Limits, Program, solve
from fleet.planner.packing.arrays import EPSILON, Arrays, Floats
from fleet.planner.packing.problem import RESOURCES

_UNITS = 2_000
_GRAIN = 1_000.0
"""Needs are counted in thousandths; finer ones are not cut."""
_SLACK = 1e-6
"""What rows give way by: far more than the solver's tolerance, which takes rows that meet exactly to clash."""
_PLACED = 1_500
"""Pairs of a type and a class up to which placing costs little. It proves more where few types suit all classes."""
_MIP_NODES = 500
_UNLIMITED = 1_000_000_000


def reachable(problem: Arrays) -> Floats:
    """(T, 3) the most of each resource that whole replicas which may sit on a type can add up to."""
    found = problem.room.copy()
    for resource in range(2):
        needs = np.round(problem.needs[:, resource] * _GRAIN)
        if (np.abs(needs / _GRAIN - problem.needs[:, resource]) > EPSILON).any():
            continue
        unit = int(np.gcd.reduce(needs.astype(np.int64)))
        sizes = (needs / unit).astype(np.int64)
        for mask in np.unique(problem.mask, axis=0):
            members = np.flatnonzero((problem.mask == mask).all(axis=1))
            tops = np.floor(problem.room[members, resource] * _GRAIN / unit + EPSILON).astype(np.int64)
            if tops.max() > _UNITS:
                continue
            sums = _sums(sizes[mask], problem.counts[mask], int(tops.max()))
            for member, top in zip(members, tops, strict=True):
                below = sums & ((1 << (int(top) + 1)) - 1)
                found[member, resource] = min(found[member, resource], (below.bit_length() - 1) * unit / _GRAIN)
    return found


def _sums(sizes: Floats, counts: Floats, top: int) -> int:
    """Sums of whole replicas up to `top`, as the bits of a number."""
    found, most = 1, (1 << (top + 1)) - 1
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        left, power = min(int(count), top // max(int(size), 1)), 1
        while left > 0:
            some = min(power, left)
            found |= (found << (int(size) * some)) & most
            left -= some
            power *= 2
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What all replicas are worth at some prices, and the most of it (T,) that a node of each type can hold.

    Nodes that hold every replica hold at least the total.
    """

    total: float
    most: Floats


def resource_covers(problem: Arrays, room: Floats, prices: Floats) -> list[Cover]:
    """Covers at these prices by group and resource (k, 3G), and of each resource alone.

    `room` (T, 3) is what replicas can take of a node. Groups that share one compete for it: it is worth what the
    highest of their prices says.
    """
    rows = np.unique(np.vstack([prices, np.tile(np.eye(RESOURCES), problem.groups)]), axis=0)
    totals = rows @ (problem.by_group.T @ problem.counts)
    by_group = rows.reshape(len(rows), 1, problem.groups, RESOURCES)
    highest = np.where(problem.allowed[None, :, :, None], by_group, 0.0).max(axis=2)
    most = (highest * room[None]).sum(axis=2)
    return [Cover(total=float(total), most=held) for total, held in zip(totals, most, strict=True) if total > 0]


def counted_usd(problem: Arrays, room: Floats, covers: Sequence[Cover], seconds: float) -> float:
    """Least cost of whole nodes that meet every cover within the limits; infinite where there are none.

    `room` (T, 3) is what replicas can take of a node. Only where classes and types are few are replicas placed, part by
    part: else there is a variable a type, and it takes hundredths of a second.
    """
    program = Program()
    nodes = [
        program.column(float(price), high=None if most >= _UNLIMITED else float(most))
        for price, most in zip(problem.price, problem.most, strict=True)
    ]
    for cover in covers:
        terms = {nodes[t]: float(cover.most[t]) * (1 + _SLACK) for t in np.flatnonzero(cover.most > 0)}
        program.row(terms, low=cover.total * (1 - _SLACK))
    if problem.mask.size <= _PLACED:
        _place(program, nodes, problem, room)
    for limit, free in enumerate(problem.free):
        takes = problem.takes[:, limit]
        program.row({nodes[t]: float(takes[t]) for t in np.flatnonzero(takes)}, high=float(free) + _SLACK)
    if problem.max_nodes < _UNLIMITED:
        program.row(dict.fromkeys(nodes, 1.0), high=float(problem.max_nodes))
    found = solve(program, Limits(nodes=_MIP_NODES, seconds=seconds, restarts=False))
    return np.inf if found.status == "infeasible" else found.bound * (1 - EPSILON)


def _place(program: Program, nodes: Sequence[int], problem: Arrays, room: Floats) -> None:
    """Columns of the replicas of each class on each type, which may be cut, and rows of the room that they take."""
    parts = {
        (int(type_), int(place)): program.column(0.0, integer=False)
        for type_, place in zip(*np.nonzero(problem.mask), strict=True)
    }
    for place, count in enumerate(problem.counts):
        program.row({part: 1.0 for (_, held), part in parts.items() if held == place}, low=float(count))
    for type_, node in enumerate(nodes):
        held = [place for place in range(len(problem.counts)) if (type_, place) in parts]
        for resource in range(RESOURCES):
            terms = {parts[type_, place]: float(problem.needs[place, resource]) for place in held}
            program.row({**terms, node: -float(room[type_, resource]) - _SLACK}, high=0.0)
