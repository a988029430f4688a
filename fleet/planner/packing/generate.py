"""Column generation: a linear master over node patterns prices each class; fills find patterns worth more than a node.

Lower bound (Farley): prices y by class prove y . counts / max over types of (most worth on a node / price), whatever
patterns were found. Limits enter by the relaxation's multipliers: types cost their raised price, and what the limits
are worth in all is taken off the bound.
"""

from dataclasses import dataclass, field

import numpy as np

from fleet.planner.packing.arrays import Arrays, Floats, Ints
from fleet.planner.packing.construct import Builder, Pattern
from fleet.planner.packing.filling import Taste, fill, retyped
from fleet.planner.packing.knapsack import Grid, exact, fractional
from fleet.planner.packing.linear import INFINITY, Linear

_TYPES = 14
_ROWS = 5
_COLUMNS = 50
_TINY = 1e-7
_SMOOTH = 0.3
_LEAST_ROUNDS, _MOST_ROUNDS = 6, 40
_WORK = 6e8
"""Cells that all rounds of dynamic programming may touch: a count, so that every machine stops at the same place."""


@dataclass(slots=True, kw_only=True)
class Columns:
    """The master with its patterns; grows as it is asked to. `bound_usd` is the best that was proved."""

    builder: Builder
    bound_usd: float
    offset_usd: float
    patterns: list[Pattern] = field(default_factory=list)
    known: set[Pattern] = field(default_factory=set)
    linear: Linear = field(init=False)
    worth: Floats = field(init=False)
    amounts: Floats = field(init=False)
    cost: float = INFINITY
    grid: Grid | None = None

    def __post_init__(self) -> None:
        """Rows of the master: every class covered."""
        counts = self.builder.problem.counts.astype(float)
        self.linear = Linear(counts, np.full(len(counts), INFINITY))

    def add(self, patterns: list[Pattern]) -> int:
        """Patterns that are new join the master; how many there were."""
        fresh = [pattern for pattern in dict.fromkeys(patterns) if pattern not in self.known]
        if fresh:
            costs = np.array([self.builder.price[type_] for type_, _ in fresh])
            self.linear.add(costs, np.array([mix for _, mix in fresh], dtype=float))
            self.patterns += fresh
            self.known.update(fresh)
        return len(fresh)

    def solve(self) -> None:
        """Prices by class from the master."""
        self.linear.run()
        self.worth = np.maximum(self.linear.duals, 0.0)
        self.amounts = self.linear.values
        self.cost = self.linear.cost

    def prove(self, worth: Floats, most: Floats) -> None:
        """Raise the bound by Farley's argument: no node of a type holds more than `most` (T,) at prices `worth`."""
        ratio = max(1e-12, float((most / self.builder.price).max()))
        found = float(worth @ self.builder.problem.counts) / ratio - self.offset_usd
        self.bound_usd = max(self.bound_usd, found * (1 - 1e-9))


def grow(columns: Columns, *, rounds: int, seed: int, enough: float) -> None:
    """Greedy rounds until nothing new is found, or the bound reaches `enough`."""
    random = np.random.Generator(np.random.PCG64(seed))
    directions = np.vstack([np.eye(3), _directions(columns.builder)])
    columns.solve()
    for _ in range(rounds):
        most = fractional(columns.builder.problem, columns.worth, directions)
        columns.prove(columns.worth, most)
        if columns.bound_usd >= enough or not columns.add(_filled(columns, most, random)):
            return
        columns.solve()


