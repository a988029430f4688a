"""The model for inference and rendering: whole instances of several types and purchases in one region at least cost.

minimise   sum price[o] * hours * n[o]
demand     scalar:  sum capacity[o] * n[o] >= demand
           mix:     sum over kinds k of w[b, k] = 1                              for every bucket b
                    sum over b of w[b, k] * load[b, k] <= target * sum accelerators[o] * n[o]  for every kind k
quota      n[o] <= limit of the choice; sum over choices of one quota code <= limit
spot       sum capacity[o] * n[o] over steady o >= base * the same sum over all o;
           at least m types where spot is used at all
least      sum n[o] >= min_nodes
n whole, w >= 0. A kind is an accelerator key, so that w has buckets x kinds columns whatever the number of types.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.milp import Limits, Program, Solution, solve
from fleet.spec.model import SpotLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Requests of one size: demand in requests per second, and accelerators needed for all of it, by kind."""

    load: Mapping[str, float]
    """Accelerator key -> accelerators that the whole bucket keeps busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What must be served: a scalar amount, or buckets."""

    amount: float = 0.0
    buckets: Sequence[Bucket] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """Choices (by index) that count against one quota: each takes so much, all of them at most `limit`."""

    takes: Mapping[int, float]
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the model needs; `capacity` is what one instance serves (accelerators where there are buckets)."""

    choices: Sequence[Choice]
    capacity: Sequence[float]
    demand: Demand
    hours: float
    spot: SpotLimits
    min_nodes: int = 0
    quotas: Sequence[QuotaRow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Counts in the order of the choices, the share of each bucket by kind, and what was proved."""

    solution: Solution
    counts: tuple[int, ...]
    shares: tuple[Mapping[str, float], ...]


def serve(problem: Problem, limits: Limits) -> Serving:
    """The cheapest counts that serve the demand."""
    program = Program()
    columns = [
        program.column(float(choice.unit_usd) * problem.hours, high=choice.at_most) for choice in problem.choices
    ]
    shares = _demand(program, problem, columns)
    _spot_rows(program, problem, columns)
    for quota in problem.quotas:
        program.row({columns[i]: takes for i, takes in quota.takes.items()}, high=quota.limit)
    if problem.min_nodes:
        program.row(dict.fromkeys(columns, 1.0), low=problem.min_nodes)
    solution = solve(program, limits)
    if not solution.values:
        return Serving(solution=solution, counts=(), shares=())
    return Serving(
        solution=solution,
        counts=tuple(round(solution.values[column]) for column in columns),
        shares=tuple({key: solution.values[column] for key, column in row.items()} for row in shares),
    )


def _demand(program: Program, problem: Problem, columns: Sequence[int]) -> list[dict[str, int]]:
    if not problem.demand.buckets:
        if problem.demand.amount > 0:
            terms = {c: cap for c, cap in zip(columns, problem.capacity, strict=True) if cap > 0}
            program.row(terms, low=problem.demand.amount)
        return []
    supply: dict[str, dict[int, float]] = defaultdict(dict)
    for column, choice, accelerators in zip(columns, problem.choices, problem.capacity, strict=True):
        supply[choice.accelerator.key][column] = -accelerators
    shares: list[dict[str, int]] = []
    for bucket in problem.demand.buckets:
        row = {key: program.column(0.0, high=1.0, integer=False) for key in sorted(bucket.load) if key in supply}
        program.row(dict.fromkeys(row.values(), 1.0), low=1.0, high=1.0)
        for key, column in row.items():
            if bucket.load[key] > 0:
                supply[key][column] = bucket.load[key]
        shares.append(row)
    for terms in supply.values():
        program.row(terms, high=0.0)
    return shares


def _spot_rows(program: Program, problem: Problem, columns: Sequence[int]) -> None:
    """Spot needs its steady base, and several types where any of it is used."""
    spot = [i for i, choice in enumerate(problem.choices) if choice.purchase == "spot"]
    if not spot:
        return
    base = problem.spot.on_demand_base_percent / 100
    if base > 0:
        terms = {columns[i]: base * problem.capacity[i] for i in spot}
        for i in set(range(len(columns))) - set(spot):
            terms[columns[i]] = (base - 1) * problem.capacity[i]
        program.row(terms, high=0.0)
    least = problem.spot.min_instance_types or 1
    if least > 1:
        _diversify(program, problem, columns, spot, least)


def _diversify(program: Program, problem: Problem, columns: Sequence[int], spot: Sequence[int], least: int) -> None:
    """`used` is 1 where any spot is bought; `is_used[t]` is 1 only where at least one instance of type t is."""
    used = program.column(0.0, high=1.0)
    types: dict[str, list[int]] = defaultdict(list)
    for i in spot:
        types[problem.choices[i].kind.name].append(i)
    marks: dict[int, float] = {used: -float(least)}
    for of_type in types.values():
        mark = program.column(0.0, high=1.0)
        marks[mark] = 1.0
        program.row({**{columns[i]: 1.0 for i in of_type}, mark: -1.0}, low=0.0)
        for i in of_type:
            program.row({columns[i]: 1.0, used: -_most(problem, i)}, high=0.0)
    program.row(marks, low=0.0)


def _most(problem: Problem, index: int) -> float:
    """Instances of a choice that no cheapest plan exceeds: enough to serve everything alone, and the least counts."""
    capacity = problem.capacity[index]
    if problem.demand.buckets:
        amount = sum(max(bucket.load.values(), default=0.0) for bucket in problem.demand.buckets)
    else:
        amount = problem.demand.amount
    return (amount / capacity if capacity > 0 else 0.0) + problem.min_nodes + 1.0
