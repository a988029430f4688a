"""Savings plans: which instances an owned one covers at which rate, what is left of it, and which would pay for itself.

A plan is a commitment of so many dollars an hour. Whole instances are covered, each paid at the plan's rate out of the
commitment. AWS applies EC2 Instance Savings Plans before Compute Savings Plans, and in each the highest discount first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType, Price, SavingsPlanRate, Unpriced
from fleet.money import HOURS_PER_MONTH, usd
from fleet.planner.prices import negotiated
from fleet.plans.model import Allocation
from fleet.spec.model import FleetSpec, PurchaseRules, SavingsPlan

_HUNDRED = Decimal(100)
_ENDLESS = Decimal(1_000_000_000)
"""USD an hour: more than any fleet costs."""
_WASTE = Decimal("0.05")
"""Share of a commitment that may stay unused without a word: whole instances seldom use all of it."""


def current(spec: FleetSpec, today: date) -> FleetSpec:
    """The spec with the plans that still hold; plans that differ in nothing but their amount are one."""

    def settled(rules: PurchaseRules) -> PurchaseRules:
        amounts: dict[SavingsPlan, Decimal] = defaultdict(Decimal)
        for plan in rules.savings_plans:
            if plan.ends is None or plan.ends >= today:
                amounts[_kind(plan)] += plan.hourly_usd
        plans = [plan.model_copy(update={"hourly_usd": amount}) for plan, amount in amounts.items()]
        return rules.model_copy(update={"savings_plans": plans})

    return _with_rules(spec, settled) if any(rules.savings_plans for rules in _all_rules(spec)) else spec


def holds(plan: SavingsPlan, kind: InstanceType, region: str, until: date) -> bool:
    """Whether a plan covers a type in a region until a day."""
    return (plan.ends is None or plan.ends >= until) and _names(plan, kind.family, region)


def _names(plan: SavingsPlan, family: str, region: str) -> bool:
    return plan.kind == "compute" or (plan.family == family and plan.region == region)


class PricedPlan(SavingsPlan):
    """A plan that commits as much as is wanted, at a price on top for each dollar of it that is used."""

    usd_per_usd: Decimal = Decimal(0)


def priced(spec: FleetSpec, prices: Mapping[SavingsPlan, Decimal]) -> FleetSpec:
    """The spec with its plans unlimited, each dollar of them at a price on top; plans without a price are left out."""

    def anew(plan: SavingsPlan) -> SavingsPlan:
        fields = {**_kind(plan).model_dump(), "hourly_usd": _ENDLESS, "usd_per_usd": prices[_kind(plan)]}
        return PricedPlan.model_construct(**fields)

    def changed(rules: PurchaseRules) -> PurchaseRules:
        return rules.model_copy(update={"savings_plans": [anew(p) for p in rules.savings_plans if _kind(p) in prices]})

    return _with_rules(spec, changed)


def plan_rate(catalog: Catalog, kind: InstanceType, region: str, listed: Price, plan: SavingsPlan) -> Price | None:
    """What an hour costs under a plan: by the spec's discount, else by the dearest rate of the catalog; None without.

    (The term of an owned plan, and so which of the catalog's rates it has, is not known.)
    """
    rate = _rate(catalog, kind, region, listed, plan)
    if rate is not None and isinstance(plan, PricedPlan):
        return replace(rate, usd=rate.usd * (1 + plan.usd_per_usd))
    return rate


def _rate(catalog: Catalog, kind: InstanceType, region: str, listed: Price, plan: SavingsPlan) -> Price | None:
    if plan.discount_percent is not None:
        amount = listed.usd * (_HUNDRED - Decimal(str(plan.discount_percent))) / _HUNDRED
        source = f"{listed.source}, less {plan.discount_percent} % by an owned savings plan"
        return replace(listed, usd=amount, source=source, note="negotiated")
    rates = [rate.price for rate in catalog.savings_plan_rates(kind.name, region) if rate.plan == plan.kind]
    return max(rates, key=lambda price: price.usd, default=None)


def covered(
    rules: PurchaseRules, catalog: Catalog, kind: InstanceType, region: str, listed: Price, today: date
) -> Iterator[tuple[str, Price]]:
    """For each plan that makes an hour of a type cheaper: the name of its limit, and its rate."""
    for plan in rules.savings_plans:
        price = plan_rate(catalog, kind, region, listed, plan) if holds(plan, kind, region, today) else None
        if price is not None and 0 < price.usd < listed.usd and price.usd <= plan.hourly_usd:
            yield limit_name(plan), price


def limit_name(plan: SavingsPlan) -> str:
    """The plan's name among the limits of a model; its unit is USD an hour."""
    where = f" of {plan.family} in {plan.region}" if plan.kind == "ec2_instance" else ""
    rate = f" at {plan.discount_percent:g} %" if plan.discount_percent is not None else ""
    until = f" until {plan.ends}" if plan.ends is not None else ""
    return f"{plan.kind} savings plan{where}{rate}{until}"


def commitment_room(rules: Iterable[PurchaseRules]) -> dict[str, float]:
    """What each plan still commits, USD an hour, by the name of its limit; plans without a limit are left out."""
    plans = (plan for some in rules for plan in some.savings_plans if not isinstance(plan, PricedPlan))
    return {limit_name(plan): float(plan.hourly_usd) for plan in plans}


def less_commitments(spec: FleetSpec, allocations: Iterable[Allocation], catalog: Catalog) -> FleetSpec:
    """The same spec with its savings plans reduced by what these allocations use of them, USD an hour."""
    used = [allocation for allocation in allocations if allocation.purchase == "savings_plan"]
    if not used:
        return spec
    left = in_order(spec)
    for allocation in used:
        amount = allocation.unit_hourly_usd * allocation.count
        for plan in paying(allocation, left, spec, catalog):
            taken = min(left[plan], amount)
            left[plan] -= taken
            amount -= taken

    def reduced(rules: PurchaseRules) -> PurchaseRules:
        plans = [plan.model_copy(update={"hourly_usd": left[_kind(plan)]}) for plan in rules.savings_plans]
        return rules.model_copy(update={"savings_plans": plans})

    return _with_rules(spec, reduced)


def less(spec: FleetSpec, amounts: Iterable[Mapping[SavingsPlan, Decimal]]) -> FleetSpec:
    """The spec with its plans reduced by amounts, USD an hour."""
    taken: dict[SavingsPlan, Decimal] = defaultdict(Decimal)
    for some in amounts:
        for plan, amount in some.items():
            taken[plan] += amount

    def reduced(rules: PurchaseRules) -> PurchaseRules:
        plans = [
            plan.model_copy(update={"hourly_usd": max(Decimal(0), plan.hourly_usd - taken[_kind(plan)])})
            for plan in rules.savings_plans
        ]
        return rules.model_copy(update={"savings_plans": plans})

    return _with_rules(spec, reduced)


def in_order(spec: FleetSpec) -> dict[SavingsPlan, Decimal]:
    """What each plan commits, in the order in which AWS applies them."""
    plans = {_kind(plan): plan.hourly_usd for rules in _all_rules(spec) for plan in rules.savings_plans}
    return dict(sorted(plans.items(), key=lambda item: _order(item[0])))


def without_plans(spec: FleetSpec) -> FleetSpec:
    """The same spec with nothing committed."""
    return _with_rules(spec, lambda rules: rules.model_copy(update={"savings_plans": []}))


def unused(before: FleetSpec, after: FleetSpec) -> Iterator[str]:
    """What the plan leaves of the commitments, which are paid all the same."""
    left = in_order(after)
    for plan, amount in in_order(before).items():
        rest = left[plan]
        if amount and rest > amount * _WASTE:
            yield f"{rest:,.2f} of {amount:,.2f} USD an hour of the {limit_name(plan)} stay unused, and are paid"


def worthwhile(allocations: Sequence[Allocation], catalog: Catalog) -> Iterator[str]:
    """Commitments that would cost less than what runs on demand, where the catalog knows their rates."""
    for item in allocations:
        if item.purchase != "on_demand" or item.job_usd is not None:
            continue
        paid = item.unit_hourly_usd * usd(item.hours_per_month)
        rates = catalog.savings_plan_rates(item.instance_type, item.region)
        better = sorted(
            (rate for rate in rates if rate.price.usd * HOURS_PER_MONTH < paid),
            key=lambda rate: (rate.term, rate.payment != "no-upfront", rate.price.usd),
        )
        if not better:
            continue
        offers = "; ".join(_worth(item, rate, paid) for rate in better)
        yield (
            f"a savings plan would pay for itself on {item.count} x {item.instance_type} in {item.region}: {offers}. "
            "Only work that stays so long should be committed: see 'aws savingsplans describe-savings-plans-offerings'"
        )


def _worth(item: Allocation, rate: SavingsPlanRate, paid: Decimal) -> str:
    kind = "EC2 instance" if rate.plan == "ec2_instance" else "compute"
    saving = item.count * (paid - rate.price.usd * HOURS_PER_MONTH)
    return (
        f"{kind} {rate.term} {rate.payment} of {item.count * rate.price.usd:,.2f} USD an hour saves "
        f"{saving:,.2f} USD a month (rate of {rate.price.as_of})"
    )


def _kind(plan: SavingsPlan) -> SavingsPlan:
    """A plan whatever its amount."""
    return plan.model_copy(update={"hourly_usd": Decimal(0)})


def _all_rules(spec: FleetSpec) -> list[PurchaseRules]:
    return [spec.purchase, *(w.purchase for w in spec.workloads if w.purchase is not None)]


def _with_rules(spec: FleetSpec, change: Callable[[PurchaseRules], PurchaseRules]) -> FleetSpec:
    workloads = [
        w if w.purchase is None else w.model_copy(update={"purchase": change(w.purchase)}) for w in spec.workloads
    ]
    return spec.model_copy(update={"purchase": change(spec.purchase), "workloads": workloads})


def _order(plan: SavingsPlan) -> tuple[bool, float, str]:
    return (plan.kind == "compute", -(plan.discount_percent or 0.0), limit_name(plan))


def paying(
    allocation: Allocation,
    plans: Iterable[SavingsPlan],
    spec: FleetSpec,
    catalog: Catalog,
    prices: Mapping[SavingsPlan, Decimal] = MappingProxyType({}),
) -> list[SavingsPlan]:
    """The plans that may pay for an allocation, told by its price: their rate, with what is on top of it.

    Plans are told apart by nothing else, as an allocation does not say which pays for it.
    """
    kind = catalog.types[allocation.instance_type]
    listed = negotiated(spec.price_book, kind, catalog.on_demand(kind.name, allocation.region), date.min)
    if allocation.purchase != "savings_plan" or isinstance(listed, Unpriced):
        return []
    rates = (
        (plan, plan_rate(catalog, kind, allocation.region, listed, plan))
        for plan in plans
        if _names(plan, kind.family, allocation.region)
    )
    return [
        plan
        for plan, rate in rates
        if rate is not None and rate.usd * (1 + prices.get(plan, 0)) == allocation.unit_hourly_usd
    ]
