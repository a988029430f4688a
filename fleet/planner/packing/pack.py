"""Pack replicas onto nodes: construct, prove, improve; stop as soon as cost and bound meet the target."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fleet.planner.packing.arrays import Arrays, arrays
from fleet.planner.packing.construct import Builder, Nodes
from fleet.planner.packing.counting import reachable, resource_covers
from fleet.planner.packing.generate import Columns, grow, grow_exactly
from fleet.planner.packing.problem import Problem
from fleet.planner.packing.relaxation import relax
from fleet.planner.packing.search import cheaper, chosen, constructed, rebuilt, rounded
from fleet.vocabulary import Status

_PROVED = 1e-6
_ROUNDS = 60
_TRIES = 40
_FEW_NODES = 20
_COUNTED_NODES = 60
"""Of more nodes, one that is not whole is too little to tell cost and bound apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A node of one type (its place in the problem) and its replicas by load."""

    type: int
    mix: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Chosen columns with their counts, the hourly cost, and the proved lower bound on it."""

    status: Status
    columns: tuple[tuple[Column, int], ...]
    hourly_usd: float
    bound_usd: float


INFEASIBLE = Packing(status="infeasible", columns=(), hourly_usd=0.0, bound_usd=0.0)


def least_usd(problem: Problem) -> float | None:
    """A lower bound on an hour's cost from the relaxation alone; None when not even that has a solution."""
    if not any(load.count for load in problem.loads):
        return 0.0
    if _is_unheld(problem):
        return None
    relaxation = relax(arrays(problem))
    return None if relaxation is None else relaxation.bound_usd


def proved_usd(problem: Problem, enough: float) -> float:
    """A lower bound on an hour's cost, sought no further than `enough`; infinite where there is no packing."""
    if not any(load.count for load in problem.loads):
        return 0.0
    if _is_unheld(problem):
        return np.inf
    table, until = arrays(problem), time.monotonic() + problem.seconds
    columns = _columns(table)
    if columns is None:
        return np.inf
    if columns.bound_usd >= enough:
        return columns.bound_usd
    columns.add(_alone(table))
    columns.solve()
    are_few = float(columns.amounts.sum()) <= _COUNTED_NODES
    if are_few:
        columns.count(_left(until))
    if columns.bound_usd < enough and time.monotonic() < until:
        grow(columns, rounds=_ROUNDS, seed=21, enough=enough)
    if columns.bound_usd < enough:
        grow_exactly(columns, enough=enough, until=until)
    if columns.bound_usd < enough and are_few:
        columns.count(_left(until))
    return columns.bound_usd


def pack(problem: Problem) -> Packing:
    """Nodes that hold every replica exactly once; infeasible when some replica fits nowhere or limits forbid it.

    Effort is limited by counts, so that a problem gives the same packing everywhere; seconds are the last resort.
    """
    if not any(load.count for load in problem.loads):
        return Packing(status="optimal", columns=(), hourly_usd=0.0, bound_usd=0.0)
    if _is_unheld(problem):
        return INFEASIBLE
    table = arrays(problem)
    columns = _columns(table)
    if columns is None:
        return INFEASIBLE
    search = _Search(problem, columns)
    search.run()
    return _packing(problem, table, search)


def _columns(table: Arrays) -> Columns | None:
    """A master without patterns, with the bound of the relaxation; None when that has no solution."""
    room = reachable(table)
    relaxation = relax(table, room=room)
    if relaxation is None:
        return None
    covers = resource_covers(table, room, relaxation.prices)
    builder = Builder.of(table, relaxation)
    return Columns(builder=builder, bound_usd=relaxation.bound_usd, room=room, covers=covers)


def _left(until: float) -> float:
    """Seconds until then on the monotonic clock, and a tenth of one in any case."""
    return max(0.1, until - time.monotonic())


def _is_unheld(problem: Problem) -> bool:
    """Whether some replica fits on no type."""
    return any(load.count and not any(node.may_hold(load) for node in problem.types) for load in problem.loads)


