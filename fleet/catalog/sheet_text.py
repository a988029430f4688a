"""A type's sheet as a person reads it: facts, then prices by way of buying, then what has none, then the sources."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from fleet.catalog.macos import NEWEST_IMAGE
from fleet.catalog.model import Accelerator, InstanceType, ListedType, MacHost, Offer, Price, Unpriced
from fleet.catalog.sheet import MAC_MINIMUM_HOURS, Sheet, day_text
from fleet.catalog.staleness import staleness
from fleet.catalog.text import amount, facts, number, table

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["accelerator_facts", "sheet_text"]

_NAMED = 6
"""Regions named in a line; the rest is counted."""

_UNKNOWN, _UNPUBLISHED = "unknown", "not published"

_WAYS = {
    "on_demand": "on demand",
    "spot": "spot",
    "savings_plan": "savings plan",
    "capacity_block": "capacity block",
    "dedicated_host": "dedicated host",
}


def sheet_text(sheet: Sheet, *, today: date, width: int) -> str:
    """The sheet in lines of at most `width` columns."""
    item = sheet.type
    shape = _listed(item) if isinstance(item, ListedType) else _shape(sheet, item)
    gpu = [] if sheet.accelerator is None else _accelerator(sheet, sheet.accelerator)
    sources = _Sources()
    blocks = [
        item.name + "\n" + facts([*shape, *gpu, *_selling(sheet)], width=width),
        _prices(sheet.offers, today, sources, width),
        _unpriced(sheet, width),
        "Sources\n" + facts([*sources.numbered(), *_origins(sheet)], width=width),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def accelerator_facts(found: Accelerator) -> Iterator[tuple[str, str]]:
    """What one accelerator is and can do, as labels and texts; of one that is not sold only what is known."""
    memory = f"{number(found.memory_gib)} GiB" if found.memory_gib else _UNKNOWN
    facts_ = {
        "memory each": memory + (f", {number(found.memory_gbps)} GB/s" if found.memory_gbps else ""),
        "TFLOPS each": ", ".join(f"{name} {peak:g}" for name, peak in found.tflops.items()) or _UNPUBLISHED,
        "precisions": ", ".join(sorted(found.precisions)),
        "stacks": ", ".join(sorted(found.stacks)) or "none",
        "frameworks": ", ".join(sorted(name for name, reason in found.frameworks.items() if not reason)),
        "not supported": _gates(found),
        "video encoder": _claim(found.video_encode),
        "ray tracing": _claim(found.ray_tracing),
        "NVLink": _claim(found.nvlink) if "cuda" in found.stacks else "",
        "power": f"{number(found.power_w)} W each at most" if found.power_w else _UNKNOWN,
    }
    yield from ((k, text) for k, text in facts_.items() if found.orderable or text not in (_UNKNOWN, _UNPUBLISHED))


def _gates(found: Accelerator) -> str:
    """Frameworks that do not run, together by reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in sorted(found.frameworks.items()):
        if reason:
            reasons.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())


