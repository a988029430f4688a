"""Column generation: a linear master over node patterns prices each class; fills find patterns worth more than a node.

Limits are rows of the master: what a unit of each is worth there is a toll on the nodes that take it. Whatever patterns
were found, prices and tolls prove a lower bound (see `prove`).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fleet.planner.packing.arrays import Arrays, Floats, Ints, Limits
from fleet.planner.packing.construct import Builder, Pattern
from fleet.planner.packing.counting import Cover, counted_usd
from fleet.planner.packing.filling import Taste, fill, retyped
from fleet.planner.packing.knapsack import Grid, exact, fractional, grids
from fleet.planner.packing.linear import INFINITY, Linear

_TYPES = 14
_ROWS = 5
_COLUMNS = 50
_LIKE = 4
"""Types that a mix is tried on where limits may keep it from the cheapest."""
_TINY = 1e-7
_DOWN = 1 - 1e-9
_MET = 1e-5
"""So little between bound and master, as a share of the bound, is nothing."""
_IDLE, _PROGRESS = 4, 0.98
"""Rounds that leave more than this of what was between them; so many in a row end the search."""
_DEAR = 10.0
"""Times the dearest node: a replica that the master leaves out."""
_SMOOTH = 0.3
_LEAST_ROUNDS, _MOST_ROUNDS = 4, 40
_RECENT = 20
"""Prices of classes that whole nodes are counted under: the last, which are the nearest to the master's."""
_WORK = 4e8
"""Cells that all rounds of dynamic programming may touch: a count, so that every machine stops at the same place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duals:
    """USD for a replica of each class (n,), and for a unit of each limit (L,)."""

    worth: Floats
    tolls: Floats

    def towards(self, other: "Duals", share: float) -> "Duals":
        """A mean of two, with so much of the other."""
        return Duals(
            worth=(1 - share) * self.worth + share * other.worth, tolls=(1 - share) * self.tolls + share * other.tolls
        )


@dataclass(slots=True, kw_only=True)
class Columns:
    """The master with its patterns; grows as it is asked to. `bound_usd` is the best that was proved."""

    builder: Builder
    bound_usd: float
    patterns: list[Pattern] = field(default_factory=list)
    known: set[Pattern] = field(default_factory=set)
    linear: Linear = field(init=False)
    limits: Limits = field(init=False)
    duals: Duals = field(init=False)
    amounts: Floats = field(init=False)
    cost: float = INFINITY
    room: Floats
    """(T, 3) what replicas can take of a node"""
    covers: Sequence[Cover]
    """Worth that nodes must hold at the prices of resources"""
    tried: list[Cover] = field(default_factory=list)
    """The same at all prices of classes that were tried"""
    cut: tuple[Grid, ...] = ()
    work: int = 0
    """Cells that dynamic programming has touched."""
    _spare: int = 0
    _counted: int = -1
    """How many prices had been tried when nodes were last counted"""

    def __post_init__(self) -> None:
        """Rows of the master: every class covered, every limit kept. Where limits could forbid all, spares are dear."""
        problem = self.builder.problem
        counts, self.limits = problem.counts.astype(float), problem.limits
        free = self.limits.free
        self.linear = Linear(
            np.concatenate([counts, np.full(len(free), -INFINITY)]),
            np.concatenate([np.full(len(counts), INFINITY), free]),
        )
        if len(free):
            self._spare = len(counts)
            dear = _DEAR * float(problem.price.max())
            self.linear.add(np.full(len(counts), dear), np.eye(len(counts), len(counts) + len(free)))

    @property
    def apart(self) -> float:
        """What the master costs above the bound, as a share of it."""
        return self.cost / max(self.bound_usd, _TINY) - 1

    @property
    def worth(self) -> Floats:
        """USD for a replica of each class."""
        return self.duals.worth

    @property
    def price(self) -> Floats:
        """Prices of the types with the master's tolls."""
        return self.tolled(self.duals)

    @property
    def tolled_builder(self) -> Builder:
        """A builder under these prices, where there are tolls."""
        return replace(self.builder, price=self.price) if len(self.limits.free) else self.builder

    def tolled(self, duals: Duals) -> Floats:
        """(T,) prices of the types with tolls."""
        return np.asarray(self.builder.problem.price + self.limits.takes @ duals.tolls)

    def add(self, patterns: list[Pattern]) -> int:
        """Patterns that are new join the master; how many there were."""
        fresh = [pattern for pattern in dict.fromkeys(patterns) if pattern not in self.known]
        if fresh:
            types = [type_ for type_, _ in fresh]
            mixes = np.array([mix for _, mix in fresh], dtype=float)
            self.linear.add(self.builder.problem.price[types], np.hstack([mixes, self.limits.takes[types]]))
            self.patterns += fresh
            self.known.update(fresh)
        return len(fresh)

    def solve(self) -> None:
        """Prices by class and tolls by limit from the master."""
        self.linear.run()
        duals, classes = self.linear.duals, len(self.builder.problem.counts)
        self.duals = Duals(worth=np.maximum(duals[:classes], 0.0), tolls=np.maximum(-duals[classes:], 0.0))
        self.amounts = self.linear.values[self._spare :]
        self.cost = self.linear.cost

    def prove(self, duals: Duals, most: Floats) -> None:
        """Raise the bound, where no node of a type holds more than `most` (T,) is worth.

        Tolls on what is shared hold as they are, or scaled with the prices, or not at all: each proves a bound.
        """
        problem, shared = self.builder.problem, self.limits.shared
        total = float(duals.worth @ problem.counts)
        self.tried.append(Cover(total=total, most=most))
        self.bound_usd = max(self.bound_usd, farley(total, most, problem.price, problem.most) * _DOWN)
        if duals.tolls[:shared].any():
            toll = self.limits.takes[:, :shared] @ duals.tolls[:shared]
            back = float(duals.tolls[:shared] @ self.limits.free[:shared])
            held = farley(total, most, problem.price + toll, problem.most) * _DOWN - back / _DOWN
            scaled = farley(total - back, most - toll, problem.price, problem.most) * _DOWN
            self.bound_usd = max(self.bound_usd, held, scaled)

    def count(self, seconds: float) -> None:
        """Raise the bound by whole nodes under all covers, where there are new ones."""
        if len(self.tried) == self._counted:
            return
        self._counted = len(self.tried)
        covers = [*self.covers, *self.tried[-_RECENT:]]
        self.bound_usd = max(self.bound_usd, counted_usd(self.builder.problem, self.room, covers, seconds))


