"""Owned savings plans while a fleet is planned: what one workload has used is not there for the next.

AWS applies EC2 Instance Savings Plans before Compute Savings Plans, and within each the highest discount first.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.plans.model import Allocation
from fleet.spec.model import FleetSpec, PurchaseRules, SavingsPlan


def less_commitments(spec: FleetSpec, allocations: Iterable[Allocation], catalog: Catalog) -> FleetSpec:
    """The same spec with its savings plans reduced by what these allocations use of them, USD an hour."""
    used = [allocation for allocation in allocations if allocation.purchase == "savings_plan"]
    if not used:
        return spec
    owned = {plan for rules in _all_rules(spec) for plan in rules.savings_plans}
    left = {plan: plan.hourly_usd for plan in sorted(owned, key=_order)}
    for allocation in used:
        _take(left, allocation, catalog.types[allocation.instance_type].family)
    workloads = [
        workload
        if workload.purchase is None
        else workload.model_copy(update={"purchase": _reduced(workload.purchase, left)})
        for workload in spec.workloads
    ]
    return spec.model_copy(update={"purchase": _reduced(spec.purchase, left), "workloads": workloads})


def _all_rules(spec: FleetSpec) -> list[PurchaseRules]:
    return [spec.purchase, *(w.purchase for w in spec.workloads if w.purchase is not None)]


def _order(plan: SavingsPlan) -> tuple[bool, float, str]:
    return (plan.kind == "compute", -(plan.discount_percent or 0.0), repr(plan))


def _take(left: dict[SavingsPlan, Decimal], allocation: Allocation, family: str) -> None:
    amount = allocation.unit_hourly_usd * allocation.count
    for plan, remaining in list(left.items()):
        if plan.kind == "compute" or (plan.family == family and plan.region == allocation.region):
            taken = min(remaining, amount)
            left[plan] = remaining - taken
            amount -= taken


def _reduced(rules: PurchaseRules, left: Mapping[SavingsPlan, Decimal]) -> PurchaseRules:
    plans = [plan.model_copy(update={"hourly_usd": left.get(plan, plan.hourly_usd)}) for plan in rules.savings_plans]
    return rules.model_copy(update={"savings_plans": plans})
