"""Everything that is known about one type: shape, accelerator, every price with source and date, siblings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fleet.catalog.catalog import PURCHASES, Catalog
from fleet.catalog.decode import UNDATED
from fleet.catalog.model import (
    Accelerator,
    InstanceType,
    Interruption,
    ListedType,
    MacHost,
    Offer,
    Origin,
    Price,
    Unpriced,
)
from fleet.catalog.staleness import staleness

__all__ = ["MAC_MINIMUM_HOURS", "Sheet", "day_text", "offer_json", "price_json", "sheet_json", "sheet_of"]

MAC_MINIMUM_HOURS = 24
"""A Mac host is billed for at least a day from its allocation (Apple's licence)."""

_HOME = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One type, and how it can be bought where."""

    type: InstanceType | ListedType
    accelerator: Accelerator | None
    regions: tuple[str, ...]
    """Regions that offer it."""
    region: str
    """The region that zones, interruptions and missing prices are told for."""
    zones: tuple[str, ...]
    """Zones of that region that offer it."""
    offers: tuple[Offer, ...]
    """Offers with a price, of every region, zone and plan."""
    unpriced: tuple[Offer, ...]
    """Ways to buy without a price in the region, each with the reason."""
    interruption: Interruption | None
    power: tuple[Decimal, Decimal, str] | None
    """Watts per vCPU idle and busy, and their caveat."""
    siblings: tuple[str, ...]
    mac: MacHost | None
    origins: Mapping[str, Origin]


def sheet_of(catalog: Catalog, name: str, *, region: str | None = None) -> Sheet:
    """The sheet of a type, or of a type that only a price list knows. UnknownName otherwise.

    Without a region it speaks of us-east-1 where that offers the type, else of one that sells it.
    """
    item = catalog.types.get(name) or catalog.listed.get(name) or catalog.type(name)
    sold, offers = catalog.regions_of(name), catalog.offers(name)
    region = region or _telling(sold, {offer.region for offer in offers})
    ways = [
        Offer(instance_type=name, region=region, purchase=p, price=catalog.price(name, region, p)) for p in PURCHASES
    ]
    return Sheet(
        type=item,
        accelerator=catalog.accelerators.get(item.accelerator) if item.accelerator else None,
        regions=sold,
        region=region,
        zones=catalog.offered(name, region),
        offers=offers,
        unpriced=tuple(offer for offer in ways if isinstance(offer.price, Unpriced)),
        interruption=catalog.interruption(name, region),
        power=catalog.power(name),
        siblings=_siblings(catalog, item),
        mac=catalog.mac(name),
        origins=catalog.origins,
    )


def _telling(offered: tuple[str, ...], priced: set[str]) -> str:
    """The region that says most: us-east-1, else one with a price, of several one in the United States."""
    if _HOME in offered or not (offered or priced):
        return _HOME
    both = [region for region in offered if region in priced] or [*offered] or sorted(priced)
    return min(both, key=lambda region: (not region.startswith("us-"), region))


def _siblings(catalog: Catalog, item: InstanceType | ListedType) -> tuple[str, ...]:
    """The rest of the family by size; for a Mac, whose family is one type, the other Macs."""
    if item.name in catalog.macs:
        return tuple(name for name in catalog.macs if name != item.name)
    if isinstance(item, InstanceType):
        return tuple(other.name for other in catalog.families[item.family] if other.name != item.name)
    return tuple(other.name for other in catalog.listed.values() if other.family == item.family and other != item)


def sheet_json(sheet: Sheet, *, today: date) -> dict[str, Any]:
    """The sheet as plain values for JSON."""
    item = sheet.type
    facts = {name: _plain(getattr(item, name)) for name in item.__dataclass_fields__}
    if isinstance(item, InstanceType):
        facts["max_pods"] = item.max_pods
    return {
        "type": facts,
        "accelerator": sheet.accelerator.key if sheet.accelerator else None,
        "regions": list(sheet.regions),
        "region": sheet.region,
        "zones": list(sheet.zones),
        "offers": [offer_json(offer, today=today) for offer in sheet.offers],
        "unpriced": [offer_json(offer, today=today) for offer in sheet.unpriced],
        "interruption": _interruption_json(sheet.interruption),
        "power": _power_json(sheet.power),
        "siblings": list(sheet.siblings),
        "sources": {name: origin.source for name, origin in sorted(sheet.origins.items())},
        "minimum_hours": MAC_MINIMUM_HOURS if sheet.mac else None,
        "macos": {"oldest": sheet.mac.oldest_macos, "newest": sheet.mac.newest_macos} if sheet.mac else None,
    }


def offer_json(offer: Offer, *, today: date) -> dict[str, Any]:
    """One offer as plain values for JSON."""
    start = {"region": offer.region, "zone": offer.zone or None, "purchase": offer.purchase, "terms": offer.terms}
    return start | price_json(offer.price, today=today, purchase=offer.purchase)


def price_json(price: Price | Unpriced, *, today: date, purchase: str) -> dict[str, Any]:
    """A price, or the reason that there is none, as plain values for JSON."""
    if isinstance(price, Unpriced):
        return {"usd": None, "reason": price.reason}
    return {
        "usd": float(price.usd),
        "as_of": day_text(price.as_of) if price.as_of != UNDATED else None,
        "source": price.source,
        "note": price.note,
        "stale": staleness(price, today, purchase=purchase),
    }


def day_text(day: date) -> str:
    """A day as it is shown: a source that says none is `undated`."""
    return "undated" if day == UNDATED else day.isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def _interruption_json(found: Interruption | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "low_percent": found.low_percent,
        "high_percent": found.high_percent,
        "savings_percent": found.savings_percent,
        "as_of": found.as_of.isoformat(),
    }


def _power_json(found: tuple[Decimal, Decimal, str] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    idle, busy, caveat = found
    return {"idle_watts_per_vcpu": float(idle), "busy_watts_per_vcpu": float(busy), "caveat": caveat}