class _Search:
    """The stages in order; each is passed over once cost and bound are near enough."""

    def __init__(self, problem: Problem, columns: Columns) -> None:
        self._problem, self._columns = problem, columns
        self._until = time.monotonic() + problem.seconds
        self.best: Nodes | None = None
        self.timed_out = False

    @property
    def bound(self) -> float:
        """What is proved, USD an hour; infinite where whole nodes cannot keep to the limits."""
        return self._columns.bound_usd

    def run(self) -> None:
        """All stages."""
        is_late = time.monotonic() > self._until
        self.best = constructed(self._columns.builder, math.inf if is_late else self._enough)
        if math.isinf(self._problem.near):
            # Only whether there is any is asked: what takes seconds to find is not sought.
            return
        for stage, apart in self._stages():
            if self._is_done(apart):
                return
            stage()

    def _stages(self) -> Iterator[tuple[Callable[[], None], float]]:
        """Stages, each with the share that cost and bound must be apart by for it to begin.

        Few nodes keep cost and bound apart by being whole, many by the mixes of replicas on them.
        """
        target, near = self._problem.target, max(self._problem.target, self._problem.near)
        yield self._count, target
        yield self._generate, target
        yield self._count, target
        if self.best is not None and self.best.count <= _FEW_NODES:
            yield self._rebuild, target
            yield self._generate_exactly, near
        else:
            yield self._generate_exactly, near
            yield self._rebuild, target
        yield self._count, target
        yield self._choose, near

    @property
    def _enough(self) -> float:
        """A cost near enough to the bound."""
        return self.bound * (1 + self._problem.target)

    def _is_done(self, apart: float) -> bool:
        if time.monotonic() > self._until:
            self.timed_out = True
            return True
        if self.best is None:
            return math.isinf(self.bound)
        return self.best.cost <= self.bound * (1 + apart)

    def _near(self) -> float:
        """A bound near enough to the cost."""
        return np.inf if self.best is None else self.best.cost / (1 + self._problem.target)

    def _generate(self) -> None:
        columns = self._columns
        columns.add(_alone(columns.builder.problem))
        if self.best is not None:
            columns.add([pattern for pattern, _ in self.best.patterns])
        grow(columns, rounds=_ROUNDS, seed=21, enough=self._near())
        self._take(rounded(columns, 22, np.inf))

    def _generate_exactly(self) -> None:
        grow_exactly(self._columns, enough=self._near(), until=self._until)
        self._take(rounded(self._columns, 23, np.inf))

    def _rebuild(self) -> None:
        if self.best is not None:
            self._take(rebuilt(self._columns.builder, self.best, tries=_TRIES, seed=31, enough=self._enough))

    def _choose(self) -> None:
        self._take(chosen(self._columns, self.best, gap=self._problem.target / 2, seconds=_left(self._until)))

    def _count(self) -> None:
        if self.best is None or self.best.count <= _COUNTED_NODES:
            self._columns.count(_left(self._until))

    def _take(self, found: Nodes | None) -> None:
        if found is not None:
            self._columns.add([pattern for pattern, _ in found.patterns])
            self._columns.solve()
        self.best = cheaper(self.best, found)


def _alone(table: Arrays) -> list[tuple[int, tuple[int, ...]]]:
    """One pattern a class, so that the master always has a solution: as many as fit where they are cheapest."""
    found = []
    for place, need in enumerate(table.needs):
        fits = np.floor(((table.room + 1e-9) / need[None]).min(axis=1) + 1e-9)
        fits = np.minimum(np.where(table.mask[:, place], fits, 0), table.counts[place])
        type_ = int(np.argmin(np.round(np.where(fits > 0, table.price / np.maximum(fits, 1), np.inf), 12)))
        found.append((type_, tuple(int(fits[type_]) if i == place else 0 for i in range(len(table.counts)))))
    return found


def _packing(problem: Problem, table: Arrays, search: _Search) -> Packing:
    if search.best is None:
        is_open = search.timed_out and not math.isinf(search.bound)
        return (
            Packing(status="timed_out", columns=(), hourly_usd=0.0, bound_usd=search.bound) if is_open else INFEASIBLE
        )
    columns = [(_column(problem, table, type_, mix), n) for (type_, mix), n in search.best.patterns]
    cost = sum(problem.types[column.type].hourly_usd * count for column, count in columns)
    bound = min(search.bound, cost)
    status: Status = "optimal" if cost - bound <= _PROVED * cost else "timed_out" if search.timed_out else "feasible"
    ordered = sorted(columns, key=lambda item: (item[0].type, tuple(-n for n in item[0].mix)))
    return Packing(
        status=status,
        columns=tuple(ordered),
        hourly_usd=cost,
        bound_usd=bound,
    )


def _column(problem: Problem, table: Arrays, type_: int, mix: tuple[int, ...]) -> Column:
    every = [0] * len(problem.loads)
    for place, many in zip(table.classes, mix, strict=True):
        every[place] = many
    return Column(type=table.types[type_], mix=tuple(every))
