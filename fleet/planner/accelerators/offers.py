"""The offers of one type in one region that a workload may use, and why the others may not be used.

A type is bought in a way only if AWS sells it that way and a price is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import Accelerator, InstanceType, Price, Unpriced
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.needs import AcceleratedWorkload
from fleet.spec.model import FleetSpec, PriceBook, SavingsPlan, Training
from fleet.vocabulary import Purchase, Reason

_USAGE_CLASS = {
    "on_demand": "on-demand",
    "savings_plan": "on-demand",
    "spot": "spot",
    "capacity_block": "capacity-block",
}
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Who asks, of which catalog, on which day."""

    spec: FleetSpec
    workload: AcceleratedWorkload
    catalog: Catalog
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An offer that may not be used."""

    purchase: Purchase
    reason: Reason


def offers_of(
    counter: Counter, kind: InstanceType, accelerator: Accelerator, region: str
) -> Iterator[Choice | Refusal]:
    """Each purchase option that concerns the workload: a choice, or a refusal."""
    for purchase in _purchases(counter):
        zones = open_zones(counter, kind, region, purchase)
        reason = _refused(counter, kind, region, purchase, zones)
        if reason is not None:
            yield Refusal(purchase=purchase, reason=reason)
            continue
        price = _price(counter, kind, region, purchase)
        if isinstance(price, Unpriced):
            yield Refusal(purchase=purchase, reason="no_spot_data" if purchase == "spot" else "no_price")
            continue
        yield Choice(
            kind=kind,
            accelerator=accelerator,
            region=region,
            zones=zones,
            purchase=purchase,
            unit_usd=price.usd,
            price=price,
            interruption=counter.catalog.interruption(kind.name, region) if purchase == "spot" else None,
        )


def open_zones(counter: Counter, kind: InstanceType, region: str, purchase: Purchase) -> tuple[str, ...]:
    """Zones that offer the type and are not known to be out of it."""
    return tuple(z for z in counter.catalog.offered(kind.name, region) if not _empty(counter, kind, z, purchase))


def _empty(counter: Counter, kind: InstanceType, zone: str, purchase: Purchase) -> bool:
    return any(
        pool.instance_type == kind.name
        and pool.zone in {None, zone}
        and (pool.purchase in {None, purchase} or (pool.purchase == "on_demand" and purchase == "savings_plan"))
        for pool in counter.spec.unavailable
    )


def _purchases(counter: Counter) -> Iterator[Purchase]:
    rules = counter.spec.rules_for(counter.workload)
    yield "on_demand"
    if counter.workload.interruptible:
        yield "spot"
    if isinstance(counter.workload, Training) and rules.capacity_blocks:
        yield "capacity_block"


def _refused(
    counter: Counter, kind: InstanceType, region: str, purchase: Purchase, zones: tuple[str, ...]
) -> Reason | None:
    if not zones:
        return "unavailable" if counter.catalog.offered(kind.name, region) else "not_in_region"
    if _USAGE_CLASS[purchase] not in kind.usage_classes:
        return "purchase_unsupported"
    return _too_risky(counter, kind, region) if purchase == "spot" else None


def _too_risky(counter: Counter, kind: InstanceType, region: str) -> Reason | None:
    limit = counter.spec.rules_for(counter.workload).spot.max_interruption_percent
    if limit is None:
        return None
    figures = counter.catalog.interruption(kind.name, region)
    if figures is None:
        return "no_spot_data"
    return "interruption_rate" if figures.high_percent is None or figures.high_percent > limit else None


def _price(counter: Counter, kind: InstanceType, region: str, purchase: Purchase) -> Price | Unpriced:
    catalog = counter.catalog
    if purchase == "spot":
        return catalog.spot(kind.name, region)
    if purchase == "capacity_block":
        return catalog.capacity_block(kind.name, region)
    return negotiated(counter.spec.price_book, kind, catalog.on_demand(kind.name, region), counter.today)


def negotiated(book: PriceBook, kind: InstanceType, listed: Price | Unpriced, today: date) -> Price | Unpriced:
    """The on-demand price under the price book: an exact price wins over the family's discount, which wins over '*'."""
    exact = book.on_demand_usd.get(kind.name)
    if exact is not None:
        return Price(usd=exact, as_of=today, source="price_book of the spec", note="negotiated")
    percent = book.discount_percent.get(kind.family, book.discount_percent.get("*"))
    if isinstance(listed, Unpriced) or not percent:
        return listed
    usd = listed.usd * (_HUNDRED - Decimal(str(percent))) / _HUNDRED
    return Price(
        usd=usd, as_of=listed.as_of, source=f"{listed.source}, less {percent} % by price_book", note="negotiated"
    )


def holds_for(plan: SavingsPlan, kind: InstanceType, region: str) -> bool:
    """Whether an owned savings plan covers a type in a region."""
    return plan.kind == "compute" or (plan.family == kind.family and plan.region == region)
