"""Training: every way to run the job, compared by what the whole job costs.

Each run is the cheapest of its kind by closed formula, and a job takes exactly one, so the cheapest of all is the
optimum and its cost is the lower bound: nothing is left to search.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.planner.accelerators import market as markets
from fleet.planner.accelerators.market import Market
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.runs import Run, outcomes
from fleet.spec.model import Training
from fleet.vocabulary import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Every run that is possible, cheapest first, and why each other type is not."""

    runs: tuple[Run, ...]
    rejected: Mapping[str, frozenset[Reason]]
    refused: Mapping[str, frozenset[Reason]]
    """Type -> reasons against single purchase options of a type that can still run the job."""

    @property
    def best(self) -> Run | None:
        """The cheapest run; None when the job cannot run at all."""
        return self.runs[0] if self.runs else None


def select(counter: Counter, workload: Training) -> Selection:
    """All runs of a job over types, regions and purchase options."""
    found = markets.survey(counter)
    runs: list[Run] = []
    against: dict[str, set[Reason]] = {}
    rules = counter.spec.rules_for(workload)
    for (name, _), choices in markets.by_region(found.offers).items():
        for outcome in outcomes(workload, choices, rules, counter.today):
            if isinstance(outcome, Run):
                runs.append(outcome)
            else:
                against.setdefault(name, set()).add(outcome)
    runs.sort(key=lambda run: run.order)
    return _selection(tuple(runs), found, against)


def _selection(runs: tuple[Run, ...], found: Market, against: Mapping[str, set[Reason]]) -> Selection:
    able = {run.lines[0].choice.kind.name for run in runs}
    rejected = dict(found.rejected)
    refused = {}
    for name in found.offers:
        reasons = frozenset(against.get(name, set())) | found.refused[name]
        if name in able:
            refused[name] = reasons
        else:
            rejected[name] = markets.telling(reasons)
    return Selection(runs=runs, rejected=rejected, refused=refused)
