"""The model for inference and rendering: whole instances of several types and purchases in one region at least cost.

minimise   sum usd[o] * n[o]
demand     scalar:  sum capacity[o] * n[o] >= demand
           mix:     sum over kinds k of w[b, k] = 1                              for every bucket b
                    sum over b of w[b, k] * load[b, k] <= sum accelerators[o] * n[o]  for every kind k
quota      n[o] <= limit of the option; sum over options of one quota code <= limit
spot       sum capacity[o] * n[o] over steady o >= base * the same sum over all o;
           at least m types where spot is used at all
least      sum n[o] >= min_nodes
n whole, w >= 0. A kind is an accelerator key, so that w has buckets x kinds columns whatever the number of types.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fleet.planner.milp import Limits, Program, Solution, solve
from fleet.spec.model import SpotLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Instances that the model may buy: what one of them costs over the hours, and what it serves."""

    type_name: str
    kind: str
    """Accelerator key."""
    usd: float
    capacity: float
    """Of the scalar demand; accelerators, where the demand is in buckets."""
    spot: bool = False
    at_most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Requests of one size, as the accelerators that all of them need."""

    load: Mapping[str, float]
    """Accelerator key -> accelerators that the whole bucket keeps busy."""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What must be served: a scalar amount, or buckets."""

    amount: float = 0.0
    buckets: Sequence[Bucket] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """Options (by index) that count against one quota: each takes so much, all of them at most `limit`."""

    takes: Mapping[int, float]
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the model needs."""

    options: Sequence[Option]
    demand: Demand
    spot: SpotLimits = field(default_factory=SpotLimits)
    min_nodes: int = 0
    quotas: Sequence[QuotaRow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Counts in the order of the options, the share of each bucket by kind, and what was proved."""

    solution: Solution
    counts: tuple[int, ...]
    shares: tuple[Mapping[str, float], ...]


def serve(problem: Problem, limits: Limits) -> Serving:
    """The cheapest counts that serve the demand."""
    program = Program()
    columns = [program.column(option.usd, high=option.at_most) for option in problem.options]
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
            terms = {c: option.capacity for c, option in zip(columns, problem.options, strict=True)}
            program.row(terms, low=problem.demand.amount)
        return []
    supply: dict[str, dict[int, float]] = defaultdict(dict)
    for column, option in zip(columns, problem.options, strict=True):
        supply[option.kind][column] = -option.capacity
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
    spot = [i for i, option in enumerate(problem.options) if option.spot]
    if not spot:
        return
    base = problem.spot.on_demand_base_percent / 100
    if base > 0:
        terms = {columns[i]: base * problem.options[i].capacity for i in spot}
        for i in set(range(len(columns))) - set(spot):
            terms[columns[i]] = (base - 1) * problem.options[i].capacity
        program.row(terms, high=0.0)
    least = problem.spot.min_instance_types or 1
    if least > 1:
        _diversify(program, problem, columns, spot, least)


def _diversify(program: Program, problem: Problem, columns: Sequence[int], spot: Sequence[int], least: int) -> None:
    """`used` is 1 where any spot is bought; `is_used[t]` is 1 only where at least one instance of type t is."""
    used = program.column(0.0, high=1.0)
    types: dict[str, list[int]] = defaultdict(list)
    for i in spot:
        types[problem.options[i].type_name].append(i)
    marks: dict[int, float] = {used: -float(least)}
    for of_type in types.values():
        mark = program.column(0.0, high=1.0)
        marks[mark] = 1.0
        program.row({**{columns[i]: 1.0 for i in of_type}, mark: -1.0}, low=0.0)
        for i in of_type:
            program.row({columns[i]: 1.0, used: -_most(problem, i)}, high=0.0)
    program.row(marks, low=0.0)


def _most(problem: Problem, index: int) -> float:
    """Instances of an option that no cheapest plan exceeds: enough to serve everything alone, and the least counts."""
    capacity = problem.options[index].capacity
    if problem.demand.buckets:
        amount = sum(max(bucket.load.values(), default=0.0) for bucket in problem.demand.buckets)
    else:
        amount = problem.demand.amount
    return (amount / capacity if capacity > 0 else 0.0) + problem.min_nodes + 1.0
