"""What whole nodes cannot beat: a linear program over resources, and its prices for any demand that remains.

A group of classes may take room only on types that it is allowed on. The program's dual prices v (3 a group) obey, for
every type, sum over resources of room x (highest v of the groups allowed there) <= price, whatever the demand; so every
v gives a lower bound v . demand, and the best of a few gives nearly the program's own value for thousands of demands.
"""

from dataclasses import dataclass

import numpy as np

from fleet.planner.packing.arrays import EPSILON, Arrays, Floats
from fleet.planner.packing.assignment import assigned_usd
from fleet.planner.packing.linear import INFINITY, Linear
from fleet.planner.packing.problem import RESOURCES

_CPU_DIRECTIONS = (0.02, 0.1, 0.3, 0.5, 0.7, 0.85, 1.2, 1.5, 2.0, 4.0, 10.0, 50.0)
_POD_DIRECTIONS = (5.0, 50.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """The bound (USD an hour), each type's price with what its limits are worth, and dual prices by row."""

    bound_usd: float
    price: Floats
    prices: Floats
    """(k, 3G)"""

    def worth(self, demand: Floats) -> Floats:
        """Least cost of each demand, (..., 3G) -> (...)."""
        return np.asarray((demand @ self.prices.T).max(axis=-1))

    def active(self, demand: Floats) -> Floats:
        """The prices that bind for a demand, (3G,)."""
        return np.asarray(self.prices[int(np.argmax(np.round(self.prices @ demand, 9)))])


def relax(problem: Arrays, *, room: Floats | None = None) -> Relaxation | None:
    """The relaxation of a problem, with `room` in place of its own where given; None when even that has no solution."""
    space = problem.room if room is None else room
    demand = problem.by_group.T @ problem.counts
    whole = _Program(problem, space, problem.price, limited=problem.is_limited)
    if not whole.solve(demand):
        return None
    bound, first = whole.linear.cost * (1 - EPSILON), whole.prices
    price = problem.price
    if problem.is_limited:
        raised = whole.raised_prices()
        bound = max(bound, assigned_usd(problem, space))
        price = raised if (raised > price * (1 + EPSILON)).any() else price
        free = _Program(problem, space, price, limited=False)
        free.solve(demand)
        first = free.prices
    else:
        free = whole
    found = [first]
    found += [free.prices for direction in _directions(problem.groups) if free.solve(demand * direction)]
    return Relaxation(
        bound_usd=bound,
        price=price,
        prices=np.unique(np.round(np.array(found), 12), axis=0),
    )


def _directions(groups: int) -> list[Floats]:
    cpu = _CPU_DIRECTIONS if groups == 1 else _CPU_DIRECTIONS[::3]
    found = [np.tile([factor, 1.0, 1.0], groups) for factor in cpu]
    found += [np.tile([1.0, 1.0, factor], groups) for factor in _POD_DIRECTIONS]
    if groups > 1:
        for group in range(groups):
            alone = np.full(RESOURCES * groups, 0.01)
            alone[RESOURCES * group : RESOURCES * (group + 1)] = 1.0
            found.append(alone)
    return found


class _Program:
    """Rows: the groups' demands; room given out by type (with several groups); quotas; nodes."""

    def __init__(self, problem: Arrays, room: Floats, price: Floats, *, limited: bool) -> None:
        self._problem = problem
        self._demands = RESOURCES * problem.groups
        types = len(price)
        # A type that one group alone may use gives its room straight to that group's demand.
        self._shared = np.flatnonzero(problem.allowed.sum(axis=1) > 1)
        shared = len(self._shared) * RESOURCES
        quotas = len(problem.free) if limited else 0
        lows = np.zeros(self._demands + shared + (quotas + 1 if limited else 0))
        highs = np.full(len(lows), INFINITY)
        self._limits = self._demands + shared
        if limited:
            lows[self._limits :] = -INFINITY
            highs[self._limits : -1] = problem.free
            highs[-1] = problem.max_nodes
        self.linear = Linear(lows, highs)
        nodes = np.zeros((types, len(lows)))
        at = problem.allowed.argmax(axis=1) * RESOURCES
        at[self._shared] = self._demands + np.arange(len(self._shared)) * RESOURCES
        for resource in range(RESOURCES):
            nodes[np.arange(types), at + resource] = room[:, resource]
        if limited:
            nodes[:, self._limits : -1] = problem.takes
            nodes[:, -1] = 1.0
        self.linear.add(price, nodes, problem.most.astype(float) if limited else None)
        if shared:
            self._share(len(lows))

    def _share(self, rows: int) -> None:
        """Columns that give room of a type to a group."""
        allowed = self._problem.allowed[self._shared]
        pairs = [(int(t), int(g)) for t, g in zip(*np.nonzero(allowed), strict=True)]
        matrix = np.zeros((len(pairs) * RESOURCES, rows))
        for place, (type_, group) in enumerate(pairs):
            for resource in range(RESOURCES):
                matrix[place * RESOURCES + resource, group * RESOURCES + resource] = 1.0
                matrix[place * RESOURCES + resource, self._demands + type_ * RESOURCES + resource] = -1.0
        self.linear.add(np.zeros(len(matrix)), matrix)

    def solve(self, demand: Floats) -> bool:
        """Solve for a demand by group."""
        for row, amount in enumerate(demand):
            self.linear.bound_row(row, float(amount), INFINITY)
        return self.linear.run()

    @property
    def prices(self) -> Floats:
        """Dual prices of the groups' demands."""
        return np.maximum(self.linear.duals[: self._demands], 0.0)

    def raised_prices(self) -> Floats:
        """Each type's price plus what the units of its limits, a node and its own limit are worth."""
        problem = self._problem
        duals = np.minimum(self.linear.duals[self._limits :], 0.0)
        types = len(problem.price)
        own = np.minimum(self.linear.reduced[:types], 0.0)
        return np.asarray(problem.price - problem.takes @ duals[:-1] - duals[-1] - own)
