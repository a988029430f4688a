"""Which hosts stay and which are leased for part of the week: a covering model, solved to a proof by HiGHS.

Hours are cyclic. `level[h]` leased hosts come on top of the hosts that are always on; `starts[h]` and `ends[h]` are
leases that begin and end at hour h. Whoever releases the host that was leased first (as the Auto Scaling group does)
keeps each at least the minimum when no more start within it than are leased. A host starts builds once it is ready,
and none in its last hours that it could not finish.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleet.planner.milp import Limits, Program, solve

__all__ = [
    "MINIMUM_LEASE_HOURS",
    "Cover",
    "LeasePlan",
    "Terms",
    "cover",
    "held_hosts",
    "least_hours",
    "plan_leases",
    "tidy_leases",
]

MINIMUM_LEASE_HOURS = 24
"""Apple's licence: a host is allocated for at least 24 hours."""

_GAP = 0.005
"""A search ends at half a per cent. Most weeks are proved to the hour at once; a burst every day takes seconds."""
_TIDY_GAP = 0.02
_ROUNDING = 1e-6
_MOST_NODES = 2_000
"""Limit of a search, as a count: the same plan on any machine. No week that was measured came near it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A week that is covered, its leases in no particular order yet: its host-hours and the bound on them."""

    values: tuple[int, ...]
    host_hours: int
    bound_hours: int


def plan_leases(needed: Sequence[int], terms: Terms) -> LeasePlan | None:
    """The fewest host-hours that give `needed` hosts able to start builds in each hour; None when no plan can."""
    found = cover(needed, terms)
    return None if found is None else tidy_leases(needed, terms, found)


def least_hours(needed: Sequence[int], terms: Terms) -> float:
    """A bound on the host-hours that is quick to know: of leases of parts of hosts. Infinite when no plan can."""
    model = _Model(needed, terms)
    found = solve(model.program(model.every_hour(), whole=False), Limits())
    return found.bound - _ROUNDING if found.values else math.inf


def cover(needed: Sequence[int], terms: Terms) -> Cover | None:
    """The fewest host-hours; a lease may still meet its own of the week before."""
    return _cover(_Model(needed, terms))


def tidy_leases(needed: Sequence[int], terms: Terms, found: Cover) -> LeasePlan | None:
    """The leases of a week that is covered, with no more host-hours unless a lease would last for a week."""
    plan = _tidied(_Model(needed, terms), found)
    if all(length < len(needed) for _, length, _ in plan.leases):
        return plan
    model = _Model(needed, terms, within_week=True)
    again = _cover(model)
    return None if again is None else _tidied(model, again)


def _cover(model: "_Model") -> Cover | None:
    found = solve(model.program(model.every_hour()), Limits(relative_gap=_GAP, nodes=_MOST_NODES))
    if not found.values:
        return None
    hours = round(found.cost)
    values = tuple(round(value) for value in found.values)
    return Cover(values=values, host_hours=hours, bound_hours=min(hours, math.ceil(found.bound - _ROUNDING)))


def _tidied(model: "_Model", found: Cover) -> LeasePlan:
    # Among plans of equal cost: most hosts that never change, then fewest leases, then the earliest.
    tidy = {0: -float(2_000 * model.hours), **{model.start(hour): 1_000.0 + hour for hour in range(model.hours)}}
    program = model.program(tidy)
    program.row(model.every_hour(), high=found.host_hours + 0.5)
    second = solve(program, Limits(relative_gap=_TIDY_GAP, nodes=_MOST_NODES))
    values = [round(value) for value in second.values or found.values]
    return model.plan(values, bound=found.bound_hours)


def held_hosts(plan: LeasePlan, terms: Terms) -> int:
    """Most hosts that the account holds at one time, those that are cleaned after a lease counted."""
    hours = len(plan.leased)
    held = list(plan.leased)
    for start, length, count in plan.leases:
        for hour in range(terms.scrub_hours):
            held[(start + length + hour) % hours] += count
    return max(held, default=0)


class _Model:
    """Columns: always-on hosts, then level, starts and ends of each hour."""

    def __init__(self, needed: Sequence[int], terms: Terms, *, within_week: bool = False) -> None:
        self.hours, self.terms, self.needed, self.within_week = len(needed), terms, needed, within_week
        self.can_lease = terms.shortest < self.hours

    def every_hour(self) -> dict[int, float]:
        """Columns of host-hours."""
        return {0: float(self.hours), **{self.level(hour): 1.0 for hour in range(self.hours)}}

    def program(self, costs: Mapping[int, float], *, whole: bool = True) -> Program:
        """The week, at so much for a unit of each column."""
        program = Program()
        most = float(max([*self.needed, self.terms.always_on], default=0))
        program.column(costs.get(0, 0.0), low=float(self.terms.always_on), high=most, integer=whole)
        for column in range(1, 1 + 3 * self.hours):
            program.column(costs.get(column, 0.0), high=most if self._may_have(column) else 0.0, integer=whole)
        for hour, hosts in enumerate(self.needed):
            self._add_hour(program, hour, hosts)
        return program

    def _may_have(self, column: int) -> bool:
        """Whether a column is needed at all.

        A lease whose first ready hour needs no host may as well start, and end if it is of the shortest, an hour later:
        it loses nothing and costs no more. Only a quota, which counts hosts that are cleaned, may forbid that.
        """
        first = self.start(0)
        if not self.can_lease or self.terms.most_hosts is not None or not first <= column < first + self.hours:
            return self.can_lease
        return self.needed[(column - first + self.terms.ready_hours) % self.hours] > 0

    def level(self, hour: int) -> int:
        return 1 + hour % self.hours

    def start(self, hour: int) -> int:
        return 1 + self.hours + hour % self.hours

    def end(self, hour: int) -> int:
        return 1 + 2 * self.hours + hour % self.hours

    def _add_hour(self, program: Program, hour: int, hosts: int) -> None:
        level, terms = self.level(hour), self.terms
        # Leased now is leased before, plus what starts, less what ends.
        flow = {level: 1.0, self.level(hour - 1): -1.0, self.start(hour): -1.0, self.end(hour): 1.0}
        program.row(flow, low=0.0, high=0.0)
        if self.can_lease:
            # What started within the shortest lease is leased still.
            program.row({**self._starts(hour, terms.shortest, 1.0), level: -1.0}, high=0.0)
        if self.within_week:
            # What is leased started within the week: no lease meets its own of the week before.
            program.row({**self._starts(hour, self.hours - 1, 1.0), level: -1.0}, low=0.0)
        # Hosts that are leased, ready, and not about to leave.
        able = {0: 1.0, level: 1.0}
        if self.can_lease:
            able |= self._starts(hour, terms.ready_hours, -1.0)
            able |= {self.end(hour + ahead): -1.0 for ahead in range(1, terms.drain_hours + 1)}
        program.row(able, low=float(hosts))
        if terms.most_hosts is not None:
            cleaned = {self.end(hour - back): 1.0 for back in range(min(terms.scrub_hours, self.hours))}
            program.row({0: 1.0, level: 1.0, **cleaned}, high=float(terms.most_hosts))

    def _starts(self, hour: int, hours: int, share: float) -> dict[int, float]:
        """Leases that started in an hour or in the hours before it."""
        return {self.start(hour - back): share for back in range(hours)}

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
