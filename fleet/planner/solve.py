"""The plan of a whole fleet: each cluster and workload planned in turn, limits handed on, parts joined."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from fleet.catalog import Catalog
from fleet.money import HOURS_PER_MONTH
from fleet.planner.assemble import assemble
from fleet.planner.clashes import smallest_clash
from fleet.planner.commitments import current, in_order
from fleet.planner.coverage import least_usd, paid_by_plans
from fleet.planner.covering import cheapest_cover, cover
from fleet.planner.keep import cost, gone, settled
from fleet.planner.limits import limits_of
from fleet.planner.own_nodes import How
from fleet.planner.part import Part
from fleet.planner.quotas import Quotas
from fleet.planner.steps import Left, Step, steps_of
from fleet.plans.model import Change, Conflict, Plan
from fleet.spec.model import FleetSpec, Service, Training

Progress = Callable[[str], None]

_FRUGAL = 10.0
"""USD an hour for a unit of a quota: far above what any vCPU costs, so that units are saved before money."""


def plan(
    spec: FleetSpec, catalog: Catalog, *, today: date, previous: Plan | None = None, progress: Progress | None = None
) -> Plan:
    """The cheapest fleet found, with its proof; a pure function of its arguments.

    `previous` is a plan of which only what pays more than `planner.keep_unless_saving_percent` is changed. A fleet that
    cannot be had is a plan with status `infeasible`, no allocations, and the constraints that clash.
    """
    found = _planned(spec, catalog, today, previous, progress)
    if found.status == "infeasible" and previous is not None:
        # What is kept may be too dear for a budget that a new plan keeps.
        found = _planned(spec, catalog, today, None, progress)
    if found.conflicts and not any(conflict.proved for conflict in found.conflicts):
        # So may be the few groups of instances for which a little more was spent.
        return _planned(spec, catalog, today, None, progress, cheapest_cover)
    return found


def _planned(
    spec: FleetSpec, catalog: Catalog, today: date, previous: Plan | None, progress: Progress | None, how: How = cover
) -> Plan:
    walk = _Walk(spec=spec, catalog=catalog, today=today, previous=previous, progress=progress, how=how)
    round_ = walk.best()
    steps = steps_of(spec, catalog, today)
    parts = [round_.parts[step.name] for step in steps]
    if round_.homeless:
        conflicts = tuple(walk.conflicts(round_))
        parts = [replace(part, conflicts=()) if part.status == "infeasible" else part for part in parts]
        parts.append(Part(status="infeasible", conflicts=conflicts))
    changes = None
    if previous is not None:
        changes = [*(round_.changes[s.name] for s in steps if s.name in round_.changes), *gone(steps, previous)]
    return assemble(
        spec, catalog, parts, round_.left.quotas, today=today, bound_usd=round_.bound_usd, left=round_.left.spec,
        changes=changes, previous=previous,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """All steps in one order: their parts by name, what they leave, what moved, and what all of them cannot beat."""

    parts: Mapping[str, Part]
    left: Left
    changes: Mapping[str, Change]
    bound_usd: Decimal

    @property
    def homeless(self) -> list[str]:
        """Steps without a plan."""
        return [name for name, part in self.parts.items() if part.status == "infeasible"]

    @property
    def rank(self) -> tuple[int, Decimal]:
        """Fewer steps without a plan first, then the cheaper."""
        return len(self.homeless), sum((cost(part) for part in self.parts.values()), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Rounds over the steps of a fleet."""

    spec: FleetSpec
    catalog: Catalog
    today: date
    previous: Plan | None
    progress: Progress | None
    how: How

    def best(self) -> _Round:
        """The round in the order of the spec; where quotas leave some without a plan, the best of other ways."""
        steps = steps_of(self.spec, self.catalog, self.today, self.how)
        start = Left(quotas=Quotas.of(self.spec, self.catalog), spec=current(self.spec, self.today))
        best = self._round(steps, start, {})
        if not best.homeless or not start.quotas.allowed or len(steps) == 1:
            return best
        if any(self._alone(name, self.spec) is None for name in best.homeless):
            # What not even everything is enough for, no order helps.
            return best
        # What is planned first takes the quota: what found no room goes first.
        first = [step for step in steps if step.name in best.homeless]
        others = self._round([*first, *(step for step in steps if step not in first)], start, {})
        best = min(best, others, key=lambda found: found.rank)
        if not best.homeless:
            return best
        # Each step leaves the later ones what they need when they are frugal.
        reserved = {step.name: self._frugal(step, start) for step in steps}
        if any(part.status == "infeasible" for part in reserved.values()):
            return best
        return min(best, self._round(steps, start, reserved), key=lambda found: found.rank)

    def conflicts(self, found: _Round) -> Iterator[Conflict]:
        """The smallest clashing set of each step without a plan; of all together where each alone has one."""
        crowded = False
        for name in found.homeless:
            if self._alone(name, self.spec) is not None:
                crowded = True
                continue
            limits = limits_of(self.spec, self.catalog, self._members(name), self.today)
            clash = smallest_clash(self.spec, limits, partial(self._alone, name))
            yield from clash or found.parts[name].conflicts
        if crowded:
            names = [workload.name for workload in self.spec.workloads]
            quotas = [
                x for x in limits_of(self.spec, self.catalog, names, self.today) if x.constraint.startswith("quota")
            ]
            yield from smallest_clash(self.spec, quotas, self._together)

    def _members(self, step: str) -> list[str]:
        return [
            w.name
            for w in self.spec.workloads
            if w.name == step or (isinstance(w, Service) and f"cluster {w.cluster}" == step)
        ]

    def _alone(self, name: str, spec: FleetSpec) -> Sequence[Part] | None:
        """One step's plan under another spec, from everything: any plan, for only whether there is one is asked."""
        step = next(step for step in steps_of(spec, self.catalog, self.today) if step.name == name)
        everything = Left(quotas=Quotas.of(spec, self.catalog), spec=current(spec, self.today), near=math.inf)
        if step.rules_out(everything):
            return None
        part = step.plan(everything)
        return None if part.status == "infeasible" else [part]

    def _together(self, spec: FleetSpec) -> Sequence[Part] | None:
        """All steps under another spec."""
        found = replace(self, spec=spec, previous=None, progress=None).best()
        return None if found.homeless else list(found.parts.values())

    def _frugal(self, step: Step, start: Left) -> Part:
        """The step's plan that takes least of the quotas."""
        return step.plan(start.uncommitted, toll=dict.fromkeys(start.quotas.free, _FRUGAL))

    def _round(self, steps: Sequence[Step], start: Left, reserved: Mapping[str, Part]) -> _Round:
        """Each step from what the ones before it leave, and from what is reserved for the ones after it."""
        left, parts, changes = start, dict[str, Part](), dict[str, Change]()
        alone, bare = Decimal(0), Decimal(0)
        for place, step in enumerate(steps):
            if self.progress is not None:
                self.progress(f"planning {step.name}")
            later = [reserved[after.name].allocations for after in steps[place + 1 :] if reserved]
            room = replace(left, quotas=left.quotas.less([item for some in later for item in some]))
            fresh, own_bound, bare_bound = self._fresh(step, room, start)
            if fresh.status == "infeasible" and reserved and left.quotas.fits(reserved[step.name].allocations):
                fresh = reserved[step.name]
            part = fresh
            if self.previous is not None:
                percent = self.spec.planner.keep_unless_saving_percent
                part, change = settled(step, room, fresh, self.previous, percent, partial(self._paid, room))
                if change is not None:
                    changes[step.name] = change
            left = left.less(part)
            parts[step.name] = part
            alone, bare = alone + own_bound, bare + bare_bound
        bound = max(alone, least_usd(bare, start.spec, self.catalog, self._most_hours))
        return _Round(parts=parts, left=left, changes=changes, bound_usd=bound)

    def _fresh(self, step: Step, room: Left, start: Left) -> tuple[Part, Decimal, Decimal]:
        """The cheapest part found from what is left, with the step's lower bounds from everything.

        What others took is their plan's choice, not a law: bounds are those of the step alone, with savings plans
        (which then count for every step) and without.
        """
        is_limited = room.spec != start.spec or room.quotas.free != start.quotas.free
        part = step.plan(room)
        alone = step.plan(start) if is_limited and part.status != "infeasible" else part
        own = min(_bound(part), _bound(alone))
        if not in_order(start.spec):
            return part, own, own
        plain = step.plan(room.uncommitted)
        listed = step.plan(start.uncommitted) if is_limited and plain.status != "infeasible" else plain
        found = [some for some in (self._paid(room, plain), part) if some.status != "infeasible"]
        return min(found, key=cost, default=part), own, min(_bound(plain), _bound(listed))

    def _paid(self, left: Left, part: Part) -> Part:
        return paid_by_plans(part, left.spec, self.catalog, self.today)

    @property
    def _most_hours(self) -> Decimal:
        """Hours that a commitment can count for in a month's cost and in one-off jobs together."""
        jobs = [w.deadline_days for w in self.spec.workloads if isinstance(w, Training)]
        return HOURS_PER_MONTH + Decimal(str(24 * max(jobs, default=0.0)))


def _bound(part: Part) -> Decimal:
    return part.monthly_bound_usd + part.one_off_bound_usd
