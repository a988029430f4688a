"""Column generation: a column is a node of one type with a mix of replicas; HiGHS chooses how many of each.

The restricted master proposes prices for replicas; a greedy fill looks for mixes that are worth more than their node
costs. Whole counts come from the master in whole numbers over the columns found. The lower bound is the larger of
- the resource bound: no mix of nodes offers the resources that all replicas need for less (a linear program), and
- Farley's bound from the master's prices, with each type's best mix bounded from above by its fractional fill.
Both hold whatever the columns are, so the reported gap is true even where the search was not exhaustive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleet.planner.accelerators.milp import Limits, Program, solve
from fleet.planner.packing.fill import best_mixes, single_mixes
from fleet.planner.packing.problem import NodeType, Problem
from fleet.vocabulary import Status

Array = NDArray[np.float64]

_ROUNDS = 60
_MIP_GAP = 5e-4
_NODES = 3_000
_TINY = 1e-7


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


def pack(problem: Problem) -> Packing:
    """Nodes that hold every replica exactly once; infeasible when some replica fits nowhere or limits forbid it."""
    loads = problem.loads
    if not any(load.count for load in loads):
        return Packing(status="optimal", columns=(), hourly_usd=0.0, bound_usd=0.0)
    if any(load.count and not any(node.takes(load) for node in problem.types) for load in loads):
        return Packing(status="infeasible", columns=(), hourly_usd=0.0, bound_usd=0.0)
    mask = np.array([[node.takes(load) for load in loads] for node in problem.types])
    columns, farley = _generate(problem, mask)
    bound = max(_resource_bound(problem, mask), farley)
    return _whole(problem, columns, bound)


def _generate(problem: Problem, mask: NDArray[np.bool_]) -> tuple[list[Column], float]:
    found = dict.fromkeys(Column(type=t, mix=mix) for t, mix in single_mixes(problem, mask))
    best_bound = 0.0
    for _ in range(_ROUNDS):
        columns = list(found)
        prices, quota_prices, cost = _master(problem, columns)
        costs = np.array([node.hourly_usd for node in problem.types]) + _quota_cost(problem, quota_prices)
        best_bound = max(best_bound, _farley(problem, mask, prices, costs, cost, limited=bool(quota_prices)))
        fresh = [
            column
            for column in (Column(type=t, mix=mix) for t, mix in best_mixes(problem, mask, prices, costs))
            if column not in found
        ]
        if not fresh or cost - best_bound <= _TINY * cost:
            break
        found.update(dict.fromkeys(fresh))
    return list(found), best_bound


def _master(problem: Problem, columns: Sequence[Column]) -> tuple[Array, dict[str, float], float]:
    """The linear master: a price for each load, a price for each quota that binds, and the cost."""
    program = _covering(problem, columns, whole=False)
    solution, duals = _solve_linear(program, problem.seconds)
    count = len(problem.loads)
    codes = _codes(problem)
    quota_prices = {code: -min(0.0, duals[count + position]) for position, code in enumerate(codes)}
    return np.maximum(np.array(duals[:count]), 0.0), {c: p for c, p in quota_prices.items() if p > _TINY}, solution


def _solve_linear(program: Program, seconds: float) -> tuple[float, list[float]]:
    from fleet.planner.accelerators.milp import solve_with_duals  # noqa: PLC0415

    return solve_with_duals(program, Limits(seconds=seconds))


def _codes(problem: Problem) -> list[str]:
    return sorted({node.quota[0] for node in problem.types if node.quota is not None and node.quota[0] in problem.free})


def _covering(problem: Problem, columns: Sequence[Column], *, whole: bool) -> Program:
    """Rows: every load covered; then every quota; then the number of nodes."""
    program = Program()
    for column in columns:
        program.column(problem.types[column.type].hourly_usd, integer=whole)
    for index, load in enumerate(problem.loads):
        terms = {c: float(column.mix[index]) for c, column in enumerate(columns) if column.mix[index]}
        program.row(terms, low=float(load.count))
    # Where limits leave no solution, the linear master must still give prices: excess is dear, not forbidden.
    dearest = max(node.hourly_usd for node in problem.types)
    for code in _codes(problem):
        terms = {
            c: quota[1]
            for c, column in enumerate(columns)
            if (quota := problem.types[column.type].quota) is not None and quota[0] == code
        }
        if not whole:
            terms[program.column(10.0 * dearest, integer=False)] = -1.0
        program.row(terms, high=problem.free[code])
    if problem.max_nodes is not None:
        terms = dict.fromkeys(range(len(columns)), 1.0)
        if not whole:
            terms[program.column(10.0 * dearest, integer=False)] = -1.0
        program.row(terms, high=float(problem.max_nodes))
    return program


def _quota_cost(problem: Problem, prices: dict[str, float]) -> Array:
    """What a node costs on top for the quota that it takes, at the master's prices."""
    return np.array(
        [prices.get(node.quota[0], 0.0) * node.quota[1] if node.quota is not None else 0.0 for node in problem.types]
    )


