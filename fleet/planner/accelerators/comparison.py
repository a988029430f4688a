"""Side by side: every type and every family of accelerators for one workload, what it would cost or why it is out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from fleet.catalog.model import Accelerator
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.economics import energy_kwh, in_words, usd_per_pflop_day
from fleet.planner.accelerators.gates import accelerator_reasons
from fleet.planner.accelerators.needs import need_of
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.runs import Run
from fleet.planner.accelerators.selection import select
from fleet.planner.accelerators.standing import Stand, Task, market_of, stands
from fleet.planner.accelerators.wording import sentence
from fleet.spec.model import Training
from fleet.vocabulary import Purchase, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What becomes of the workload on one type alone; None where a figure is not known or there is none."""

    name: str
    """An instance type; in a table of families, the family."""
    family: str
    accelerator: str | None
    eligible: bool
    reasons: tuple[Reason, ...]
    message: str
    instance_type: str | None = None
    purchase: Purchase | None = None
    region: str | None = None
    count: int | None = None
    hourly_usd: Decimal | None = None
    """All instances together, an hour."""
    monthly_usd: Decimal | None = None
    job_usd: Decimal | None = None
    usd_per_pflop_day: Decimal | None = None
    energy_kwh: float | None = None
    """Of the accelerators at their power limit: of the whole job, or of a month."""

    @property
    def order(self) -> tuple[bool, Decimal, str]:
        """Eligible ones first, cheapest first, then by name."""
        return (not self.eligible, self.job_usd or self.monthly_usd or Decimal(0), self.name)


def judge_training(counter: Counter, workload: Training) -> Mapping[str, Judgement]:
    """Every type of the catalog for a job: its cheapest run, or the reasons against it."""
    found = select(counter, workload)
    judged = {name: _out(counter, name, reasons) for name, reasons in found.rejected.items()}
    for run in found.runs:
        judged.setdefault(run.lines[0].choice.kind.name, _run(workload, run))
    return dict(sorted(judged.items()))


def judge_standing(counter: Counter, task: Task) -> Mapping[str, Judgement]:
    """Every type of the catalog for a standing workload served by that type alone, or the reasons against it."""
    found = market_of(counter, task)
    judged = {name: _out(counter, name, reasons) for name, reasons in found.rejected.items()}
    for name, choices in found.offers.items():
        tried = stands(counter, task, replace(found, offers={name: choices}))
        judged[name] = (
            _stand(task, name, tried[0])
            if tried and tried[0].solved
            else _out(counter, name, _why_not_alone(task, choices))
        )
    return dict(sorted(judged.items()))


def families(counter: Counter, judged: Mapping[str, Judgement]) -> tuple[Judgement, ...]:
    """One line for each family with an accelerator and for each accelerator that EC2 does not sell; cheapest first.

    A family stands for its cheapest eligible type; when it has none, for the type with the fewest reasons.
    """
    best: dict[str, Judgement] = {}
    for judgement in judged.values():
        if judgement.accelerator is None:
            continue
        known = best.get(judgement.family)
        if known is None or _nearness(judgement) < _nearness(known):
            best[judgement.family] = judgement
    lines = [replace(judgement, name=family) for family, judgement in best.items()]
    lines += [_unsold(counter, a) for a in counter.catalog.accelerators.values() if not set(a.families) & set(best)]
    return tuple(sorted(lines, key=lambda line: line.order))


def of_accelerator(counter: Counter, judged: Mapping[str, Judgement], accelerator: Accelerator) -> Judgement:
    """The line of one kind of accelerator under its key."""
    lines = [judgement for judgement in judged.values() if judgement.accelerator == accelerator.key]
    return replace(min(lines, key=_nearness) if lines else _unsold(counter, accelerator), name=accelerator.key)


def _nearness(judgement: Judgement) -> tuple[bool, int, Decimal, str]:
    cost = judgement.job_usd if judgement.job_usd is not None else judgement.monthly_usd
    return (not judgement.eligible, len(judgement.reasons), cost or Decimal(0), judgement.name)


def _out(counter: Counter, name: str, reasons: Iterable[Reason]) -> Judgement:
    kind = counter.catalog.types[name]
    accelerator = counter.catalog.accelerators.get(kind.accelerator) if kind.accelerator else None
    return Judgement(
        name=name,
        family=kind.family,
        accelerator=kind.accelerator,
        eligible=False,
        reasons=tuple(sorted(reasons)),
        message=sentence(name, reasons, need_of(counter.workload), accelerator),
        instance_type=name,
    )


def _unsold(counter: Counter, accelerator: Accelerator) -> Judgement:
    unsold: frozenset[Reason] = frozenset({"not_orderable"})
    reasons = accelerator_reasons(need_of(counter.workload), accelerator) | unsold
    return Judgement(
        name=accelerator.families[0] if accelerator.families else accelerator.key,
        family=accelerator.families[0] if accelerator.families else "",
        accelerator=accelerator.key,
        eligible=False,
        reasons=tuple(sorted(reasons)),
        message=sentence(accelerator.name, reasons, need_of(counter.workload), accelerator),
    )


def _run(workload: Training, run: Run) -> Judgement:
    choice = run.lines[0].choice
    unit = usd_per_pflop_day(workload, run)
    return Judgement(
        name=choice.kind.name,
        family=choice.kind.family,
        accelerator=choice.accelerator.key,
        eligible=True,
        reasons=(),
        message=in_words(run),
        instance_type=choice.kind.name,
        purchase=choice.purchase,
        region=choice.region,
        count=run.count,
        hourly_usd=run.hourly_usd,
        monthly_usd=Decimal(0),
        job_usd=run.cost_usd,
        usd_per_pflop_day=unit.usd if unit else None,
        energy_kwh=energy_kwh(choice, run.count, float(run.hours)),
    )


def _stand(task: Task, name: str, stand: Stand) -> Judgement:
    bought = [(c, n) for c, n in zip(stand.choices, stand.serving.counts, strict=True) if n]
    choice = max(bought, key=lambda pair: pair[1])[0] if bought else stand.choices[0]
    count = sum(n for _, n in bought)
    ways = " and ".join(f"{n} {c.purchase.replace('_', ' ')}" for c, n in bought) or "none"
    return Judgement(
        name=name,
        family=choice.kind.family,
        accelerator=choice.accelerator.key,
        eligible=True,
        reasons=(),
        message=f"alone: {count} x {name} in {choice.region} ({ways}): {stand.cost_usd:,.2f} USD a month",
        instance_type=name,
        purchase=choice.purchase,
        region=choice.region,
        count=count,
        hourly_usd=sum((n * c.unit_usd for c, n in bought), Decimal(0)),
        monthly_usd=stand.cost_usd,
        energy_kwh=energy_kwh(choice, count, task.hours),
    )


def _why_not_alone(task: Task, choices: Iterable[Choice]) -> frozenset[Reason]:
    """An allowed type that cannot carry everything: a bucket lacks its throughput, or a quota is too low."""
    keys = {choice.accelerator.key for choice in choices}
    if any(not keys & set(bucket.load) for bucket in task.demand.buckets):
        return frozenset({"no_throughput"})
    return frozenset({"quota"})