def farley(total: float, most: Floats, price: Floats, nodes: Ints) -> float:
    """Least cost of replicas worth `total`, where a node of a type holds no more than `most` and `nodes` (T,) at most.

    For every s >= 0, s x total less what the nodes of each type can gain, nodes x (s x most - price), is a bound.
    It rises with s until the types that gain could hold everything: at the best ratio where nodes have no limit,
    which is Farley's bound.
    """
    if total <= 0:
        return 0.0
    gaining = np.flatnonzero(most > 0)
    ratio = price[gaining] / most[gaining]
    order = np.argsort(ratio, kind="stable")
    gaining, ratio = gaining[order], ratio[order]
    held = np.cumsum(nodes[gaining] * most[gaining])
    if not len(held):
        return 0.0
    last = min(int(np.searchsorted(held, total)), len(held) - 1)
    scale, before = ratio[last], gaining[:last]
    gains = nodes[before] * (scale * most[before] - price[before])
    return float(scale * total - gains.sum())


def grow(columns: Columns, *, rounds: int, seed: int, enough: float) -> None:
    """Greedy rounds until nothing new is found, or the bound reaches `enough`."""
    random = np.random.Generator(np.random.PCG64(seed))
    directions = np.vstack([np.eye(3), _directions(columns.builder)])
    columns.solve()
    for _ in range(rounds):
        most = fractional(columns.builder.problem, columns.worth, directions)
        columns.prove(columns.duals, most)
        if columns.bound_usd >= enough or not columns.add(_filled(columns, most, random)):
            return
        columns.solve()


