"""Everything that is known about one type: shape, accelerator, every price with source and date, siblings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from fleet.catalog.catalog import PURCHASES, Catalog
from fleet.catalog.decode import UNDATED
from fleet.catalog.model import Accelerator, InstanceType, ListedType, Offer, Origin, Price, Unpriced
from fleet.catalog.staleness import staleness
from fleet.catalog.text import amount, number, table

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["MAC_MINIMUM_HOURS", "Sheet", "day_text", "offer_json", "price_json", "sheet_json", "sheet_of", "sheet_text"]

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
    offers: tuple[Offer, ...]
    """Offers with a price."""
    unpriced: tuple[Offer, ...]
    """Ways to buy without a price in the region asked for, each with the reason."""
    siblings: tuple[str, ...]
    chip: str
    origins: Mapping[str, Origin]


def sheet_of(catalog: Catalog, name: str, *, region: str | None = None) -> Sheet:
    """The sheet of a type, or of a type that only a price list knows. UnknownName otherwise.

    Reasons for what is not priced speak of `region`: us-east-1 or else the first region that offers the type.
    """
    item = catalog.types.get(name) or catalog.listed.get(name) or catalog.type(name)
    sold = catalog.regions_of(name)
    region = region or (_HOME if _HOME in sold or not sold else sold[0])
    ways = [
        Offer(instance_type=name, region=region, purchase=p, price=catalog.price(name, region, p)) for p in PURCHASES
    ]
    mac = catalog.mac(name)
    return Sheet(
        type=item,
        accelerator=catalog.accelerators.get(item.accelerator) if item.accelerator else None,
        regions=sold,
        offers=catalog.offers(name),
        unpriced=tuple(offer for offer in ways if isinstance(offer.price, Unpriced)),
        siblings=_siblings(catalog, item),
        chip=mac.chip_name if mac else "",
        origins=catalog.origins,
    )


def _siblings(catalog: Catalog, item: InstanceType | ListedType) -> tuple[str, ...]:
    """The rest of the family by size; for a Mac, whose family is one type, the other Macs."""
    if item.name in catalog.macs:
        return tuple(name for name in catalog.macs if name != item.name)
    if isinstance(item, InstanceType):
        return tuple(other.name for other in catalog.families[item.family] if other.name != item.name)
    return tuple(other.name for other in catalog.listed.values() if other.family == item.family and other != item)


def sheet_text(sheet: Sheet, *, today: date) -> str:
    """The sheet as a person reads it."""
    blocks = ["\n".join(_facts(sheet)), _price_table(sheet.offers, today)]
    if sheet.unpriced:
        reasons = [(offer.purchase, offer.price) for offer in sheet.unpriced]
        lines = [f"  {way}: {price.reason}" for way, price in reasons if isinstance(price, Unpriced)]
        blocks.append("\n".join([f"Not priced in {sheet.unpriced[0].region}", *lines]))
    return "\n\n".join(block for block in blocks if block) + "\n"


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
        "offers": [offer_json(offer, today=today) for offer in sheet.offers],
        "unpriced": [offer_json(offer, today=today) for offer in sheet.unpriced],
        "siblings": list(sheet.siblings),
        "sources": {name: origin.source for name, origin in sorted(sheet.origins.items())},
        "minimum_hours": MAC_MINIMUM_HOURS if sheet.chip else None,
    }


def offer_json(offer: Offer, *, today: date) -> dict[str, Any]:
    """One offer as plain values for JSON."""
    start = {"region": offer.region, "purchase": offer.purchase}
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
    return value


def _facts(sheet: Sheet) -> Iterator[str]:
    yield sheet.type.name
    rows = _listed(sheet.type) if isinstance(sheet.type, ListedType) else _shape(sheet.type)
    pairs = [*rows, *_accelerator(sheet), *_selling(sheet)]
    width = max(len(label) for label, _ in pairs)
    for label, text in pairs:
        if text:
            yield f"  {label.ljust(width)}  {text}"


def _listed(item: ListedType) -> Iterator[tuple[str, str]]:
    yield "known", item.known
    yield "no candidate", item.why_not
    yield "source", item.source


def _shape(item: InstanceType) -> Iterator[tuple[str, str]]:
    cores = f", {item.cores} cores" if item.cores else ""
    clock = f", {item.clock_ghz:g} GHz sustained" if item.clock_ghz else ""
    maker = "" if item.processor.startswith(item.processor_maker) else item.processor_maker
    yield "processor", f"{maker} {item.processor}".strip() + f", {item.architecture}"
    yield "vCPU", f"{item.vcpus}{cores}{clock}"
    if item.burstable:
        yield "burstable", f"baseline {number(item.baseline_vcpus)} vCPU" if item.baseline_vcpus else "baseline unknown"
    yield "memory", f"{number(item.memory_gib)} GiB"
    yield "generation", f"{item.generation or '-'}{'' if item.current_generation else ', previous generation'}"
    yield "hypervisor", "bare metal" if item.bare_metal else (item.hypervisor or "")
    plural = "" if item.efa_interfaces == 1 else "s"
    efa = f", {item.efa_interfaces} EFA interface{plural}" if item.efa_interfaces else ""
    yield "network", f"{item.network}{efa}"
    yield "EBS", f"{number(item.ebs_mbps)} Mbps" if item.ebs_mbps else ""
    yield "pods", f"{item.max_pods} ({item.enis} interfaces x {item.ipv4_per_eni} addresses)"
    yield "instance storage", f"{item.instance_storage_gb:,} GB" if item.instance_storage_gb else ""
    yield "usage classes", ", ".join(sorted(item.usage_classes))
    yield "dedicated hosts", "yes" if item.dedicated_hosts else "no"
    yield "placement", ", ".join(sorted(item.placement_strategies))
    yield "measured", _measured(item)
    yield "corrected", item.correction
    yield "not sold alone", item.why_not


def _measured(item: InstanceType) -> str:
    parts = []
    if item.coremark:
        parts.append(f"CoreMark {item.coremark:,.0f} iterations/s")
    if item.ffmpeg_fps:
        parts.append(f"ffmpeg {item.ffmpeg_fps:g} frames/s")
    return ", ".join(parts)


def _accelerator(sheet: Sheet) -> Iterator[tuple[str, str]]:
    found, item = sheet.accelerator, sheet.type
    if found is None:
        return
    total = item.accelerator_memory_gib if isinstance(item, InstanceType) else None
    memory = f", {number(total)} GiB together" if total else ""
    yield "accelerator", f"{number(item.accelerators)} x {found.name} ({found.key}){memory}"
    peaks = ", ".join(f"{name} {peak:g}" for name, peak in found.tflops.items())
    yield "TFLOPS each", peaks or "not published"
    yield "stacks", ", ".join(sorted(found.stacks)) or "none"
    yield "video encoder", _claim(found.video_encode)
    yield "ray tracing", _claim(found.ray_tracing)
    unsupported = sorted({f"{name}: {reason}" for name, reason in found.frameworks.items() if reason})
    yield "not supported", "; ".join(unsupported)


def _claim(value: bool | None, /) -> str:  # noqa: FBT001  (it is the value that is shown)
    return "unknown" if value is None else ("yes" if value else "no")


def _selling(sheet: Sheet) -> Iterator[tuple[str, str]]:
    if sheet.chip:
        yield "Mac", f"{sheet.chip}; dedicated host only, at least {MAC_MINIMUM_HOURS} hours from its allocation"
        yield "24-hour floor", _floors(sheet.offers)
    if isinstance(sheet.type, InstanceType):
        yield "regions", ", ".join(sheet.regions) or "none that the snapshot knows"
        yield "successor", sheet.type.successor
    yield "siblings", ", ".join(sheet.siblings)
    yield "sources", _sources(sheet)


def _sources(sheet: Sheet) -> str:
    """Where the shape and the measurements come from; the accelerator has a source of its own."""
    item = sheet.type
    if isinstance(item, ListedType):
        return ""
    names = ["types", *(["benchmarks"] if item.coremark or item.ffmpeg_fps else [])]
    texts = [sheet.origins[name].source for name in names if name in sheet.origins]
    return "; ".join([*texts, *([sheet.accelerator.source] if sheet.accelerator else [])])


def _floors(offers: Iterable[Offer]) -> str:
    floors: dict[Decimal, list[str]] = {}
    for offer in offers:
        if offer.purchase == "dedicated_host" and isinstance(offer.price, Price):
            floors.setdefault(offer.price.usd * MAC_MINIMUM_HOURS, []).append(offer.region)
    return "; ".join(f"{floor:,.2f} USD in {', '.join(regions)}" for floor, regions in floors.items())


def _price_table(offers: Iterable[Offer], today: date) -> str:
    rows = [_price_row(offer, offer.price, today) for offer in offers if isinstance(offer.price, Price)]
    if not rows:
        return "No price is known in any region."
    header = ("region", "purchase", "USD/h", "as of", "mark", "source")
    return table(header, rows, right=frozenset({"USD/h"}))


def _price_row(offer: Offer, price: Price, today: date) -> tuple[str, ...]:
    stale = staleness(price, today, purchase=offer.purchase)
    mark = ", ".join(part for part in (price.note, stale and f"stale: {stale}") if part)
    return (offer.region, offer.purchase, amount(price.usd), day_text(price.as_of), mark, price.source)