def _farley(
    problem: Problem, mask: NDArray[np.bool_], prices: Array, costs: Array, cost: float, *, limited: bool
) -> float:
    """A lower bound from any prices: their worth of all replicas, scaled down so that no node's best mix exceeds its cost.

    With a binding quota or node limit the prices of these rows enter with a sign that this form does not carry; then it
    is left out, and the resource bound stands alone.
    """
    if limited or problem.max_nodes is not None:
        return 0.0
    demand = np.array([load.count for load in problem.loads], dtype=float)
    needs = np.array([load.need for load in problem.loads])
    worth = float(prices @ demand)
    ratio = 1.0
    for index, node in enumerate(problem.types):
        usable = mask[index]
        if usable.any():
            ratio = max(ratio, _fractional(prices[usable], needs[usable], demand[usable], node) / costs[index])
    return min(worth / ratio, cost)


def _fractional(prices: Array, needs: Array, demand: Array, node: NodeType) -> float:
    """Worth of the best fractional fill by each resource alone; the least of the three bounds the best whole mix."""
    bounds = []
    for resource, room in enumerate(node.room):
        size = needs[:, resource]
        density = np.divide(prices, size, out=np.full_like(prices, np.inf), where=size > 0)
        order = np.argsort(-density, kind="stable")
        taken = np.minimum(demand[order], np.floor(node.room[0] / np.maximum(needs[order, 0], 1e-12) + 1e-9))
        used = np.cumsum(taken * size[order])
        value = np.cumsum(taken * prices[order])
        over = int(np.searchsorted(used, room + 1e-9, side="right"))
        if over >= len(order):
            bounds.append(float(value[-1]))
            continue
        before_use, before_value = (used[over - 1], value[over - 1]) if over else (0.0, 0.0)
        bounds.append(float(before_value + (room - before_use) * density[order[over]]))
    return min(bounds)


def _resource_bound(problem: Problem, mask: NDArray[np.bool_]) -> float:
    """Least cost of the resources that all replicas need, by load: a load counts only on types that take it."""
    program = Program()
    nodes = [program.column(node.hourly_usd, integer=False) for node in problem.types]
    shares = {
        (t, i): program.column(0.0, integer=False)
        for t in range(len(problem.types))
        for i in range(len(problem.loads))
        if mask[t, i]
    }
    for index, load in enumerate(problem.loads):
        program.row({shares[t, i]: 1.0 for t, i in shares if i == index}, low=float(load.count))
    for t, node in enumerate(problem.types):
        held = [(i, shares[t, i]) for i in range(len(problem.loads)) if mask[t, i]]
        for resource in range(len(node.room)):
            terms = {share: problem.loads[i].need[resource] for i, share in held}
            program.row({**terms, nodes[t]: -node.room[resource]}, high=0.0)
    for code in _codes(problem):
        terms = {
            nodes[t]: n.quota[1] for t, n in enumerate(problem.types) if n.quota is not None and n.quota[0] == code
        }
        program.row(terms, high=problem.free[code])
    return max(0.0, solve(program, Limits(seconds=problem.seconds)).bound)


def _whole(problem: Problem, columns: Sequence[Column], bound: float) -> Packing:
    solution = solve(
        _covering(problem, columns, whole=True), Limits(relative_gap=_MIP_GAP, nodes=_NODES, seconds=problem.seconds)
    )
    if solution.status == "infeasible" or not solution.values:
        status: Status = "timed_out" if solution.status == "timed_out" else "infeasible"
        return Packing(status=status, columns=(), hourly_usd=0.0, bound_usd=bound)
    if len(problem.loads) == 1:
        # Every undominated column is there, each as full as it can be: the solver's own bound holds.
        bound = max(bound, solution.bound)
    chosen = [(column, int(value)) for column, value in zip(columns, solution.values, strict=True) if value]
    exact = _without_surplus(problem, chosen)
    cost = sum(problem.types[column.type].hourly_usd * count for column, count in exact)
    proved = cost - bound <= 1e-6 * cost
    return Packing(
        status="timed_out" if solution.status == "timed_out" else "optimal" if proved else "feasible",
        columns=tuple(exact),
        hourly_usd=cost,
        bound_usd=min(bound, cost),
    )


def _without_surplus(problem: Problem, chosen: Sequence[tuple[Column, int]]) -> list[tuple[Column, int]]:
    """The same nodes with every replica placed exactly once: what covers too much is taken off, node by node."""
    surplus = [
        sum(column.mix[index] * count for column, count in chosen) - load.count
        for index, load in enumerate(problem.loads)
    ]
    nodes: dict[Column, int] = {}
    for column, count in chosen:
        for _ in range(count):
            less = [min(have, max(0, over)) for have, over in zip(column.mix, surplus, strict=True)]
            surplus = [over - taken for over, taken in zip(surplus, less, strict=True)]
            mix = tuple(have - taken for have, taken in zip(column.mix, less, strict=True))
            if any(mix):
                kept = Column(type=column.type, mix=mix)
                nodes[kept] = nodes.get(kept, 0) + 1
    return sorted(nodes.items(), key=lambda item: (item[0].type, tuple(-n for n in item[0].mix)))
