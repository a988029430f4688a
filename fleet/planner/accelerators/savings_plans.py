"""Savings plans that are owned: which instances they cover, at which rate.

A plan is a commitment of so many dollars an hour. An instance that it covers is paid at the plan's rate out of the
commitment; only whole instances are counted as covered, the rest of the commitment is left to others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType, Price
from fleet.planner.accelerators.choices import Choice
from fleet.spec.model import SavingsPlan

_HUNDRED = Decimal(100)


def covered(catalog: Catalog, choice: Choice, plans: Sequence[SavingsPlan], until: date) -> Iterator[Choice]:
    """An on-demand choice at the rate of each owned plan that holds for it until a day."""
    for index, plan in enumerate(plans):
        if not _holds(plan, choice.kind, choice.region, until):
            continue
        price = _rate(catalog, choice, plan)
        if price is not None and 0 < price.usd < choice.unit_usd:
            at_most = int(plan.hourly_usd // price.usd)
            if at_most:
                yield replace(
                    choice, purchase="savings_plan", unit_usd=price.usd, price=price, at_most=at_most, plan=index
                )


def _holds(plan: SavingsPlan, kind: InstanceType, region: str, until: date) -> bool:
    if plan.ends is not None and plan.ends < until:
        return False
    return plan.kind == "compute" or (plan.family == kind.family and plan.region == region)


def _rate(catalog: Catalog, choice: Choice, plan: SavingsPlan) -> Price | None:
    """The discount of the spec, else the dearest rate of the catalog (its term is not known); None without either."""
    if plan.discount_percent is not None:
        usd = choice.unit_usd * (_HUNDRED - Decimal(str(plan.discount_percent))) / _HUNDRED
        source = f"{choice.price.source}, less {plan.discount_percent} % by an owned savings plan"
        return replace(choice.price, usd=usd, source=source, note="negotiated")
    rates = [r.price for r in catalog.savings_plan_rates(choice.kind.name, choice.region) if r.plan == plan.kind]
    return max(rates, key=lambda price: price.usd, default=None)