def grow_exactly(columns: Columns, *, enough: float, until: float) -> None:
    """Rounds with the best mixes by dynamic programming; prices are smoothed towards those with the best bound.

    No bound from prices passes the master's cost. Where hundreds of replicas share a node, rounds bring the two no
    nearer: what is missing is whole nodes, which prices do not see. `until` is on the monotonic clock, a last resort.
    """
    columns.cut = columns.cut or grids(columns.builder.problem)
    directions = np.vstack([np.eye(3), _directions(columns.builder)])
    columns.solve()
    anchor, apart, idle = columns.duals, columns.apart, 0
    for done in range(_MOST_ROUNDS):
        is_spent = (done >= _LEAST_ROUNDS and columns.work > _WORK) or time.monotonic() > until
        if columns.bound_usd >= enough or columns.apart <= _MET or idle == _IDLE or is_spent:
            return
        duals = anchor.towards(columns.duals, _SMOOTH)
        before = columns.bound_usd
        found = _price(columns, duals, directions)
        if columns.bound_usd > before:
            anchor = duals
        if not columns.add(found):
            if time.monotonic() > until:
                return
            found = _price(columns, columns.duals, directions)
            anchor = columns.duals
            if not columns.add(found):
                return
        columns.solve()
        idle = idle + 1 if columns.apart > apart * _PROGRESS else 0
        apart = columns.apart


def _price(columns: Columns, duals: Duals, directions: Floats) -> list[Pattern]:
    problem = columns.builder.problem
    most = fractional(problem, duals.worth, directions)
    best = exact(problem, columns.cut, duals.worth, columns.tolled(duals), most, wanted=_TYPES)
    columns.work += best.work
    columns.prove(duals, best.bound)
    return _improving(columns, [type_ for type_, _ in best.mixes], np.array([mix for _, mix in best.mixes]))


def _directions(builder: Builder) -> Floats:
    rows = builder.relaxation.prices.reshape(-1, 3)
    return np.asarray(np.unique(np.round(rows[rows.any(axis=1)], 12), axis=0))


def _filled(columns: Columns, most: Floats, random: np.random.Generator) -> list[Pattern]:
    """Patterns worth more than their node, from fills of the types that could hold one."""
    builder, worth = columns.builder, columns.worth
    ratio = most / columns.price
    order = np.argsort(-np.round(ratio, 9), kind="stable")[:_TYPES]
    types = np.repeat(order[ratio[order] > 1 + _TINY], _ROWS)
    if not len(types):
        return []
    # Under each weight of vCPUs against memory another class gives most for its size.
    weight = np.tile(np.linspace(0.0, 1.0, _ROWS), len(types) // _ROWS)
    weights = np.stack([weight, 1.0 - weight], axis=1) / builder.problem.room[types, :2]
    density = np.log(np.maximum(worth, 1e-9)[None] / (weights @ builder.problem.needs[:, :2].T))
    taste = Taste(
        worth=random.choice([1.0, 3.0, 8.0], len(types))[:, None] * (density - density.max(axis=1)[:, None])
        + random.normal(0.0, 0.2, density.shape),
        balance=random.choice([0.0, 0.0, 0.1, 0.5], len(types)),
        share=random.choice([0.5, 1.0], len(types)),
    )
    mixes = fill(builder.problem, types, np.where(worth > 0, builder.problem.counts, 0), taste)
    return _improving(columns, types, mixes)


def _improving(columns: Columns, types: list[int] | Ints, mixes: Ints) -> list[Pattern]:
    """Mixes on their cheapest types (several under limits), those that the master gains by, best first."""
    if not len(mixes):
        return []
    problem, price = columns.builder.problem, columns.price
    usable = np.ones(len(price), dtype=bool)
    mixes = np.asarray(mixes, dtype=np.int64)
    worth = mixes @ columns.worth
    found: dict[Pattern, float] = {}
    for _ in range(_LIKE if len(columns.limits.free) else 1):
        cheapest = retyped(problem, np.asarray(types, dtype=np.int64), mixes, price, usable)
        gain = np.round((worth - price[cheapest]) / price[cheapest], 9)
        for place in np.flatnonzero(gain > _TINY):
            found[int(cheapest[place]), tuple(int(n) for n in mixes[place])] = float(gain[place])
        # What a limit keeps from one type goes to the next best: the same mix on several saves rounds.
        usable[cheapest] = False
    return sorted(found, key=lambda pattern: -found[pattern])[:_COLUMNS]


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
