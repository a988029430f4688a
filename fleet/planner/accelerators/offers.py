"""The offers of one type in one region that a workload may use, and why the others may not be used.

A type is bought in a way only if AWS sells it that way and a price is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fleet.catalog import Catalog
from fleet.catalog.model import Accelerator, InstanceType, Price, Unpriced
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.needs import AcceleratedWorkload
from fleet.planner.prices import negotiated
from fleet.spec.model import FleetSpec, Training
from fleet.vocabulary import Purchase, Reason

_USAGE_CLASS = {
    "on_demand": "on-demand",
    "savings_plan": "on-demand",
    "spot": "spot",
    "capacity_block": "capacity-block",
}


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
        price, zones = _price(counter, kind, region, purchase, zones)
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


def _price(
    counter: Counter, kind: InstanceType, region: str, purchase: Purchase, zones: tuple[str, ...]
) -> tuple[Price | Unpriced, tuple[str, ...]]:
    """Price and the zones that have it: spot has a price in each zone, so only the cheapest zones are kept."""
    catalog = counter.catalog
    if purchase == "spot":
        return _spot(catalog, kind, region, zones)
    if purchase == "capacity_block":
        return catalog.capacity_block(kind.name, region), zones
    return negotiated(counter.spec.price_book, kind, catalog.on_demand(kind.name, region), counter.today), zones


def _spot(
    catalog: Catalog, kind: InstanceType, region: str, zones: tuple[str, ...]
) -> tuple[Price | Unpriced, tuple[str, ...]]:
    asked = {zone: catalog.spot(kind.name, region, zone) for zone in zones}
    priced = {zone: price for zone, price in asked.items() if isinstance(price, Price)}
    if not priced:
        return asked[zones[0]], zones
    best = min(priced.values(), key=lambda price: price.usd)
    return best, tuple(zone for zone, price in priced.items() if price.usd == best.usd)
