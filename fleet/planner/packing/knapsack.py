"""How much a node can hold at given prices by class: bounds that no mix beats, and the mixes that come near them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fleet.planner.packing.arrays import EPSILON, Arrays, Bools, Floats, Ints

_CELLS = 240_000
_CPU_CELLS = 1_000
_SIZES = 4.0
"""Nodes of a grid differ in size by no more."""
_GRAIN = 1_000.0
"""Needs are counted in thousandths to find their common measure."""


def fractional(problem: Arrays, worth: Floats, directions: Floats) -> Floats:
    """(T,) most that replicas on a node can be worth, part replicas allowed, under each direction's single limit.

    A direction (3,) weighs the resources into one; a node's room under it bounds every mix. The least bound counts.
    """
    best = np.full(len(problem.price), np.inf)
    for direction in directions:
        size = np.maximum(problem.needs @ direction, 1e-12)
        room = problem.room @ direction + EPSILON
        order = np.argsort(-worth / size, kind="stable")
        most = np.minimum(problem.counts[order][None], np.floor(room[:, None] / size[order][None] + EPSILON))
        taken = np.where(problem.mask[:, order], most, 0.0) * size[order][None]
        before = np.cumsum(taken, axis=1) - taken
        share = np.clip(room[:, None] - before, 0.0, taken)
        best = np.minimum(best, share @ (worth[order] / size[order]))
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Types of about one size that hold the same classes. Needs and room in whole units, needs rounded down.

    So whatever fits a node fits its cells. Sizes apart have grids apart: cells that suit the largest nodes are too
    coarse for small ones.
    """

    members: Ints
    """(m,) places of the types"""
    usable: Bools
    """(n,) classes that may sit on them"""
    cpu: Ints
    memory: Ints
    room_cpu: Ints
    """(m,)"""
    room_memory: Ints
    """(m,)"""
    cells: tuple[int, int]
    work: int
    """Cells that one table touches."""


def grids(problem: Arrays) -> tuple[Grid, ...]:
    """A grid for each set of classes and each size of nodes, four times one another."""
    room = np.maximum(problem.room[:, :2], EPSILON)
    sizes = np.floor(np.log(room) / np.log(_SIZES) + EPSILON).astype(np.int64)
    keys = np.hstack([sizes, problem.allowed.astype(np.int64)])
    kinds, kind = np.unique(keys, axis=0, return_inverse=True)
    return tuple(_grid(problem, np.flatnonzero(np.asarray(kind).reshape(-1) == number)) for number in range(len(kinds)))


