"""A small mixed-integer program as plain values, and HiGHS behind one function.

The solver runs on one thread with fixed seeds and a limit on nodes, so that the same program gives the same answer on
any machine unless the time limit strikes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fleet.vocabulary import Status

if TYPE_CHECKING:
    import highspy

_FEASIBILITY = 1e-9
_PROVED = 1e-6
"""A relative gap below which cost and bound differ by rounding only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`low <= sum(coefficient * column) <= high`; None is no limit."""

    terms: Mapping[int, float]
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class Program:
    """Minimise the cost of columns under rows. Filled by one function, then solved."""

    costs: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float | None] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, cost: float, *, low: float = 0.0, high: float | None = None, integer: bool = True) -> int:
        """Add a column; its index."""
        self.costs.append(cost)
        self.lows.append(low)
        self.highs.append(high)
        self.integer.append(integer)
        return len(self.costs) - 1

    def row(self, terms: Mapping[int, float], *, low: float | None = None, high: float | None = None) -> None:
        """Add a row."""
        self.rows.append(Row(terms=terms, low=low, high=high))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When the solver may stop: a relative gap, a number of nodes, and seconds as the last resort."""

    relative_gap: float = 0.0
    nodes: int = 50_000
    seconds: float = 30.0
    restarts: bool = True
    """Whether the root may be solved anew once columns are fixed: half the time of a search of a few hundred nodes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What the solver found and proved. `values` is empty when it found nothing."""

    status: Status
    values: tuple[float, ...]
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the cost may be from the optimum, relative to the cost."""
        return max(0.0, self.cost - self.bound) / abs(self.cost) if self.cost else 0.0


def solve(program: Program, limits: Limits) -> Solution:
    """The best solution within the limits, with the bound that the solver proved."""
    solver = quiet_solver()
    for option, value in _options(limits).items():
        solver.setOptionValue(option, value)
    solver.passModel(_model(program))
    run(solver)
    return _solution(solver, program)


def quiet_solver() -> "highspy.Highs":
    """A solver that writes nothing to stdout, where results go.

    The constructor of `highspy.Highs` registers callbacks before anything can be silenced, and that prints a banner; it
    is passed over, which costs the callbacks (not needed here) and nothing else.
    """
    import highspy  # noqa: PLC0415  (importing fleet must not load the solver)

    solver = highspy.Highs.__new__(highspy.Highs)
    super(highspy.Highs, solver).__init__()
    solver.setOptionValue("output_flag", False)  # noqa: FBT003  (the solver's own signature)
    return solver


def run(solver: "highspy.Highs") -> None:
    """Run a solver; RuntimeError when it refuses, which must not pass for a model without a solution.

    One pool of threads serves all models of a process. Where other code has started it with more threads than ours, the
    solver refuses until the pool is let go.
    """
    import highspy  # noqa: PLC0415  (importing fleet must not load the solver)

    untried = highspy.HighsModelStatus.kNotset
    # An error with another status is a solution that misses a tolerance by a hair; who asked reads that from it.
    if solver.run() != highspy.HighsStatus.kError or solver.getModelStatus() != untried:
        return
    highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003  (the solver's own signature: wait until it is gone)
    if solver.run() == highspy.HighsStatus.kError and solver.getModelStatus() == untried:
        raise RuntimeError("HiGHS refused to solve a model of the planner; set output_flag in milp.py to see why")


def _options(limits: Limits) -> dict[str, bool | int | float]:
    return {
        "threads": 1,
        "random_seed": 0,
        "mip_rel_gap": limits.relative_gap,
        "mip_abs_gap": 0.0,
        "mip_max_nodes": limits.nodes,
        "mip_allow_restart": limits.restarts,
        "time_limit": limits.seconds,
        "primal_feasibility_tolerance": _FEASIBILITY,
        "mip_feasibility_tolerance": _FEASIBILITY,
    }


def _model(program: Program) -> "highspy.HighsLp":
    import highspy  # noqa: PLC0415  (importing fleet must not load the solver)
    import numpy as np  # noqa: PLC0415  (the same)

    infinity = highspy.kHighsInf
    model = highspy.HighsLp()
    model.num_col_ = len(program.costs)
    model.num_row_ = len(program.rows)
    model.col_cost_ = np.array(program.costs, dtype=np.double)
    model.col_lower_ = np.array(program.lows, dtype=np.double)
    model.col_upper_ = np.array([infinity if high is None else high for high in program.highs], dtype=np.double)
    model.row_lower_ = np.array([-infinity if r.low is None else r.low for r in program.rows], dtype=np.double)
    model.row_upper_ = np.array([infinity if r.high is None else r.high for r in program.rows], dtype=np.double)
    kinds = highspy.HighsVarType
    model.integrality_ = [kinds.kInteger if integer else kinds.kContinuous for integer in program.integer]
    starts = np.cumsum([0, *(len(r.terms) for r in program.rows)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array([i for r in program.rows for i in r.terms], dtype=np.int32)
    model.a_matrix_.value_ = np.array([v for r in program.rows for v in r.terms.values()], dtype=np.double)
    return model


def _solution(solver: "highspy.Highs", program: Program) -> Solution:
    import highspy  # noqa: PLC0415  (importing fleet must not load the solver)

    status = solver.getModelStatus()
    found = solver.getInfo()
    ends = highspy.HighsModelStatus
    if status in {ends.kInfeasible, ends.kUnboundedOrInfeasible}:
        return Solution(status="infeasible", values=(), cost=0.0, bound=0.0)
    timed_out = status == ends.kTimeLimit
    if found.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solution(status="timed_out", values=(), cost=0.0, bound=0.0)
    raw = solver.getSolution().col_value
    values = tuple(round(v) if whole else v for v, whole in zip(raw, program.integer, strict=True))
    cost = sum(c * v for c, v in zip(program.costs, values, strict=True))
    bound = min(cost, float(found.mip_dual_bound if any(program.integer) else found.objective_function_value))
    proved = cost - bound <= _PROVED * max(1.0, abs(cost))
    name: Status = "timed_out" if timed_out else "optimal" if proved else "feasible"
    return Solution(status=name, values=values, cost=cost, bound=bound)
