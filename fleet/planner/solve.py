"""The plan of a whole fleet: each cluster and workload planned in turn, limits handed on, parts joined."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial, reduce

from fleet.catalog import Catalog
from fleet.planner.assemble import assemble
from fleet.planner.clashes import smallest_clash
from fleet.planner.commitments import current, in_order, less, without_plans
from fleet.planner.coverage import paid_by_plans
from fleet.planner.covering import cheapest_cover, cover
from fleet.planner.keep import cost, gone, instances, settled, staying_usd
from fleet.planner.limits import limits_of
from fleet.planner.own_nodes import How
from fleet.planner.packing import NEAR
from fleet.planner.part import Part
from fleet.planner.quotas import Quotas
from fleet.planner.steps import Left, Step, steps_of
from fleet.planner.together import Alone, Together, bound_of, together
from fleet.plans.model import Change, Conflict, Plan
from fleet.spec.model import FleetSpec, Service

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
    if found.conflicts and not any(c.proved or not c.is_budget for c in found.conflicts):
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
    kept_usd: Decimal = Decimal(0)
    """What moving the instances that stay where a lock has them would have to save."""

    @property
    def homeless(self) -> list[str]:
        """Steps without a plan."""
        return [name for name, part in self.parts.items() if part.status == "infeasible"]

    @property
    def usd(self) -> Decimal:
        """What all parts cost."""
        return sum(map(cost, self.parts.values()), Decimal(0))

    @property
    def rank(self) -> tuple[int, Decimal]:
        """Fewer steps without a plan first, then the cheaper, then that which moves less."""
        return len(self.homeless), self.usd - self.kept_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """All steps, what they have together, and how they share savings plans where any are owned."""

    steps: Sequence[Step]
    start: Left
    shared: Together | None


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
        whole = self._whole()
        steps, start = whole.steps, whole.start
        best = self._round(whole, steps, {})
        if whole.shared is not None and not _is_enough(whole, best):
            # Whole instances seldom come to exactly the shares: the first ones may also take what they like.
            greedy = replace(whole, shared=replace(whole.shared, shares={}))
            best = min(best, self._round(greedy, steps, {}), key=lambda found: found.rank)
        if not best.homeless or not start.quotas.allowed or len(steps) == 1:
            return best
        if any(self._alone(name, self.spec) is None for name in best.homeless):
            # What not even everything is enough for, no order helps.
            return best
        # What is planned first takes the quota: what found no room goes first.
        first = [step for step in steps if step.name in best.homeless]
        others = self._round(whole, [*first, *(step for step in steps if step not in first)], {})
        best = min(best, others, key=lambda found: found.rank)
        if not best.homeless:
            return best
        # Each step leaves the later ones what they need when they are frugal.
        reserved = {step.name: self._frugal(step, start) for step in steps}
        if any(part.status == "infeasible" for part in reserved.values()):
            return best
        return min(best, self._round(whole, steps, reserved), key=lambda found: found.rank)

    def _whole(self) -> _Whole:
        steps = steps_of(self.spec, self.catalog, self.today, self.how)
        start = Left(quotas=Quotas.of(self.spec, self.catalog), spec=current(self.spec, self.today))
        if not in_order(start.spec):
            return _Whole(steps=steps, start=start, shared=None)
        self._say("sharing savings plans")
        alone = [Alone(step=step, owning=step.plan(start), listed=step.plan(start.uncommitted)) for step in steps]
        return _Whole(steps=steps, start=start, shared=together(alone, start, NEAR))

    def _say(self, what: str) -> None:
        if self.progress is not None:
            self.progress(what)

    def conflicts(self, found: _Round) -> Iterator[Conflict]:
        """The smallest clashing set of each step without a plan; of all together where each alone has one."""
        crowded = False
        for name in found.homeless:
            if self._alone(name, self.spec) is not None:
                crowded = True
                continue
            limits = limits_of(self.spec, self.catalog, self._members(name), self.today)
            clash = smallest_clash(self.spec, limits, partial(self._alone, name), partial(self._ruled_out, name))
            yield from clash or found.parts[name].conflicts
        if crowded:
            names = [workload.name for workload in self.spec.workloads]
            quotas = [
                x for x in limits_of(self.spec, self.catalog, names, self.today) if x.constraint.startswith("quota")
            ]
            yield from smallest_clash(self.spec, quotas, self._together, lambda _: False)

    def _members(self, step: str) -> list[str]:
        return [
            w.name
            for w in self.spec.workloads
            if w.name == step or (isinstance(w, Service) and f"cluster {w.cluster}" == step)
        ]

    def _alone(self, name: str, spec: FleetSpec) -> Sequence[Part] | None:
        """One step's plan under another spec, from everything: any plan, for only whether there is one is asked."""
        step, everything = self._step(name, spec)
        if step.rules_out(everything):
            return None
        part = step.plan(everything)
        return None if part.status == "infeasible" else [part]

    def _ruled_out(self, name: str, spec: FleetSpec) -> bool:
        """Whether one step has surely no plan under another spec; what is no cluster is solved exactly, and quickly."""
        step, everything = self._step(name, spec)
        return step.rules_out(everything) or (step.cluster is None and step.plan(everything).status == "infeasible")

    def _step(self, name: str, spec: FleetSpec) -> tuple[Step, Left]:
        """A step under another spec, and everything that there is under it."""
        step = next(step for step in steps_of(spec, self.catalog, self.today) if step.name == name)
        return step, Left(quotas=Quotas.of(spec, self.catalog), spec=without_plans(spec), near=math.inf)

    def _together(self, spec: FleetSpec) -> Sequence[Part] | None:
        """All steps under another spec."""
        found = replace(self, spec=without_plans(spec), previous=None, progress=None).best()
        return None if found.homeless else list(found.parts.values())

    def _frugal(self, step: Step, start: Left) -> Part:
        """The step's plan that takes least of the quotas."""
        return step.plan(start.uncommitted, toll=dict.fromkeys(start.quotas.free, _FRUGAL))

    def _round(self, whole: _Whole, steps: Sequence[Step], reserved: Mapping[str, Part]) -> _Round:
        """Each step from what the ones before it leave, and from what is reserved for the ones after it."""
        left, parts, changes = whole.start, dict[str, Part](), dict[str, Change]()
        bound = Decimal(0) if whole.shared is None else whole.shared.bound_usd
        for place, step in enumerate(steps):
            self._say(f"planning {step.name}")
            room = _room(whole, left, steps[place + 1 :], reserved)
            part = self._fresh(whole, step, room)
            if whole.shared is None:
                bound += _bound(step, part, room, whole.start)
            if part.status == "infeasible" and reserved and left.quotas.fits(reserved[step.name].allocations):
                part = reserved[step.name]
            parts[step.name] = self._settled(step, room, part, changes)
            left = left.less(parts[step.name])
        found = _Round(parts=parts, left=left, changes=changes, bound_usd=bound, kept_usd=self._kept(parts))
        return self._exchanged(whole, steps, found)

    def _kept(self, parts: Mapping[str, Part]) -> Decimal:
        if self.previous is None:
            return Decimal(0)
        allocations = [item for part in parts.values() for item in part.allocations]
        share = Decimal(str(self.spec.planner.keep_unless_saving_percent)) / 100
        return share * staying_usd(allocations, instances(self.previous.allocations))

    def _exchanged(self, whole: _Whole, steps: Sequence[Step], found: _Round) -> _Round:
        """Each step once more, from what all others leave of savings plans, where something is left to gain."""
        for step in steps:
            if len(steps) == 1 or _is_enough(whole, found):
                break
            self._say(f"planning {step.name} again")
            others = {name: part for name, part in found.parts.items() if name != step.name}
            room, moved = reduce(Left.less, others.values(), whole.start), dict[str, Change]()
            part = self._settled(step, room, self._fresh(whole, step, room), moved)
            parts = {**found.parts, step.name: part}
            changes = {name: change for name, change in found.changes.items() if name != step.name} | moved
            again = replace(found, parts=parts, left=room.less(part), changes=changes, kept_usd=self._kept(parts))
            found = min(found, again, key=lambda some: some.rank)
        return found

    def _settled(self, step: Step, room: Left, fresh: Part, changes: dict[str, Change]) -> Part:
        """The part that a lock leaves of a fresh one; what moves is added to `changes`."""
        if self.previous is None:
            return fresh
        percent = self.spec.planner.keep_unless_saving_percent
        part, change = settled(step, room, fresh, self.previous, percent, partial(self._paid, room))
        changes |= {} if change is None else {step.name: change}
        return part

    def _fresh(self, whole: _Whole, step: Step, room: Left) -> Part:
        """The cheapest part found: planned with savings plans, or without them and then paid by them.

        What the zones of a cluster each leave of a plan may come to more nodes: those are paid last.
        """
        part = step.plan(room)
        if whole.shared is None:
            return part
        part = self._paid(room.less(part), part)
        same = room.quotas.free == whole.start.quotas.free
        plain = whole.shared.listed[step.name] if same else step.plan(room.uncommitted)
        found = [some for some in (self._paid(room, plain), part) if some.status != "infeasible"]
        best = min(found, key=cost, default=part)
        hurried = whole.shared.timed_out and best.status != "infeasible"
        return replace(best, status="timed_out") if hurried else best

    def _paid(self, left: Left, part: Part) -> Part:
        return paid_by_plans(part, left.spec, self.catalog, self.today)


def _room(whole: _Whole, left: Left, later: Sequence[Step], reserved: Mapping[str, Part]) -> Left:
    """What is left without what is reserved for later steps, and without their shares of savings plans."""
    taken = [item for step in later if reserved for item in reserved[step.name].allocations]
    room = replace(left, quotas=left.quotas.less(taken))
    if whole.shared is None:
        return room
    shares = whole.shared.shares
    return replace(room, spec=less(room.spec, (shares.get(step.name, {}) for step in later)))


def _is_enough(whole: _Whole, found: _Round) -> bool:
    """Whether a better use of savings plans would gain little."""
    return whole.shared is None or bool(found.homeless) or float(found.usd) <= whole.shared.mixed_usd * (1 + NEAR)


def _bound(step: Step, part: Part, room: Left, start: Left) -> Decimal:
    """The step's lower bound from everything: what others took is their plan's choice, not a law."""
    is_limited = room.quotas.free != start.quotas.free and part.status != "infeasible"
    return min(bound_of(part), bound_of(step.plan(start))) if is_limited else bound_of(part)