def grow_exactly(columns: Columns, *, enough: float) -> None:
    """Rounds with the best mixes by dynamic programming; prices are smoothed towards those with the best bound."""
    problem = columns.builder.problem
    grid = columns.grid = columns.grid or Grid.of(problem)
    rounds = max(_LEAST_ROUNDS, min(_MOST_ROUNDS, int(_WORK / grid.work(problem))))
    directions = np.vstack([np.eye(3), _directions(columns.builder)])
    columns.solve()
    anchor = columns.worth
    for _ in range(rounds):
        worth = _SMOOTH * columns.worth + (1 - _SMOOTH) * anchor
        before = columns.bound_usd
        found = _price(columns, grid, worth, directions)
        if columns.bound_usd > before:
            anchor = worth
        if columns.bound_usd >= enough:
            return
        if not columns.add(found):
            found = _price(columns, grid, columns.worth, directions)
            anchor = columns.worth
            if not columns.add(found):
                return
        columns.solve()


def _price(columns: Columns, grid: Grid, worth: Floats, directions: Floats) -> list[Pattern]:
    problem, price = columns.builder.problem, columns.builder.price
    best = exact(problem, grid, worth, wanted=_TYPES)
    columns.prove(worth, np.minimum(best.bound, fractional(problem, worth, directions)))
    return _improving(columns, [type_ for type_, _ in best.mixes], np.array([mix for _, mix in best.mixes]), price)


def _directions(builder: Builder) -> Floats:
    rows = builder.relaxation.prices.reshape(-1, 3)
    return np.asarray(np.unique(np.round(rows[rows.any(axis=1)], 12), axis=0))


def _filled(columns: Columns, most: Floats, random: np.random.Generator) -> list[Pattern]:
    """Patterns worth more than their node, from fills of the types that could hold one."""
    builder, worth = columns.builder, columns.worth
    ratio = most / builder.price
    order = np.argsort(-np.round(ratio, 9), kind="stable")[:_TYPES]
    types = np.repeat(order[ratio[order] > 1 + _TINY], _ROWS)
    if not len(types):
        return []
    density = np.log(np.maximum(worth, 1e-9) / (builder.problem.needs @ np.maximum(_directions(builder)[0], 1e-9)))
    size = (len(types), len(worth))
    taste = Taste(
        worth=random.choice([1.0, 3.0, 8.0], len(types))[:, None] * (density - density.max())[None]
        + random.normal(0.0, 0.2, size),
        balance=random.choice([0.0, 0.0, 0.1, 0.5], len(types)),
        share=random.choice([0.5, 1.0], len(types)),
    )
    mixes = fill(builder.problem, types, np.where(worth > 0, builder.problem.counts, 0), taste)
    return _improving(columns, types, mixes, builder.price)


def _improving(columns: Columns, types: list[int] | Ints, mixes: Ints, price: Floats) -> list[Pattern]:
    """Mixes on their cheapest types, those that the master gains by, best first."""
    if not len(mixes):
        return []
    problem = columns.builder.problem
    every = np.ones(len(price), dtype=bool)
    cheapest = retyped(problem, np.asarray(types, dtype=np.int64), np.asarray(mixes, dtype=np.int64), price, every)
    gain = (mixes @ columns.worth - price[cheapest]) / price[cheapest]
    order = np.argsort(-np.round(gain, 9), kind="stable")[:_COLUMNS]
    return [(int(cheapest[p]), tuple(int(n) for n in mixes[p])) for p in order if gain[p] > _TINY]


def covered(problem: Arrays, patterns: list[Pattern], counts: list[int]) -> list[tuple[Pattern, int]]:
    """Node counts with every replica placed once: what covers too much is taken off, node by node."""
    surplus = -problem.counts.copy()
    for (_, mix), count in zip(patterns, counts, strict=True):
        surplus = surplus + np.array(mix, dtype=np.int64) * count
    found: dict[Pattern, int] = {}
    for (type_, mix), count in zip(patterns, counts, strict=True):
        for _ in range(count):
            less = np.minimum(np.maximum(surplus, 0), mix)
            surplus = surplus - less
            kept = tuple(int(n) for n in np.array(mix) - less)
            if any(kept):
                found[type_, kept] = found.get((type_, kept), 0) + 1
    return list(found.items())
