"""Inference and rendering: what runs all month, solved exactly in each region, the cheapest region taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fleet.money import HOURS_PER_MONTH, usd
from fleet.planner.accelerators import allocate, quota
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.clashes import conflict, lack_throughput
from fleet.planner.accelerators.market import Market, survey
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.serving import Demand, Option, Problem, QuotaRow, Serving, serve
from fleet.planner.accelerators.turned_down import rejections
from fleet.planner.milp import Limits
from fleet.planner.part import Part
from fleet.spec.model import Inference, Rendering

Capacity = Callable[[Choice], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A standing workload in the model's words: what it demands, and what one instance of a choice serves."""

    workload: Inference | Rendering
    demand: Demand
    capacity: Capacity
    relative_gap: float = 0.0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is demanded, so that not even figures are needed."""
        return not (self.demand.amount or self.demand.buckets or self.workload.min_nodes)

    @property
    def hours(self) -> float:
        """Hours of a month that it runs."""
        return HOURS_PER_MONTH if self.workload.hours_per_month is None else self.workload.hours_per_month


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The cheapest way in one region."""

    choices: tuple[Choice, ...]
    serving: Serving
    cost_usd: Decimal

    @property
    def solved(self) -> bool:
        """Whether the region has a solution; nothing to buy is one where nothing is demanded."""
        return self.serving.solution.status != "infeasible" and len(self.serving.counts) == len(self.choices)

    @property
    def bound_usd(self) -> Decimal:
        """The proved lower bound; equal to the cost where they differ by the solver's rounding only."""
        if self.serving.solution.status == "optimal":
            return self.cost_usd
        if not self.solved:
            return Decimal(0)
        return min(self.cost_usd, usd(max(0.0, self.serving.solution.bound)))


def market_of(counter: Counter, task: Task) -> Market:
    """What can be had, types on which not even one replica or stream fits left out."""
    return _serving_only(survey(counter), task)


def stands(counter: Counter, task: Task, found: Market) -> tuple[Stand, ...]:
    """What the solver found in every region: those that have a solution first, cheapest first."""
    regions = sorted({choice.region for choices in found.offers.values() for choice in choices})
    tried = [_in_region(counter, task, found, region) for region in regions]
    return tuple(sorted(tried, key=lambda s: (not s.solved, s.cost_usd, s.choices[0].region)))


def answer(counter: Counter, task: Task) -> Part:
    """The plan of a standing workload."""
    found = market_of(counter, task)
    if task.is_nothing:
        return Part(status="optimal", rejections=rejections(task.workload.name, found.rejected))
    tried = stands(counter, task, found)
    solved = [s for s in tried if s.solved]
    turned_down = rejections(task.workload.name, found.rejected)
    if not solved:
        gave_up = any(s.serving.solution.status == "timed_out" for s in tried)
        return Part(
            status="timed_out" if gave_up else "infeasible",
            rejections=turned_down,
            conflicts=(conflict(counter, task.demand, found),),
        )
    best = solved[0]
    counted = zip(best.choices, best.serving.counts, strict=True)
    return Part(
        status=best.serving.solution.status,
        allocations=tuple(
            allocate.recurring(task.workload.name, choice, count, task.hours) for choice, count in counted if count
        ),
        monthly_bound_usd=min(s.bound_usd for s in tried if s.serving.solution.status != "infeasible"),
        rejections=turned_down,
        assumptions=_assumptions(counter, task, found, best),
    )


def _serving_only(found: Market, task: Task) -> Market:
    """Types on which not even one replica or stream fits whole are rejected."""
    offers: dict[str, tuple[Choice, ...]] = {}
    rejected = dict(found.rejected)
    for name, choices in found.offers.items():
        if task.capacity(choices[0]) > 0:
            offers[name] = choices
        else:
            rejected[name] = frozenset({"accelerator_memory_too_small"})
    return replace(found, offers=offers, rejected=rejected)


def _in_region(counter: Counter, task: Task, found: Market, region: str) -> Stand:
    choices = tuple(c for name in sorted(found.offers) for c in found.offers[name] if c.region == region)
    rules = counter.spec.rules_for(task.workload)
    problem = Problem(
        options=[_option(task, choice) for choice in choices],
        demand=task.demand,
        spot=rules.spot,
        min_nodes=task.workload.min_nodes,
        quotas=[*_quotas(counter, choices), *_commitments(counter, choices)],
    )
    limits = Limits(relative_gap=task.relative_gap, seconds=counter.spec.planner.time_limit_seconds)
    serving = serve(problem, limits)
    pairs = zip(choices, serving.counts, strict=bool(serving.counts))
    cost = sum((count * choice.unit_usd * usd(task.hours) for choice, count in pairs), Decimal(0))
    return Stand(choices=choices, serving=serving, cost_usd=cost)


def _option(task: Task, choice: Choice) -> Option:
    return Option(
        type_name=choice.kind.name,
        kind=choice.accelerator.key,
        usd=float(choice.unit_usd) * (task.hours or 1.0),  # even at no hours a month, buy no more than is needed
        capacity=task.capacity(choice),
        spot=choice.purchase == "spot",
        at_most=choice.at_most,
    )


def _quotas(counter: Counter, choices: Sequence[Choice]) -> list[QuotaRow]:
    rows: dict[str, tuple[float, dict[int, float]]] = {}
    for index, choice in enumerate(choices):
        room = quota.room_for(counter.spec.quotas, counter.catalog, choice)
        if room is not None:
            rows.setdefault(room.code, (room.free, {}))[1][index] = quota.takes(choice)
    return [QuotaRow(takes=takes, limit=free) for free, takes in rows.values()]


def _commitments(counter: Counter, choices: Sequence[Choice]) -> list[QuotaRow]:
    """Each owned savings plan covers at most its commitment, whatever types it is spent on."""
    rows: dict[int, dict[int, float]] = {}
    for index, choice in enumerate(choices):
        if choice.plan is not None:
            rows.setdefault(choice.plan, {})[index] = float(choice.unit_usd)
    plans = counter.spec.rules_for(counter.workload).savings_plans
    return [QuotaRow(takes=takes, limit=float(plans[plan].hourly_usd)) for plan, takes in rows.items()]


def _assumptions(counter: Counter, task: Task, found: Market, best: Stand) -> tuple[str, ...]:
    name = task.workload.name
    lines = []
    if missing := lack_throughput(counter, found):
        lines.append(f"workload {name}: not considered, as the spec gives no throughput for them: {', '.join(missing)}")
    if isinstance(task.workload, Inference):
        if task.workload.framework is None:
            lines.append(f"workload {name}: no framework is given, so none was checked")
        lines.append(f"workload {name}: a replica may span any number of accelerators of one instance")
    if any(c.purchase == "spot" and n for c, n in zip(best.choices, best.serving.counts, strict=True)):
        lines.append(f"workload {name}: spot capacity is replaced when it is interrupted; no spare is counted for it")
    return tuple(lines)
