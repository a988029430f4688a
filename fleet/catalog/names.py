"""What a name that somebody types stands for."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from fleet.catalog.model import Accelerator, Resolved
from fleet.errors import UnknownName

if TYPE_CHECKING:
    from fleet.catalog.catalog import Catalog

__all__ = ["known_names"]


def resolve(catalog: "Catalog", systems: Iterable[Mapping[str, str]], name: str) -> Resolved:
    """The first that fits: type, listed type, family, accelerator, then the table of other names."""
    wanted = name.strip().lower()
    if wanted in catalog.types:
        return Resolved(name=wanted, kind="type", types=(catalog.types[wanted],))
    if wanted in catalog.listed:
        found = catalog.listed[wanted]
        return Resolved(name=wanted, kind="listed", listed=(found,), text=f"{found.known}; {found.why_not}")
    if wanted in catalog.families:
        return Resolved(name=wanted, kind="family", types=catalog.families[wanted])
    if wanted in catalog.accelerators:
        return _accelerator(catalog, catalog.accelerators[wanted])
    for row in systems:
        if row["name"] == wanted:
            return _system(catalog, row)
    listed = tuple(found for found in catalog.listed.values() if found.family == wanted)
    if listed:
        return Resolved(name=wanted, kind="family", listed=listed, text=listed[0].why_not)
    raise UnknownName("type, accelerator or system", name, known_names(catalog))


def known_names(catalog: "Catalog") -> set[str]:
    """Every name that resolves."""
    names = set(catalog.types) | set(catalog.listed) | set(catalog.families) | set(catalog.accelerators)
    return names | set(catalog.systems) | {found.family for found in catalog.listed.values()}


def _accelerator(catalog: "Catalog", found: Accelerator) -> Resolved:
    types = tuple(item for item in catalog.types.values() if item.accelerator == found.key)
    listed = tuple(item for item in catalog.listed.values() if item.accelerator == found.key)
    return Resolved(
        name=found.key, kind="accelerator", types=types, listed=listed, accelerator=found, text=found.why_not
    )


def _system(catalog: "Catalog", row: Mapping[str, str]) -> Resolved:
    if row["kind"] == "chip":
        names = {mac.instance_type for mac in catalog.macs.values() if mac.chip == row["stands_for"]}
        types = tuple(catalog.types[name] for name in sorted(names) if name in catalog.types)
        return Resolved(name=row["name"], kind="chip", types=types, text=row["text"])
    if row["kind"] == "processor":
        wanted = row["stands_for"]
        types = tuple(item for item in catalog.types.values() if wanted in (item.processor, item.microarchitecture))
        return Resolved(name=row["name"], kind="processor", types=types, text=row["text"])
    return Resolved(name=row["name"], kind="system", text=row["text"])