class _Sources:
    """Sources of the prices shown, numbered in the order in which they are first named."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def mark(self, text: str) -> str:
        """`[1]` for a source."""
        if text not in self._texts:
            self._texts.append(text)
        return f"[{self._texts.index(text) + 1}]"

    def numbered(self) -> list[tuple[str, str]]:
        """Each mark with its text."""
        return [(f"[{number}]", text) for number, text in enumerate(self._texts, start=1)]


def _listed(item: ListedType) -> Iterator[tuple[str, str]]:
    yield "known", item.known
    yield "no candidate", item.why_not
    yield "source", item.source


def _shape(sheet: Sheet, item: InstanceType) -> Iterator[tuple[str, str]]:
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
    yield "network", _network(item)
    yield "EBS", _up_to(item.ebs_baseline_mbps, item.ebs_mbps, "Mbps")
    yield "pods", f"{item.max_pods} ({item.enis} interfaces x {item.ipv4_per_eni} addresses)"
    yield "instance storage", f"{item.instance_storage_gb:,} GB" if item.instance_storage_gb else ""
    yield "usage classes", ", ".join(sorted(item.usage_classes))
    yield "dedicated hosts", "yes" if item.dedicated_hosts else "no"
    yield "placement", ", ".join(sorted(item.placement_strategies))
    yield "measured", _measured(item)
    yield "CPU power", _power(sheet)
    yield "quotas", _quotas(item)
    yield "corrected", item.correction
    yield "not sold alone", item.why_not


def _network(item: InstanceType) -> str:
    cards = f" on {item.network_cards} cards" if item.network_cards > 1 else ""
    plural = "" if item.efa_interfaces == 1 else "s"
    efa = f", {item.efa_interfaces} EFA interface{plural}" if item.efa_interfaces else ""
    base = _up_to(item.network_gbps, item.network_peak_gbps, "Gbps")
    return f"{item.network}{f' ({base}{cards})' if base else ''}{efa}"


def _up_to(base: float | None, peak: float | None, unit: str) -> str:
    """A baseline and what bursts reach; one figure where they are the same."""
    if base is None or peak is None or base == peak:
        known = peak if base is None else base
        return f"{number(known)} {unit}" if known else ""
    return f"{number(base)} {unit}, bursts to {number(peak)}"


def _measured(item: InstanceType) -> str:
    parts = []
    if item.coremark:
        parts.append(f"CoreMark {item.coremark:,.0f} iterations/s")
    if item.ffmpeg_fps:
        parts.append(f"ffmpeg {item.ffmpeg_fps:g} frames/s")
    day = f" ({item.measured_on})" if parts and item.measured_on else ""
    return ", ".join(parts) + day


def _power(sheet: Sheet) -> str:
    if sheet.power is None:
        return "no figure may be used for this processor" if isinstance(sheet.type, InstanceType) else ""
    idle, busy, caveat = sheet.power
    return f"{idle:.2f} to {busy:.2f} W per vCPU, idle to busy{f' ({caveat})' if caveat else ''}"


def _quotas(item: InstanceType) -> str:
    codes = (
        ("on demand", item.quota_on_demand), ("spot", item.quota_spot), ("hosts", item.quota_host),
        ("capacity blocks", item.quota_capacity_block),
    )  # fmt: skip
    return ", ".join(f"{code} {way}" for way, code in codes if code)


def _accelerator(sheet: Sheet, found: Accelerator) -> Iterator[tuple[str, str]]:
    item = sheet.type
    total = item.accelerator_memory_gib if isinstance(item, InstanceType) else None
    memory = f", {number(total)} GiB together" if total else ""
    yield "accelerator", f"{number(item.accelerators)} x {found.name} ({found.key}){memory}"
    yield from accelerator_facts(found)


def _claim(value: bool | None, /) -> str:  # noqa: FBT001  (it is the value that is shown)
    return _UNKNOWN if value is None else ("yes" if value else "no")


def _selling(sheet: Sheet) -> Iterator[tuple[str, str]]:
    if sheet.mac:
        chip = sheet.mac.chip_name
        yield "Mac", f"{chip}; dedicated host only, at least {MAC_MINIMUM_HOURS} hours from its allocation"
        yield "macOS", _macos(sheet.mac)
        yield "24-hour floor", _floors(sheet.offers)
    yield "priced", _sold_as(sheet)
    if isinstance(sheet.type, InstanceType):
        yield "regions", ", ".join(sheet.regions) or "none that the snapshot knows"
        yield "zones", ", ".join(sheet.zones)
        yield "interruptions", _interruptions(sheet)
        yield "successor", sheet.type.successor
    yield "siblings", ", ".join(sheet.siblings)


def _macos(mac: MacHost) -> str:
    image = f"AWS's newest image is {NEWEST_IMAGE[0]} of {NEWEST_IMAGE[1]}"
    newest = f"up to {mac.newest_macos}" if mac.newest_macos else f"no newest is stated, {image}"
    return f"from {mac.oldest_macos}; {newest}" if mac.oldest_macos else f"no oldest is stated; {newest}"


def _sold_as(sheet: Sheet) -> str:
    """Each way that has a price, and where; that there is no on-demand price where EC2 would sell it so."""
    regions: dict[str, dict[str, None]] = {}
    for offer in sheet.offers:
        regions.setdefault(offer.purchase, {})[offer.region] = None
    parts = [f"{text} in {_some(list(regions[way]))}" for way, text in _WAYS.items() if way in regions]
    if "on_demand" not in regions and sheet.mac is None:
        parts.append("no on-demand price anywhere")
    return "; ".join(parts)


def _some(regions: Sequence[str]) -> str:
    more = f" and {len(regions) - _NAMED} more" if len(regions) > _NAMED else ""
    return ", ".join(regions[:_NAMED]) + more


def _interruptions(sheet: Sheet) -> str:
    found = sheet.interruption
    if found is None:
        return ""
    share = f"over {found.low_percent}" if found.high_percent is None else f"under {found.high_percent}"
    usual = f", usually {found.savings_percent} % below on demand" if found.savings_percent > 0 else ""
    return f"{share} % a month in {sheet.region}{usual} (Spot Advisor, {found.as_of})"


def _floors(offers: Iterable[Offer]) -> str:
    floors: dict[Decimal, list[str]] = {}
    for offer in offers:
        if offer.purchase == "dedicated_host" and isinstance(offer.price, Price):
            floors.setdefault(offer.price.usd * MAC_MINIMUM_HOURS, []).append(offer.region)
    return "; ".join(f"{floor:,.2f} USD in {', '.join(regions)}" for floor, regions in floors.items())


def _prices(offers: Sequence[Offer], today: date, sources: _Sources, width: int) -> str:
    rows = [_price(offer, offer.price, today, sources) for offer in offers if isinstance(offer.price, Price)]
    if not rows:
        return "No price is known in any region."
    return table(("where", "purchase", "USD/h", "as of", "note"), rows, right=frozenset({"USD/h"}), width=width)


def _price(offer: Offer, price: Price, today: date, sources: _Sources) -> tuple[str, ...]:
    stale = staleness(price, today, purchase=offer.purchase)
    note = ", ".join(part for part in (offer.terms, price.note, stale and f"stale: {stale}") if part)
    where = offer.zone or offer.region
    mark = sources.mark(price.source)
    return (where, offer.purchase, amount(price.usd), day_text(price.as_of), f"{note} {mark}".strip())


def _unpriced(sheet: Sheet, width: int) -> str:
    pairs = [(offer.purchase, offer.price.reason) for offer in sheet.unpriced if isinstance(offer.price, Unpriced)]
    return f"Not priced in {sheet.region}\n" + facts(pairs, width=width) if pairs else ""


def _origins(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Where facts that are no prices come from."""
    item = sheet.type
    if isinstance(item, InstanceType):
        names = ("types", "offerings", *(["benchmarks"] if item.coremark or item.ffmpeg_fps else []))
        titles = {"types": "shape", "offerings": "regions", "benchmarks": "measured"}
        of_region = sheet.origins.get(f"offerings/{sheet.region}")
        found = sheet.origins if of_region is None else {**sheet.origins, "offerings": of_region}
        yield from ((titles[name], found[name].source) for name in names if name in found)
        if sheet.power is not None and "power" in sheet.origins:
            yield "CPU power", sheet.origins["power"].source
    if sheet.accelerator is not None:
        yield "accelerator", sheet.accelerator.source
