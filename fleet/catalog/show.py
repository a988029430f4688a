"""What `show` prints for any name: a sheet for one type, a list for a family or accelerator, a reason for the rest."""

from datetime import date
from typing import Any

from fleet.catalog.catalog import Catalog
from fleet.catalog.model import Resolved
from fleet.catalog.sheet import sheet_json, sheet_of, sheet_text
from fleet.catalog.text import number, table
from fleet.errors import UnknownName

__all__ = ["shown_json", "shown_text"]


def shown_text(catalog: Catalog, name: str, *, region: str | None, today: date) -> str:
    """The sheet, list or reason as a person reads it. UnknownName for a name or region that nobody knows."""
    found = _resolved(catalog, name, region)
    if found.kind in ("type", "listed"):
        return sheet_text(sheet_of(catalog, found.name, region=region), today=today)
    lines = [_title(found)]
    if found.text:
        lines.append(f"  {found.text}")
    rows = [(item.name, number(item.vcpus), number(item.memory_gib), item.processor) for item in found.types]
    if rows:
        header = ("type", "vCPU", "GiB", "processor")
        lines += ["", table(header, rows, right=frozenset({"vCPU", "GiB"}))]
    lines += [f"  {item.name}: {item.known}; {item.why_not}" for item in found.listed]
    return "\n".join(lines) + "\n"


def shown_json(catalog: Catalog, name: str, *, region: str | None, today: date) -> dict[str, Any]:
    """The same as plain values for JSON."""
    found = _resolved(catalog, name, region)
    if found.kind in ("type", "listed"):
        return sheet_json(sheet_of(catalog, found.name, region=region), today=today)
    return {
        "name": found.name,
        "kind": found.kind,
        "text": found.text,
        "types": [item.name for item in found.types],
        "listed": [item.name for item in found.listed],
    }


def _resolved(catalog: Catalog, name: str, region: str | None) -> Resolved:
    if region is not None and region not in catalog.regions:
        raise UnknownName("region", region, catalog.regions)
    return catalog.resolve(name)


def _title(found: Resolved) -> str:
    title = f"{found.name} ({found.kind})"
    return f"{title}: {found.accelerator.name}" if found.accelerator else title
