"""Types that stand in for a planned one on demand, where AWS has no capacity of it.

They are found after the choice and change nothing of it: neither counts, nor cost, nor bound. What stands in does no
less than the planned type, so that the planned count suffices.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.planner.quotas import Quotas
from fleet.planner.stand_ins import Candidate, candidates
from fleet.plans.model import Allocation, Fallback, Plan
from fleet.spec.model import FleetSpec, OnDemandRules, Training

_MICRO = Decimal("0.000001")
_HUNDRED = Decimal(100)
_ON_DEMAND = frozenset({"on_demand", "savings_plan"})

_Market = Mapping[str, Candidate]


def with_fallbacks(
    spec: FleetSpec,
    catalog: Catalog,
    allocations: Sequence[Allocation],
    quotas: Quotas,
    *,
    today: date,
    previous: Plan | None,
) -> list[Allocation]:
    """The allocations, those on demand with the types that stand in, as many as their workloads ask for.

    Cheapest first; but those of `previous` that still do keep their place before the others, as node groups are
    replaced when their types change. `quotas` has everything taken that the plan needs.
    """
    search = _Search(spec=spec, catalog=catalog, quotas=quotas, today=today, markets={})
    return [
        allocation.model_copy(update={"fallbacks": search.fallbacks(allocation, _locked(allocation, previous))})
        if _rules(spec, allocation).fallback_types
        else allocation
        for allocation in allocations
    ]


def fallback_notes(spec: FleetSpec, allocations: Iterable[Allocation]) -> list[str]:
    """What fallbacks would cost at most, and which types have none, for workloads that ask for them."""
    asking = (allocation for allocation in allocations if _rules(spec, allocation).fallback_types)
    return [_note(allocation) for allocation in asking]


def _note(allocation: Allocation) -> str:
    owner = allocation.cluster or ", ".join(allocation.workloads)
    if not allocation.fallbacks:
        return f"{owner}: nothing stands in for {allocation.instance_type} where AWS has no capacity of it"
    names = " or ".join(fallback.instance_type for fallback in allocation.fallbacks)
    dearest = max(fallback.unit_hourly_usd for fallback in allocation.fallbacks)
    hours = allocation.count * Decimal(str(allocation.hours_per_month))
    more = max(Decimal(0), dearest - allocation.unit_hourly_usd) * hours
    return (
        f"{owner}: where AWS has no capacity of {allocation.instance_type}, {names} stands in, for up to "
        f"{more:,.2f} USD a month more than planned"
    )


def _rules(spec: FleetSpec, allocation: Allocation) -> OnDemandRules:
    """What all workloads on the instances agree to: the fewest types, the least extra cost.

    None where types do not stand in for each other: on spot, and in training, whose nodes are equal.
    """
    sharing = [spec.workload(name) for name in allocation.workloads]
    is_equal = any(isinstance(workload, Training) for workload in sharing)
    if allocation.purchase not in _ON_DEMAND or not allocation.count or is_equal:
        return OnDemandRules()
    each = [spec.rules_for(workload).on_demand for workload in sharing]
    percents = [rules.max_extra_percent for rules in each if rules.max_extra_percent is not None]
    return OnDemandRules(
        fallback_types=min((rules.fallback_types for rules in each), default=0),
        max_extra_percent=min(percents, default=None),
    )


def _locked(allocation: Allocation, previous: Plan | None) -> Sequence[str]:
    """What stands in for the same type of the same owner in the lock."""
    for item in previous.allocations if previous is not None else ():
        same = (item.instance_type, item.region, item.cluster) == (
            allocation.instance_type,
            allocation.region,
            allocation.cluster,
        )
        if same and item.purchase in _ON_DEMAND and {*item.workloads} & {*allocation.workloads}:
            return [fallback.instance_type for fallback in item.fallbacks]
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Where fallbacks are looked for; markets are surveyed once."""

    spec: FleetSpec
    catalog: Catalog
    quotas: Quotas
    today: date
    markets: dict[tuple[str, str], _Market]

    def fallbacks(self, allocation: Allocation, locked: Sequence[str]) -> list[Fallback]:
        """As many as asked for: what is locked in its order, then by price."""
        rules = _rules(self.spec, allocation)
        markets = [self._market(name, allocation.region) for name in allocation.workloads]
        own = markets[0].get(allocation.instance_type)
        if own is None:
            return []
        top = rules.max_extra_percent
        dearest = None if top is None else own.usd * (_HUNDRED + Decimal(str(top))) / _HUNDRED
        able = [
            candidate
            for name, candidate in markets[0].items()
            if all(self._stands_in(name, market, allocation) for market in markets)
            and (dearest is None or candidate.usd <= dearest)
        ]
        places = {name: place for place, name in enumerate(locked)}
        able.sort(key=lambda one: (places.get(one.kind.name, len(places)), one.usd, one.kind.name))
        return [
            Fallback(instance_type=one.kind.name, unit_hourly_usd=one.usd.quantize(_MICRO))
            for one in able[: rules.fallback_types]
        ]

    def _market(self, workload: str, region: str) -> _Market:
        key = (workload, region)
        if key not in self.markets:
            found = candidates(self.spec, self.spec.workload(workload), self.catalog, region, today=self.today)
            self.markets[key] = found
        return self.markets[key]

    def _stands_in(self, name: str, market: _Market, allocation: Allocation) -> bool:
        """Whether a type does for a workload, within its quota, what the planned one does."""
        other, own = market.get(name), market.get(allocation.instance_type)
        if other is None or own is None or not other.stands_for(own, allocation.zones):
            return False
        none_of_it = allocation.model_copy(update={"count": -allocation.count})
        return self.quotas.fits([none_of_it, allocation.model_copy(update={"instance_type": name})])
