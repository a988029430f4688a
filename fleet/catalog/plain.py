"""A plain JSON list of allocatable shapes as a catalog, for planning studies. Nothing else is known about its types."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fleet.catalog.decode import UNDATED
from fleet.catalog.model import InstanceType, Price, Unpriced
from fleet.catalog.pricing import Prices
from fleet.catalog.snapshot import Snapshot
from fleet.errors import CatalogError

if TYPE_CHECKING:
    from fleet.vocabulary import Architecture

__all__ = ["PlainList", "PlainPrices", "read_shapes"]

_FIELDS = ("name", "architecture", "vcpus", "memory_gib", "max_pods", "on_demand_usd")
_ARCHITECTURES = ("arm64", "x86_64", "arm64_mac", "x86_64_mac")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainList:
    """The types of a list, their prices and the fingerprint of the file."""

    types: Mapping[str, InstanceType]
    prices: "PlainPrices"
    sha256: str


def read_shapes(path: Path) -> PlainList:
    """Types and prices of a JSON list of shapes. CatalogError with every problem of the file."""
    try:
        content = path.read_bytes()
        records = json.loads(content)
    except (OSError, ValueError) as exc:
        raise CatalogError(f"{path}: cannot be read as a JSON list of shapes ({exc})") from exc
    problems = _problems(records)
    if problems:
        raise CatalogError("\n".join(f"{path}: {problem}" for problem in problems))
    return PlainList(
        types={record["name"]: _shape(record) for record in sorted(records, key=lambda record: str(record["name"]))},
        prices=PlainPrices(path, {record["name"]: Decimal(str(record["on_demand_usd"])) for record in records}),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _problems(records: object) -> list[str]:
    if not isinstance(records, list) or not records:
        return [f"expected a list of objects with {', '.join(_FIELDS)}, found {type(records).__name__}"]
    found = [problem for number, record in enumerate(records, start=1) for problem in _record(number, record)]
    names = Counter(r["name"] for r in records if isinstance(r, dict) and isinstance(r.get("name"), str))
    return found + [f"shape {name!r} is there {count} times" for name, count in sorted(names.items()) if count > 1]


def _record(number: int, record: object) -> list[str]:
    if not isinstance(record, dict):
        return [f"entry {number}: expected an object, found {type(record).__name__}"]
    where = f"entry {number} ({record.get('name', 'no name')})"
    found = [f"{where}: field {name!r} is missing" for name in _FIELDS if name not in record]
    found += [
        f"{where}: unknown field {name!r}, allowed are {', '.join(_FIELDS)}" for name in record if name not in _FIELDS
    ]
    if not isinstance(record.get("name", "x"), str) or not record.get("name", "x"):
        found.append(f"{where}: name must be a text, found {record['name']!r}")
    for name in ("vcpus", "memory_gib", "max_pods", "on_demand_usd"):
        value = record.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            found.append(f"{where}: {name} must be a number above 0, found {value!r}")
        elif name == "max_pods" and value != int(value):
            found.append(f"{where}: max_pods must be a whole number, found {value!r}")
    if record.get("architecture", "arm64") not in _ARCHITECTURES:
        found.append(f"{where}: architecture {record['architecture']!r} is none of {', '.join(_ARCHITECTURES)}")
    return found


def _shape(record: Mapping[str, Any]) -> InstanceType:
    return InstanceType(
        name=record["name"],
        family=record["name"],
        category="",
        generation=None,
        current_generation=True,
        architecture=cast("Architecture", record["architecture"]),
        processor_maker="",
        processor="",
        vcpus=record["vcpus"],
        cores=None,
        clock_ghz=None,
        memory_gib=float(record["memory_gib"]),
        hypervisor=None,
        bare_metal=False,
        burstable=False,
        baseline_vcpus=None,
        network="",
        network_gbps=None,
        ebs_mbps=None,
        efa_interfaces=0,
        network_cards=1,
        enis=1,
        ipv4_per_eni=int(record["max_pods"]) - 1,
        instance_storage_gb=0,
        usage_classes=frozenset({"on-demand"}),
        dedicated_hosts=False,
        placement_strategies=frozenset(),
        accelerator=None,
        accelerators=0,
        accelerator_memory_gib=None,
        coremark=None,
        ffmpeg_fps=None,
    )


class PlainPrices(Prices):
    """Prices of a plain list: on demand as given, in every region; nothing else is sold."""

    def __init__(self, path: Path, usd: Mapping[str, Decimal]) -> None:
        super().__init__(Snapshot(folder=path.parent, as_of=UNDATED, sha256="", files={}))
        self._usd = usd
        self._source = f"list of shapes {path.name}"

    def on_demand(self, type_: str, region: str, shape: InstanceType | None) -> Price | Unpriced:
        """The price of the list, the same in every region."""
        if type_ in self._usd:
            return Price(usd=self._usd[type_], as_of=UNDATED, source=self._source)
        return super().on_demand(type_, region, shape)
