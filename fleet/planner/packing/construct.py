"""Build a packing node by node, the node of least regret first: what its price exceeds the cost that it takes away.

Regret = (price - (worth of what remains before - after)) / price, with worth from the relaxation's prices, or from
prices by class. One number covers slack, a wrong size, a wrong mix of CPU and memory, and the last node.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fleet.planner.packing.arrays import EPSILON, Arrays, Bools, Floats, Ints
from fleet.planner.packing.filling import Taste, fill, retyped
from fleet.planner.packing.relaxation import Relaxation

Pattern = tuple[int, tuple[int, ...]]
"""A node type (its place in the arrays) and its replicas by class."""

_ROWS = 8
_TYPES = 12
_TIGHT, _LOOSE = 0.06, 0.25
_BALANCES = np.array([0.0, 0.1, 0.5, 2.0])
_SHARES = np.array([0.25, 0.5, 1.0])
_ENDGAME = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """Patterns with their counts, and what they cost an hour."""

    patterns: tuple[tuple[Pattern, int], ...]
    cost: float

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return sum(count for _, count in self.patterns)


@dataclass(slots=True, kw_only=True)
class Left:
    """What remains while nodes are taken: replicas, limits, nodes of each type, nodes. Changes as it goes."""

    counts: Ints
    free: Floats
    most: Ints
    nodes: int

    @classmethod
    def of(cls, problem: Arrays, taken: Sequence[tuple[Pattern, int]] = ()) -> "Left":
        """All of a problem, less what is taken."""
        left = cls(
            counts=problem.counts.copy(),
            free=problem.free.copy(),
            most=problem.most.copy(),
            nodes=problem.max_nodes,
        )
        for pattern, count in taken:
            left.take(problem, pattern, count)
        return left

    def take(self, problem: Arrays, pattern: Pattern, count: int) -> None:
        """Count nodes off."""
        type_, mix = pattern
        self.counts -= np.minimum(self.counts, np.array(mix, dtype=np.int64) * count)
        self.most[type_] -= count
        self.nodes -= count
        self.free -= count * problem.takes[type_]

    def usable(self, problem: Arrays) -> Bools:
        """(T,) types of which limits leave one more node."""
        found = (self.most > 0) & (self.nodes > 0)
        if len(self.free):
            found &= (problem.takes <= self.free + EPSILON).all(axis=1)
        return np.asarray(found)

    def room_for(self, problem: Arrays, type_: int) -> int:
        """Nodes of a type that limits leave."""
        found = min(int(self.most[type_]), self.nodes)
        takes = problem.takes[type_]
        held = takes > 0
        if held.any():
            found = min(found, int(((self.free[held] + EPSILON) / takes[held]).min()))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Constructs packings of one problem; `worth` by class replaces the relaxation's prices where it is given."""

    problem: Arrays
    relaxation: Relaxation
    by_group: Floats
    price: Floats

    @classmethod
    def of(cls, problem: Arrays, relaxation: Relaxation) -> "Builder":
        """A builder under the relaxation's prices."""
        return cls(problem=problem, relaxation=relaxation, by_group=problem.by_group, price=relaxation.price)

    def build(
        self,
        seed: int,
        left: Left,
        *,
        worth: Floats | None = None,
        below: float = np.inf,
        step: float = 0.5,
    ) -> Nodes | None:
        """Nodes for all that remains; None when limits leave no room, or when it cannot cost less than `below`."""
        problem, random = self.problem, np.random.Generator(np.random.PCG64(seed))
        taken: dict[Pattern, int] = {}
        cost = 0.0
        while left.counts.any():
            demand = left.counts @ self.by_group
            least = float(self.relaxation.worth(demand))
            if cost + least * (1 - 1e-9) >= below and self.price is problem.price:
                return None
            pattern = self._next(random, left, demand, least, worth)
            if pattern is None:
                return None
            count = self._times(pattern, left, step)
            taken[pattern] = taken.get(pattern, 0) + count
            cost += float(problem.price[pattern[0]]) * count
            left.take(problem, pattern, count)
        return Nodes(patterns=tuple(taken.items()), cost=cost)

    def _times(self, pattern: Pattern, left: Left, step: float) -> int:
        """A share of how often the pattern still fits, so that many nodes take few steps."""
        mix = np.array(pattern[1])
        held = mix > 0
        fits = int((left.counts[held] // mix[held]).min())
        return max(1, min(int(fits * step), left.room_for(self.problem, pattern[0])))

    def _next(
        self, random: np.random.Generator, left: Left, demand: Floats, least: float, worth: Floats | None
    ) -> Pattern | None:
        usable = left.usable(self.problem)
        prices = self.relaxation.active(demand)
        types = self._candidates(left, usable, prices, least)
        if not len(types):
            return None
        rows = np.repeat(types, _ROWS)
        mixes = fill(self.problem, rows, left.counts, self._taste(random, rows, prices, worth))
        rows = retyped(self.problem, rows, mixes, self.price, usable)
        filled = mixes.any(axis=1)
        rows, mixes = rows[filled], mixes[filled]
        if not len(rows):
            return None
        price = self.price[rows]
        after = demand[None] - mixes @ self.by_group
        gain = least - self.relaxation.worth(after) if worth is None else mixes @ worth
        best = int(np.argmin(np.round((price - gain) / price, 9)))
        return int(rows[best]), tuple(int(n) for n in mixes[best])

    def _candidates(self, left: Left, usable: Bools, prices: Floats, least: float) -> Ints:
        """Types whose whole room is nearly worth their price; more of them near the end."""
        problem = self.problem
        holds = usable & (problem.mask & (left.counts > 0)[None]).any(axis=1)
        by_group = prices.reshape(problem.groups, -1)
        room = np.zeros(len(self.price))
        for group in range(problem.groups):
            room = np.maximum(room, np.where(problem.allowed[:, group], problem.room @ by_group[group], 0.0))
        loss = np.where(holds, 1.0 - room / self.price, np.inf)
        dear = float(np.max(self.price[holds], initial=0.0))
        limit = _LOOSE if least < _ENDGAME * dear else _TIGHT
        # Sizes of one family cost the same by the vCPU: the larger go first, which waste less and take fewer steps.
        order = np.lexsort((-self.price, np.round(loss, 3)))
        count = max(int((loss <= limit).sum()), min(4, int(holds.sum())))
        found = order[: min(count, _TYPES)]
        if problem.groups > 1:
            found = np.unique(np.concatenate([found, *self._by_group(left, holds, loss)]))
        return np.asarray(found)

    def _by_group(self, left: Left, holds: Bools, loss: Floats) -> list[Ints]:
        """The best types of each group that has replicas left, so that no group waits for the end."""
        problem = self.problem
        found = []
        for group in range(problem.groups):
            if left.counts[problem.group == group].any():
                own = np.where(problem.allowed[:, group], loss, np.inf)
                best = np.argsort(np.round(own, 9), kind="stable")[:4]
                found.append(best[holds[best] & problem.allowed[best, group]])
        return found

    def _taste(self, random: np.random.Generator, rows: Ints, prices: Floats, worth: Floats | None) -> Taste:
        value = np.maximum(self.by_group @ prices if worth is None else worth, 1e-12)
        base = np.log(value / value.max())
        size = (len(rows), len(value))
        return Taste(
            worth=random.choice([0.3, 1.0, 2.0], len(rows))[:, None] * base[None] + random.normal(0.0, 0.3, size),
            balance=random.choice(_BALANCES, len(rows)),
            share=random.choice(_SHARES, len(rows)),
        )
