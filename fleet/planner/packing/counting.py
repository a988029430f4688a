"""Bounds for few nodes: node counts are whole, and no node holds more of a resource than whole replicas add up to."""

import numpy as np

from fleet.planner.milp import Limits, Program, solve
from fleet.planner.packing.arrays import EPSILON, Arrays, Floats

_UNITS = 2_000
_GRAIN = 1_000.0
"""Needs are counted in thousandths; finer ones are not cut."""
_COLUMNS = 6_000
_MIP_NODES = 400
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


def counted_usd(problem: Arrays, seconds: float) -> float:
    """Least cost with whole nodes of each type and replicas that may be cut; 0 where the program is too large."""
    types, classes = problem.mask.shape
    if types * classes > _COLUMNS:
        return 0.0
    room = reachable(problem)
    program = Program()
    nodes = [
        program.column(float(price), high=None if most >= _UNLIMITED else float(most))
        for price, most in zip(problem.price, problem.most, strict=True)
    ]
    parts: dict[tuple[int, int], int] = {}
    for type_, place in zip(*np.nonzero(problem.mask), strict=True):
        parts[int(type_), int(place)] = program.column(0.0, integer=False)
    for place in range(classes):
        terms = {parts[type_, place]: 1.0 for type_ in range(types) if (type_, place) in parts}
        program.row(terms, low=float(problem.counts[place]))
    for type_ in range(types):
        held = [place for place in range(classes) if (type_, place) in parts]
        for resource in range(room.shape[1]):
            terms = {parts[type_, place]: float(problem.needs[place, resource]) for place in held}
            program.row({**terms, nodes[type_]: -float(room[type_, resource]) - EPSILON}, high=0.0)
    for limit, free in enumerate(problem.free):
        program.row({nodes[t]: float(problem.takes[t, limit]) for t in range(types)}, high=float(free))
    if problem.max_nodes < _UNLIMITED:
        program.row(dict.fromkeys(nodes, 1.0), high=float(problem.max_nodes))
    return solve(program, Limits(nodes=_MIP_NODES, seconds=seconds)).bound * (1 - EPSILON)
