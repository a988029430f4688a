"""How much a node can hold at given prices by class: bounds that no mix beats, and the mixes that come near them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fleet.planner.packing.arrays import EPSILON, Arrays, Bools, Floats, Ints

_CELLS = 240_000
_CPU_CELLS = 1_000
_GRAIN = 1_000.0
"""vCPUs are counted in thousandths to find their common measure."""


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
    """Needs and room in whole units, needs rounded down: whatever fits a node fits its cells."""

    cpu: Ints
    memory: Ints
    room_cpu: Ints
    room_memory: Ints
    cells: tuple[int, int]

    @classmethod
    def of(cls, problem: Arrays) -> "Grid":
        """Cut vCPUs in their common measure, memory in as many cells as are left."""
        top_cpu, top_memory = float(problem.room[:, 0].max()), float(problem.room[:, 1].max())
        thousandths = np.round(problem.needs[:, 0] * _GRAIN).astype(np.int64)
        exact = bool(np.all(np.abs(thousandths / _GRAIN - problem.needs[:, 0]) < EPSILON))
        unit = float(np.gcd.reduce(thousandths)) / _GRAIN if exact else 0.0
        if unit <= 0 or top_cpu / unit > _CPU_CELLS:
            unit = top_cpu / _CPU_CELLS
        columns = int((top_cpu + EPSILON) // unit) + 1
        rows = max(8, _CELLS // columns)
        grain = top_memory / (rows - 1)
        return cls(
            cpu=_down(problem.needs[:, 0], unit),
            memory=_down(problem.needs[:, 1], grain),
            room_cpu=_down(problem.room[:, 0], unit),
            room_memory=np.minimum(_down(problem.room[:, 1], grain), rows - 1),
            cells=(columns, rows),
        )

    def work(self, problem: Arrays) -> float:
        """Cells that one table touches."""
        splits = sum(len(_split(int(count))) for count in problem.counts)
        return float(splits * self.cells[0] * self.cells[1])


def _down(sizes: Floats, unit: float) -> Ints:
    return np.floor(sizes / unit + EPSILON).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """Bound on a node's worth by type (T,), and for some types a mix that comes near it."""

    bound: Floats
    mixes: tuple[tuple[int, tuple[int, ...]], ...]


def exact(problem: Arrays, grid: Grid, worth: Floats, price: Floats, *, wanted: int) -> Best:
    """Dynamic programming over vCPUs and memory; pods are left to the fractional bound.

    Up to `wanted` mixes, of the types whose worth exceeds `price` (T,) most.
    """
    bound = np.zeros(len(problem.price))
    mixes: list[tuple[int, tuple[int, ...]]] = []
    patterns, pattern = np.unique(problem.allowed, axis=0, return_inverse=True)
    for number, groups in enumerate(patterns):
        members = np.flatnonzero(np.asarray(pattern).reshape(-1) == number)
        table, steps = _table(problem, grid, worth, groups[problem.group], members)
        bound[members] = table[grid.room_cpu[members], grid.room_memory[members]]
        ratio = bound[members] / price[members]
        mixes += [
            (int(type_), _walk_back(problem, grid, steps, int(type_)))
            for type_ in members[np.argsort(-np.round(ratio, 9), kind="stable")][:wanted]
        ]
    return Best(bound=bound * (1 + EPSILON), mixes=tuple(mixes))


_Step = tuple[int, int, Bools]
"""Class, replicas at once, where taking them was better."""


def _table(problem: Arrays, grid: Grid, worth: Floats, usable: Bools, members: Ints) -> tuple[Floats, Sequence[_Step]]:
    columns = int(grid.room_cpu[members].max()) + 1
    rows = int(grid.room_memory[members].max()) + 1
    table = np.zeros((columns, rows))
    steps: list[_Step] = []
    for place in np.flatnonzero(usable & (worth > EPSILON) & problem.mask[members].any(axis=0)):
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


def _walk_back(problem: Arrays, grid: Grid, steps: Sequence[_Step], type_: int) -> tuple[int, ...]:
    """The mix behind a cell, less what the rounding let in too much."""
    cpu, memory = int(grid.room_cpu[type_]), int(grid.room_memory[type_])
    mix = np.zeros(len(problem.counts), dtype=np.int64)
    for place, many, better in reversed(steps):
        wide, high = int(grid.cpu[place]) * many, int(grid.memory[place]) * many
        if cpu >= wide and memory >= high and better[cpu - wide, memory - high]:
            mix[place] += many
            cpu, memory = cpu - wide, memory - high
    mix = np.where(problem.mask[type_], mix, 0)
    while (mix @ problem.needs > problem.room[type_] + EPSILON).any():
        over = mix @ problem.needs - problem.room[type_]
        gain = np.where(mix > 0, (problem.needs * np.maximum(over, 0.0)[None]).sum(axis=1), -1.0)
        mix[int(np.argmin(np.where(mix > 0, gain, np.inf)))] -= 1
    return tuple(int(n) for n in mix)
