"""Which hosts stay and which are leased for part of the week: a covering model, solved to a proof by HiGHS.

Hours are cyclic. `level[h]` leased hosts come on top of the hosts that are always on; `starts[h]` and `ends[h]` are
leases that begin and end at hour h. Whoever releases the host that was leased first (as the Auto Scaling group does)
keeps each at least the minimum when no more start within it than are leased. A host starts builds once it is ready,
and none in its last hours that it could not finish.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import highspy

__all__ = ["MINIMUM_LEASE_HOURS", "LeasePlan", "Terms", "held_hosts", "plan_leases"]

MINIMUM_LEASE_HOURS = 24
"""Apple's licence: a host is allocated for at least 24 hours."""

_GAP = 0.005
"""A search ends at half a per cent. Most weeks are proved to the hour at once; a burst every day takes seconds."""
_TIDY_GAP = 0.02
_MOST_NODES = 2_000
"""Limit of a search, as a count: the same plan on any machine. No week that was measured came near it."""

_Row = Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a lease is bound to, in whole hours."""

    ready_hours: int
    """From the start of a lease until its host starts builds."""
    drain_hours: int
    """At the end of a lease, when builds that run still need their host."""
    scrub_hours: int
    """After a lease, when AWS still counts the host against the quota while it is cleaned."""
    always_on: int = 0
    """Hosts at least that are always on."""
    most_hosts: int | None = None
    """Hosts at most, those that are cleaned counted (the account's quota)."""

    @property
    def shortest(self) -> int:
        """Shortest lease that has an hour for builds."""
        return max(MINIMUM_LEASE_HOURS, self.ready_hours + self.drain_hours + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasePlan:
    """Hosts that stay, leases as (start hour, hours, count), and the bound on host-hours that the solver proved."""

    always_on: int
    leases: tuple[tuple[int, int, int], ...]
    leased: tuple[int, ...]
    host_hours: int
    bound_hours: float

    @property
    def gap_percent(self) -> float:
        """Distance from the proved bound, in per cent."""
        return 0.0 if self.host_hours == 0 else 100 * max(0.0, 1 - self.bound_hours / self.host_hours)


def plan_leases(needed: Sequence[int], terms: Terms) -> LeasePlan | None:
    """The fewest host-hours that give `needed` hosts able to start builds in each hour; None when no plan can."""
    found = _solved(_Model(needed, terms))
    if found is not None and any(length >= len(needed) for _, length, _ in found.leases):
        found = _solved(_Model(needed, terms, within_week=True))
    return found


def _solved(model: "_Model") -> LeasePlan | None:
    first = model.solve({0: float(model.hours), **{model.level(h): 1.0 for h in range(model.hours)}}, gap=_GAP)
    if first is None:
        return None
    hours = round(first.objective)
    model.fix_cost(hours)
    # Among plans of equal cost: most hosts that never change, then fewest leases, then the earliest.
    tidy = {0: -float(2_000 * model.hours), **{model.start(h): 1_000.0 + h for h in range(model.hours)}}
    second = model.solve(tidy, gap=_TIDY_GAP) or first
    bound = math.ceil(first.bound - 1e-6)
    return model.plan(second.values, bound=bound)


def held_hosts(plan: LeasePlan, terms: Terms) -> int:
    """Most hosts that the account holds at one time, those that are cleaned after a lease counted."""
    hours = len(plan.leased)
    held = list(plan.leased)
    for start, length, count in plan.leases:
        for hour in range(terms.scrub_hours):
            held[(start + length + hour) % hours] += count
    return max(held, default=0)


@dataclass(frozen=True, slots=True)
class _Solution:
    values: list[int]
    objective: float
    bound: float


class _Model:
    """Columns: always-on hosts, then level, starts and ends of each hour."""

    def __init__(self, needed: Sequence[int], terms: Terms, *, within_week: bool = False) -> None:
        self.hours, self.terms = len(needed), terms
        self.rows: list[tuple[float, float, _Row]] = []
        self.most = max([*needed, terms.always_on], default=0)
        self.can_lease = terms.shortest < self.hours
        for hour, hosts in enumerate(needed):
            self._flow(hour)
            self._minimum(hour)
            if within_week:
                self._within_week(hour)
            self._cover(hour, hosts)
            if terms.most_hosts is not None:
                self._quota(hour, terms.most_hosts)

    def level(self, hour: int) -> int:
        return 1 + hour % self.hours

    def start(self, hour: int) -> int:
        return 1 + self.hours + hour % self.hours

    def end(self, hour: int) -> int:
        return 1 + 2 * self.hours + hour % self.hours

    def _flow(self, hour: int) -> None:
        """Leased now is leased before, plus what starts, less what ends."""
        row = {self.level(hour): 1.0, self.level(hour - 1): -1.0, self.start(hour): -1.0, self.end(hour): 1.0}
        self.rows.append((0.0, 0.0, row))

    def _minimum(self, hour: int) -> None:
        """What started within the shortest lease is leased still."""
        if self.can_lease:
            recent = {self.start(hour - back): 1.0 for back in range(self.terms.shortest)}
            self.rows.append((-math.inf, 0.0, {**recent, self.level(hour): -1.0}))

    def _within_week(self, hour: int) -> None:
        """What is leased started within the week: no lease meets its own of the week before."""
        week = {self.start(hour - back): 1.0 for back in range(self.hours - 1)}
        self.rows.append((0.0, math.inf, {**week, self.level(hour): -1.0}))

    def _cover(self, hour: int, hosts: int) -> None:
        """Hosts that are leased, ready, and not about to leave."""
        row = {0: 1.0, self.level(hour): 1.0}
        row |= {self.start(hour - back): -1.0 for back in range(self.terms.ready_hours) if self.can_lease}
        row |= {self.end(hour + ahead): -1.0 for ahead in range(1, self.terms.drain_hours + 1) if self.can_lease}
        self.rows.append((float(hosts), math.inf, row))

    def _quota(self, hour: int, most: int) -> None:
        row = {0: 1.0, self.level(hour): 1.0}
        row |= {self.end(hour - back): 1.0 for back in range(min(self.terms.scrub_hours, self.hours))}
        self.rows.append((-math.inf, float(most), row))

    def fix_cost(self, hours: int) -> None:
        """Allow only plans of so many host-hours."""
        row = {0: float(self.hours), **{self.level(hour): 1.0 for hour in range(self.hours)}}
        self.rows.append((-math.inf, hours + 0.5, row))

    def solve(self, objective: _Row, *, gap: float) -> _Solution | None:
        """The least of an objective with its proved bound; None when no plan keeps every row."""
        import highspy  # noqa: PLC0415  (importing fleet must not load the solver)

        solver = _quiet_solver(gap)
        solver.passModel(self._lp(objective))
        solver.run()
        found = solver.getInfo()
        if found.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = [round(value) for value in solver.getSolution().col_value]
        bound = found.mip_dual_bound if math.isfinite(found.mip_dual_bound) else found.objective_function_value
        return _Solution(values, found.objective_function_value, bound)

    def _lp(self, objective: _Row) -> "highspy.HighsLp":
        import highspy  # noqa: PLC0415  (the same)
        import numpy as np  # noqa: PLC0415  (the same)

        count = 1 + 3 * self.hours
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = count, len(self.rows)
        costs = np.zeros(count)
        costs[list(objective)] = list(objective.values())
        top = float(self.most) if self.can_lease else 0.0
        lp.col_cost_ = costs
        lp.col_lower_ = np.array([float(self.terms.always_on)] + [0.0] * (count - 1))
        lp.col_upper_ = np.array([float(self.most)] + [top] * (count - 1))
        lp.row_lower_ = np.array([low for low, _, _ in self.rows])
        lp.row_upper_ = np.array([high for _, high, _ in self.rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(row) for _, _, row in self.rows)])
        lp.a_matrix_.index_ = np.array([column for _, _, row in self.rows for column in row])
        lp.a_matrix_.value_ = np.array([value for _, _, row in self.rows for value in row.values()])
        lp.integrality_ = [highspy.HighsVarType.kInteger] * count
        return lp

    def plan(self, values: Sequence[int], *, bound: float) -> LeasePlan:
        """The plan of a solution: what was leased first is released first."""
        starts = [values[self.start(hour)] for hour in range(self.hours)]
        ends = [values[self.end(hour)] for hour in range(self.hours)]
        swaps = [min(start, end) for start, end in zip(starts, ends, strict=True)]
        starts = [start - swap for start, swap in zip(starts, swaps, strict=True)]
        ends = [end - swap for end, swap in zip(ends, swaps, strict=True)]
        level = [values[self.level(hour)] for hour in range(self.hours)]
        hours = values[0] * self.hours + sum(level)
        return LeasePlan(
            always_on=values[0],
            leases=_first_out(starts, ends, level[-1]),
            leased=tuple(values[0] + hosts for hosts in level),
            host_hours=hours,
            bound_hours=min(bound, hours),
        )


def _quiet_solver(gap: float) -> "highspy.Highs":
    """A solver that writes nothing.

    Its Python constructor prints a banner to stdout, where results go: it is passed over, which costs callbacks only.
    """
    import highspy  # noqa: PLC0415  (importing fleet must not load the solver)

    solver = highspy.Highs.__new__(highspy.Highs)
    super(highspy.Highs, solver).__init__()
    options: dict[str, bool | float] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": 1,
        "mip_abs_gap": 0.5,  # host-hours are whole
        "mip_rel_gap": gap,
        "mip_max_nodes": _MOST_NODES,
        "mip_heuristic_run_feasibility_jump": False,  # measured: its solutions cost more time than they save here
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


def _first_out(starts: Sequence[int], ends: Sequence[int], running: int) -> tuple[tuple[int, int, int], ...]:
    """Leases as (start hour, hours, count) of a cyclic week in which `running` hosts are leased as it begins."""
    hours = len(starts)
    begun = [hour for hour in range(hours) for _ in range(starts[hour])]
    done = [hour for hour in range(hours) for _ in range(ends[hour])]
    found: dict[tuple[int, int], int] = {}
    for place, start in enumerate(begun):
        # The hosts that run as the week begins leave first: the host of this place leaves `running` places later.
        turn, position = divmod(place + running, len(done))
        length = turn * hours + done[position] - start
        found[(start, length)] = found.get((start, length), 0) + 1
    return tuple((start, length, count) for (start, length), count in sorted(found.items()))
