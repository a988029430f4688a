"""Every type of the catalog for one workload: the offers that may be used, or every reason against the type."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fleet.catalog.model import InstanceType
from fleet.planner.accelerators import quota
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.filters import filter_reasons
from fleet.planner.accelerators.gates import hardware_reasons
from fleet.planner.accelerators.needs import need_of
from fleet.planner.accelerators.offers import Counter, Refusal, offers_of
from fleet.planner.accelerators.savings_plans import covered
from fleet.spec.model import Training
from fleet.vocabulary import Purchase, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a workload can get, and what it cannot."""

    offers: Mapping[str, tuple[Choice, ...]]
    """Type -> its usable offers in all regions of the workload."""
    rejected: Mapping[str, frozenset[Reason]]
    """Type -> every reason that applies, for types without a usable offer."""
    refused: Mapping[str, frozenset[Reason]]
    """Type -> reasons against single offers of a type that has others."""


def survey(counter: Counter) -> Market:
    """All types of the catalog, each usable or rejected."""
    offers: dict[str, tuple[Choice, ...]] = {}
    rejected: dict[str, frozenset[Reason]] = {}
    refused: dict[str, frozenset[Reason]] = {}
    for name, kind in sorted(counter.catalog.types.items()):
        usable, against, reasons = _look_at(counter, kind)
        if usable:
            offers[name] = usable
            refused[name] = against
        else:
            rejected[name] = reasons
    return Market(offers=offers, rejected=rejected, refused=refused)


def _look_at(counter: Counter, kind: InstanceType) -> tuple[tuple[Choice, ...], frozenset[Reason], frozenset[Reason]]:
    """Usable offers, reasons against single offers, reasons against the type itself."""
    accelerator = counter.catalog.accelerators.get(kind.accelerator) if kind.accelerator else None
    reasons = hardware_reasons(need_of(counter.workload), kind, accelerator)
    reasons |= filter_reasons(counter.spec, counter.workload, kind)
    if accelerator is None:
        return (), frozenset(), reasons
    usable: list[Choice] = []
    against: set[Reason] = set()
    regions = counter.spec.regions_for(counter.workload)
    away = [region for region in regions if not counter.catalog.offered(kind.name, region)]
    if len(away) == len(regions):
        return (), frozenset(), reasons | {"not_in_region"}
    for region in sorted(set(regions) - set(away)):
        answers = list(offers_of(counter, kind, accelerator, region))
        found = [answer for answer in answers if isinstance(answer, Choice)]
        against |= _against({a.purchase: a.reason for a in answers if isinstance(a, Refusal)})
        usable += _within_quota(counter, found, against)
    if not usable:
        return (), frozenset(), reasons | telling(against)
    return (() if reasons else tuple(usable)), frozenset(against), reasons


def _against(refused: Mapping[Purchase, Reason]) -> set[Reason]:
    """That AWS sells a type on demand but not in blocks, or gives blocks no price, is nothing against the type."""
    silent = {"no_price", "purchase_unsupported"} if "on_demand" not in refused else set()
    return {reason for reason in refused.values() if reason not in silent}


def telling(against: AbstractSet[Reason]) -> frozenset[Reason]:
    """That one purchase option does not exist says nothing where another one fails for its own reason."""
    return frozenset(against - {"purchase_unsupported"} or against)


def _within_quota(counter: Counter, found: list[Choice], against: set[Reason]) -> list[Choice]:
    rules = counter.spec.rules_for(counter.workload)
    until = _last_day(counter)
    plans = [
        choice
        for offer in found
        if offer.purchase == "on_demand"
        for choice in covered(counter.catalog, offer, rules.savings_plans, until)
    ]
    kept: list[Choice] = []
    for choice in [*found, *plans]:
        room = quota.room_for(counter.spec.quotas, counter.catalog, choice)
        most = None if room is None else int(room.free // quota.takes(choice))
        if most == 0:
            against.add("quota")
            continue
        limits = [limit for limit in (choice.at_most, most) if limit is not None]
        kept.append(replace(choice, at_most=min(limits, default=None)))
    return kept


def _last_day(counter: Counter) -> date:
    """Day until which a savings plan must hold to count: the end of the job, or today for work without an end."""
    if not isinstance(counter.workload, Training):
        return counter.today
    return (counter.workload.start or counter.today) + timedelta(days=counter.workload.deadline_days)


def by_region(offers: Mapping[str, tuple[Choice, ...]]) -> Mapping[tuple[str, str], tuple[Choice, ...]]:
    """(type, region) -> offers there."""
    found: dict[tuple[str, str], list[Choice]] = defaultdict(list)
    for name, choices in offers.items():
        for choice in choices:
            found[name, choice.region].append(choice)
    return {key: tuple(choices) for key, choices in sorted(found.items())}
