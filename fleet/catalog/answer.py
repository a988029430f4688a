"""Answers of the catalog as tables and as plain values for JSON."""

import textwrap
from collections.abc import Sequence
from datetime import date
from typing import Any

from fleet.catalog.decode import UNDATED
from fleet.catalog.fields import FIELDS
from fleet.catalog.model import Accelerator, Price, Unpriced
from fleet.catalog.offer import Found
from fleet.catalog.sheet import day_text, price_json
from fleet.catalog.staleness import STALE, staleness
from fleet.catalog.text import amount, fitted, number

__all__ = ["accelerators_json", "accelerators_text", "counted", "found_json", "found_text"]

_SHOWN = ("vcpus", "memory", "accelerators", "coremark")
_SPARE = ("spot int.", "coremark", "arch", "note", "accelerators", "GiB", "vCPU", "as of")
_HEADERS = {
    "interruption": "spot int.",
    "coremark": "coremark",
    "architecture": "arch",
    "accelerators": "accelerators",
    "accelerator": "accelerators",
    "memory": "GiB",
    "vcpus": "vCPU",
    "as-of": "as of",
}
"""The column of a field that offers may be sorted by."""
_FEW = 5
_ALWAYS = frozenset({"name", "region", "price", "interruption", "architecture", "accelerator", "as-of", *_SHOWN})


def found_text(
    found: Sequence[Found], *, sort: str, today: date, limit: int | None = None, width: int | None = None
) -> str:
    """The first offers as a table with the field they are sorted by, all counted; a stale price carries a `*`.

    Where `width` is given, columns that do not fit are left out; type, region, purchase and price never are.
    """
    extra = () if sort in _ALWAYS else (sort,)
    header = ("type", "region", "arch", "vCPU", "GiB", "accelerators", "coremark", "spot int.", "purchase", "USD/h")
    rows = [_row(item, extra, today) for item in found[:limit]]
    text = fitted(
        (*header, *extra, "as of", "note"),
        rows,
        right=frozenset({"vCPU", "GiB", "coremark", "USD/h", *extra}),
        width=width,
        spare=[name for name in _SPARE if name != _HEADERS.get(sort)],
    )
    legend = f"\n{STALE}" if any(row[-2].endswith("*") for row in rows) else ""
    return f"{text}\n{counted(found, sort=sort, limit=limit)}{legend}{_reasons(found)}\n"


def counted(found: Sequence[Found], *, sort: str, limit: int | None = None) -> str:
    """How many offers fit, how many are shown, and how many cannot be ranked by money: `3 of 240 offers, ...`."""
    unpriced = sum(not isinstance(item.price, Price) for item in found)
    offers = "1 offer" if len(found) == 1 else f"{len(found):,} offers"
    shown = f"{limit:,} of {offers}" if limit is not None and limit < len(found) else offers
    # What has no price comes last, wherever its price would have put it.
    open_ = " (any of them may be cheaper)" if "USD" in FIELDS[sort].unit and 0 < unpriced < len(found) else ""
    return shown + (f", {unpriced:,} without a price{open_}" if unpriced else "")


def _reasons(found: Sequence[Found]) -> str:
    """Why prices are missing: a few in words, of many where to read them."""
    unpriced = [item for item in found if not isinstance(item.price, Price)]
    reasons = dict.fromkeys(item.price.reason for item in unpriced if isinstance(item.price, Unpriced))
    hosts = any(item.type.architecture.endswith("_mac") and item.purchase != "dedicated_host" for item in unpriced)
    hint = "\nMacs are bought as hosts: --purchase dedicated_host has their prices" if hosts else ""
    if len(reasons) > _FEW:
        return f"\nwhy, says 'fleet catalog show TYPE', and --json of each{hint}"
    return "".join(f"\n  {reason}" for reason in reasons) + hint


def found_json(found: Sequence[Found], *, today: date) -> list[dict[str, Any]]:
    """Offers as plain values: every field that can be sorted by, and the price with source and date."""
    return [_values(item, today) for item in found]


def accelerators_text(items: Sequence[Accelerator], *, width: int | None = None) -> str:
    """Accelerators as a table (of at most `width` columns), those that cannot be bought below with the reason."""
    header = ("key", "name", "maker", "GiB", "bf16", "fp8", "fp4", "W", "encode", "rays", "stacks", "families")
    right = frozenset({"GiB", "bf16", "fp8", "fp4", "W"})
    sold = [_accelerator(item) for item in items if item.orderable]
    rest = [_wrapped(f"{item.key}: {item.name}: {item.why_not}", width) for item in items if not item.orderable]
    unsold = "\n\nNot to be had by type\n" + "\n".join(rest) if rest else ""
    text = fitted(header, sold, right=right, width=width, spare=("name", "maker", "W", "rays", "encode", "stacks"))
    return f"{text}{unsold}\n"


def _wrapped(text: str, width: int | None) -> str:
    """A line that is set in, wrapped where a width is given."""
    if width is None:
        return f"  {text}"
    return textwrap.fill(
        text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def accelerators_json(items: Sequence[Accelerator]) -> list[dict[str, Any]]:
    """Accelerators as plain values."""
    return [{name: _plain(getattr(item, name)) for name in item.__dataclass_fields__} for item in items]


def _row(item: Found, extra: tuple[str, ...], today: date) -> tuple[str, ...]:
    price = item.price if isinstance(item.price, Price) else None
    stale = "*" if price and staleness(price, today, purchase=item.purchase) else ""
    return (
        item.type.name,
        item.region,
        item.type.architecture,
        number(item.type.vcpus),
        number(item.type.memory_gib),
        f"{number(item.type.accelerators)} x {item.type.accelerator}" if item.type.accelerator else "",
        number(item.type.coremark),
        _interruption(item),
        item.purchase,
        amount(item.usd),
        *(_text(FIELDS[name].value(item)) for name in extra),
        f"{day_text(price.as_of)}{stale}" if price else "-",
        price.note if price else "unpriced",
    )


def _text(value: object) -> str:
    return number(value) if isinstance(value, int | float) or value is None else str(value)


def _interruption(item: Found) -> str:
    found = item.interruption
    if found is None:
        return "-"
    return f">{found.low_percent} %" if found.high_percent is None else f"<{found.high_percent} %"


def _values(item: Found, today: date) -> dict[str, Any]:
    values = {name: _number(field.value(item)) for name, field in FIELDS.items() if name != "price"}
    values |= {"purchase": item.purchase, "accelerator": item.type.accelerator}
    return values | {"price": price_json(item.price, today=today, purchase=item.purchase)}


def _number(value: Any) -> Any:
    if isinstance(value, date):
        return day_text(value) if value != UNDATED else None
    return round(value, 6) if isinstance(value, float) else value


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | tuple):
        return sorted(value)
    return value


def _accelerator(item: Accelerator) -> tuple[str, ...]:
    peaks = tuple(number(item.tflops.get(name)) for name in ("bf16", "fp8", "fp4"))
    claims = tuple(
        "?" if claim is None else ("yes" if claim else "no") for claim in (item.video_encode, item.ray_tracing)
    )
    start = (item.key, item.name, item.maker, number(item.memory_gib))
    return (*start, *peaks, number(item.power_w), *claims, " ".join(sorted(item.stacks)), " ".join(item.families))
