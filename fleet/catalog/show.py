"""What `show` prints for any name: a sheet for one type, a list for a family or accelerator, a reason for the rest."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fleet.catalog.catalog import Catalog
from fleet.catalog.model import InstanceType, ListedType, Offer, Price, Resolved
from fleet.catalog.sheet import day_text, offer_json, sheet_json, sheet_of
from fleet.catalog.sheet_text import accelerator_facts, sheet_text
from fleet.catalog.staleness import STALE, staleness
from fleet.catalog.text import amount, facts, fitted, number
from fleet.errors import UnknownName

__all__ = ["shown_json", "shown_text"]


def shown_text(catalog: Catalog, name: str, *, region: str | None, today: date, width: int) -> str:
    """The sheet, list or reason as a person reads it. UnknownName for a name or region that nobody knows."""
    found = _resolved(catalog, name, region)
    if catalog.plain:
        return _of_a_list(catalog, found.types[0], width)
    if found.kind in ("type", "listed"):
        return sheet_text(sheet_of(catalog, found.name, region=region), today=today, width=width)
    blocks = [
        _title(found) + (f"\n{facts([('', found.text)], width=width, indent=0)}" if found.text else ""),
        facts(accelerator_facts(found.accelerator) if found.accelerator else (), width=width),
        _types(catalog, [*found.types, *found.listed], region, today, width),
        facts([("source", found.accelerator.source)], width=width) if found.accelerator else "",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def shown_json(catalog: Catalog, name: str, *, region: str | None, today: date) -> dict[str, Any]:
    """The same as plain values for JSON."""
    found = _resolved(catalog, name, region)
    if found.kind in ("type", "listed"):
        return sheet_json(sheet_of(catalog, found.name, region=region), today=today)
    members: list[InstanceType | ListedType] = [*found.types, *found.listed]
    lowest = {item.name: _lowest(catalog, item.name, region) for item in members}
    return {
        "name": found.name,
        "kind": found.kind,
        "text": found.text,
        "accelerator": found.accelerator.key if found.accelerator else None,
        "types": [item.name for item in found.types],
        "lowest": {name: None if offer is None else offer_json(offer, today=today) for name, offer in lowest.items()},
        "listed": [item.name for item in found.listed],
    }


def _resolved(catalog: Catalog, name: str, region: str | None) -> Resolved:
    if region is not None and region not in catalog.regions:
        raise UnknownName("region", region, catalog.regions)
    return catalog.resolve(name)


def _of_a_list(catalog: Catalog, item: InstanceType, width: int) -> str:
    """A shape of a plain list: what the list says, the same in every region."""
    price = catalog.on_demand(item.name, catalog.regions[0])
    usd, source = (price.usd, price.source) if isinstance(price, Price) else (None, "")
    pairs = [
        ("architecture", item.architecture),
        ("vCPU", number(item.vcpus)),
        ("memory", f"{number(item.memory_gib)} GiB"),
        ("pods", number(item.max_pods)),
        ("on demand", f"{amount(usd)} USD/h in every region, without a day"),
        ("source", f"{source}; nothing else is known"),
    ]
    return f"{item.name}\n{facts(pairs, width=width)}\n"


def _title(found: Resolved) -> str:
    title = f"{found.name} ({found.kind})"
    return f"{title}: {found.accelerator.name}" if found.accelerator else title


def _types(
    catalog: Catalog, types: Sequence[InstanceType | ListedType], region: str | None, today: date, width: int
) -> str:
    """Types with their lowest price, of a savings plan none: that is a commitment of years."""
    rows = [(item.name, *_size(item), *_bought(_lowest(catalog, item.name, region), today)) for item in types]
    if not rows:
        return ""
    header = ("type", "vCPU", "GiB", "with", "from USD/h", "bought", "where", "as of")
    right = frozenset({"vCPU", "GiB", "from USD/h"})
    text = fitted(header, rows, right=right, width=width, spare=("vCPU", "GiB", "with"))
    return f"{text}\n{STALE}" if any(row[-1].endswith("*") for row in rows) else text


def _size(item: InstanceType | ListedType) -> tuple[str, str, str]:
    """vCPUs, memory, and accelerators or else the processor."""
    devices = f"{number(item.accelerators)} x {item.accelerator}" if item.accelerator else ""
    if isinstance(item, ListedType):
        return "-", "-", devices
    return number(item.vcpus), number(item.memory_gib), devices or item.processor


def _lowest(catalog: Catalog, name: str, region: str | None) -> Offer | None:
    offers = [
        (offer.price.usd, offer.region, offer)
        for offer in catalog.offers(name)
        if isinstance(offer.price, Price) and offer.purchase != "savings_plan" and region in (None, offer.region)
    ]
    return min(offers, key=lambda found: found[:2])[2] if offers else None


def _bought(offer: Offer | None, today: date) -> tuple[str, str, str, str]:
    if offer is None or not isinstance(offer.price, Price):
        return "-", "unpriced", "", ""
    stale = "*" if staleness(offer.price, today, purchase=offer.purchase) else ""
    way = f"{offer.purchase}{' (estimate)' if offer.price.note == 'estimate' else ''}"
    return amount(offer.price.usd), way, offer.zone or offer.region, f"{day_text(offer.price.as_of)}{stale}"