def _grid(problem: Arrays, members: Ints) -> Grid:
    usable = np.asarray(problem.mask[members].any(axis=0))
    room, needs = problem.room[members], problem.needs[usable]
    cpu_unit = _unit(needs[:, 0], float(room[:, 0].max()), _CPU_CELLS)
    columns = int((float(room[:, 0].max()) + EPSILON) // cpu_unit) + 1
    memory_unit = _unit(needs[:, 1], float(room[:, 1].max()), max(8, _CELLS // columns))
    rows = int((float(room[:, 1].max()) + EPSILON) // memory_unit) + 1
    splits = sum(len(_split(int(count))) for count in problem.counts[usable])
    return Grid(
        members=members,
        usable=usable,
        cpu=_down(problem.needs[:, 0], cpu_unit),
        memory=_down(problem.needs[:, 1], memory_unit),
        room_cpu=_down(room[:, 0], cpu_unit),
        room_memory=_down(room[:, 1], memory_unit),
        cells=(columns, rows),
        work=splits * columns * rows,
    )


def _unit(needs: Floats, top: float, cells: int) -> float:
    """The needs' common measure where so many cells are enough for it, else the finest that they allow."""
    grains = np.round(needs * _GRAIN).astype(np.int64)
    is_exact = bool(np.all(np.abs(grains / _GRAIN - needs) < EPSILON))
    unit = float(np.gcd.reduce(grains)) / _GRAIN if is_exact else 0.0
    return unit if unit > 0 and top / unit < cells else top / (cells - 1)


def _down(sizes: Floats, unit: float) -> Ints:
    return np.floor(sizes / unit + EPSILON).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """Bound on a node's worth by type (T,), for some types a mix that comes near it, and the cells that it took."""

    bound: Floats
    mixes: tuple[tuple[int, tuple[int, ...]], ...]
    work: int


def exact(problem: Arrays, cut: Sequence[Grid], worth: Floats, price: Floats, most: Floats, *, wanted: int) -> Best:
    """Dynamic programming over vCPUs and memory; pods are left to the bound `most` (T,) that is known.

    Grids on which no node can be worth its `price` (T,), nor set the bound, are passed over. Up to `wanted` mixes a
    grid, of the types whose worth exceeds their price most.
    """
    bound, mixes, work, highest = most.copy(), [], 0, 0.0
    for grid in sorted(cut, key=lambda grid: -round(float((most / price)[grid.members].max()), 9)):
        top = float((most / price)[grid.members].max())
        if top <= min(highest, 1.0):
            continue
        table, steps = _table(problem, grid, worth)
        found = table[grid.room_cpu, grid.room_memory] * (1 + EPSILON)
        bound[grid.members] = np.minimum(bound[grid.members], found)
        ratio = bound[grid.members] / price[grid.members]
        highest, work = max(highest, float(ratio.max())), work + grid.work
        mixes += [
            (int(grid.members[place]), _walk_back(problem, grid, steps, int(place)))
            for place in np.argsort(-np.round(ratio, 9), kind="stable")[:wanted]
        ]
    return Best(bound=bound, mixes=tuple(mixes), work=work)


_Step = tuple[int, int, Bools]
"""Class, replicas at once, where taking them was better."""


def _table(problem: Arrays, grid: Grid, worth: Floats) -> tuple[Floats, Sequence[_Step]]:
    columns, rows = grid.cells
    table = np.zeros((columns, rows))
    steps: list[_Step] = []
    for place in np.flatnonzero(grid.usable & (worth > EPSILON)):
        cpu, memory = int(grid.cpu[place]), int(grid.memory[place])
        fits = min(columns // max(cpu, 1) if cpu else 10**9, rows // max(memory, 1) if memory else 10**9)
        for many in _split(min(int(problem.counts[place]), fits)):
            wide, high = cpu * many, memory * many
            if wide >= columns or high >= rows:
                continue
            with_it = table[: columns - wide, : rows - high] + worth[place] * many
            better = with_it > table[wide:, high:]
            table[wide:, high:] = np.where(better, with_it, table[wide:, high:])
            steps.append((int(place), many, better))
    return table, steps


def _split(count: int) -> list[int]:
    """Powers of two and a rest that make every number up to `count`."""
    found, power = [], 1
    while count > 0:
        found.append(min(power, count))
        count -= found[-1]
        power *= 2
    return found


def _walk_back(problem: Arrays, grid: Grid, steps: Sequence[_Step], place: int) -> tuple[int, ...]:
    """The mix behind a member's cell, less what the rounding let in too much."""
    type_, cpu, memory = int(grid.members[place]), int(grid.room_cpu[place]), int(grid.room_memory[place])
    mix = np.zeros(len(problem.counts), dtype=np.int64)
    for class_, many, better in reversed(steps):
        wide, high = int(grid.cpu[class_]) * many, int(grid.memory[class_]) * many
        if cpu >= wide and memory >= high and better[cpu - wide, memory - high]:
            mix[class_] += many
            cpu, memory = cpu - wide, memory - high
    mix = np.where(problem.mask[type_], mix, 0)
    while (mix @ problem.needs > problem.room[type_] + EPSILON).any():
        over = mix @ problem.needs - problem.room[type_]
        gain = np.where(mix > 0, (problem.needs * np.maximum(over, 0.0)[None]).sum(axis=1), -1.0)
        mix[int(np.argmin(np.where(mix > 0, gain, np.inf)))] -= 1
    return tuple(int(n) for n in mix)
