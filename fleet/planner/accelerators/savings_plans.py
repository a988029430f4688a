"""Savings plans that are owned: which instances they cover, at which rate.

A plan is a commitment of so many dollars an hour. An instance that it covers is paid at the plan's rate out of the
commitment; only whole instances are counted as covered, the rest of the commitment is left to others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from fleet.catalog import Catalog
from fleet.planner.accelerators.choices import Choice
from fleet.planner.commitments import holds, plan_rate
from fleet.spec.model import SavingsPlan


def covered(catalog: Catalog, choice: Choice, plans: Sequence[SavingsPlan], until: date) -> Iterator[Choice]:
    """An on-demand choice at the rate of each owned plan that holds for it until a day."""
    for index, plan in enumerate(plans):
        if not holds(plan, choice.kind, choice.region, until):
            continue
        price = plan_rate(catalog, choice.kind, choice.region, choice.price, plan)
        if price is not None and 0 < price.usd < choice.unit_usd:
            at_most = int(plan.hourly_usd // price.usd)
            if at_most:
                yield replace(
                    choice, purchase="savings_plan", unit_usd=price.usd, price=price, at_most=at_most, plan=index
                )
