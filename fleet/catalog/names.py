"""What a name that somebody types stands for."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from fleet.catalog.model import Accelerator, InstanceType, ListedType, Resolved
from fleet.errors import UnknownName

if TYPE_CHECKING:
    from fleet.catalog.catalog import Catalog

__all__ = ["Preference", "known_names", "resolve"]

Preference = Literal["chip", "accelerator"]


def resolve(
    catalog: "Catalog", systems: Iterable[Mapping[str, str]], name: str, *, prefer: Preference | None = None
) -> Resolved:
    """The first that fits: type, listed type, family, accelerator, then the table of other names.

    m1 to m4 are families of EC2 and chips of Apple, t4g is a family and a GPU: `prefer` takes the chip or the GPU.
    """
    rows = {row["name"]: row for row in systems}
    wanted = _spelled(name, known_names(catalog), catalog.accelerators)
    if prefer == "chip" and rows.get(wanted, {}).get("kind") == "chip":
        return _system(catalog, rows[wanted])
    if wanted in catalog.accelerators and (prefer == "accelerator" or _slug(name).partition("-")[0] in _MAKERS):
        return _accelerator(catalog, catalog.accelerators[wanted])
    found = _type(catalog, wanted) or _other(catalog, rows, wanted)
    if found is None:
        raise UnknownName("type, accelerator or system", name, known_names(catalog))
    return found


_MAKERS = ("amazon", "amd", "apple", "aws", "google", "habana", "intel", "nvidia", "qualcomm", "xilinx")


def _spelled(name: str, known: set[str], accelerators: Mapping[str, Accelerator]) -> str:
    """How the catalog spells a name: `Apple M4 Max` is m4-max, `NVIDIA H100` h100, `Graviton 5` graviton5."""
    slug = _slug(name)
    if slug in known:
        return slug
    titles = {_slug(item.name): key for key, item in accelerators.items()}
    compact = {item.replace("-", ""): item for item in sorted(known)} | titles
    maker, _, rest = slug.partition("-")
    for spelling in (slug, rest) if maker in _MAKERS else (slug,):
        if spelling in known:
            return spelling
        if found := titles.get(spelling) or compact.get(spelling.replace("-", "")):
            return found
    return slug


def _slug(name: str) -> str:
    return "-".join(name.lower().replace("_", " ").split())


def _type(catalog: "Catalog", wanted: str) -> Resolved | None:
    """A type, or a type that only a price list knows."""
    if wanted in catalog.types:
        return Resolved(name=wanted, kind="type", types=(catalog.types[wanted],))
    item = catalog.listed.get(wanted)
    if item is None:
        return None
    return Resolved(name=wanted, kind="listed", listed=(item,), text=f"{item.known}; {item.why_not}")


def _other(catalog: "Catalog", rows: Mapping[str, Mapping[str, str]], wanted: str) -> Resolved | None:
    """A family, accelerator or another name of the table."""
    if wanted in catalog.families:
        return Resolved(
            name=wanted, kind="family", types=catalog.families[wanted], text=_other_meaning(catalog, rows, wanted)
        )
    if wanted in catalog.accelerators:
        return _accelerator(catalog, catalog.accelerators[wanted])
    if wanted in rows:
        return _system(catalog, rows[wanted])
    listed = tuple(item for item in catalog.listed.values() if item.family == wanted)
    return Resolved(name=wanted, kind="family", listed=listed, text=listed[0].why_not) if listed else None


def _other_meaning(catalog: "Catalog", rows: Mapping[str, Mapping[str, str]], wanted: str) -> str:
    if rows.get(wanted, {}).get("kind") == "chip":
        return f"also a chip of Apple: apple-{wanted}"
    if wanted in catalog.accelerators:
        maker = catalog.accelerators[wanted].maker
        return f"also an accelerator of {maker}: {maker.lower()}-{wanted}"
    return ""


def known_names(catalog: "Catalog") -> set[str]:
    """Every name that resolves."""
    names = set(catalog.types) | set(catalog.listed) | set(catalog.families) | set(catalog.accelerators)
    return names | set(catalog.systems) | {found.family for found in catalog.listed.values()}


def _accelerator(catalog: "Catalog", found: Accelerator) -> Resolved:
    types, listed = _with_accelerators(catalog, frozenset({found.key}))
    return Resolved(
        name=found.key,
        kind="accelerator",
        types=types,
        listed=listed,
        accelerator=found,
        keys=(found.key,),
        text=found.why_not,
    )


def _with_accelerators(
    catalog: "Catalog", keys: frozenset[str]
) -> tuple[tuple[InstanceType, ...], tuple[ListedType, ...]]:
    types = tuple(item for item in catalog.types.values() if item.accelerator in keys)
    return types, tuple(item for item in catalog.listed.values() if item.accelerator in keys)


def _system(catalog: "Catalog", row: Mapping[str, str]) -> Resolved:
    name, kind, text = row["name"], row["kind"], row["text"]
    wanted = row["stands_for"]
    if kind == "chip":
        chips = wanted.split()
        names = sorted(mac.instance_type for mac in catalog.macs.values() if mac.chip in chips)
        types = tuple(catalog.types[mac] for mac in names if mac in catalog.types)
        return Resolved(name=name, kind="chip", types=types, text=text)
    if kind == "processor":
        return Resolved(name=name, kind="processor", types=_with_processor(catalog, wanted), text=text)
    if kind == "alias":
        keys = wanted.split()
        types, listed = _with_accelerators(catalog, frozenset(keys))
        only = catalog.accelerators.get(wanted)
        why = dict.fromkeys(catalog.accelerators[key].why_not for key in keys if not types)
        text = ": ".join((text, "; ".join(why))) if any(why) else text
        return Resolved(
            name=name,
            kind="accelerator",
            types=types,
            listed=listed,
            accelerator=only,
            keys=tuple(keys),
            text=text,
        )
    return Resolved(name=name, kind="system", text=text)


def _with_processor(catalog: "Catalog", wanted: str) -> tuple[InstanceType, ...]:
    """Types whose processor, microarchitecture or maker is the one named; Graviton3E counts as Graviton3 too."""
    return tuple(
        item
        for item in catalog.types.values()
        if wanted in (item.processor, item.microarchitecture)
        or (wanted == item.processor_maker and item.name not in catalog.macs)
        or item.processor == f"{wanted}E"
    )
