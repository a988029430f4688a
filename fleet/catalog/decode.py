"""Rows of a snapshot -> values. Text '' is unknown (None) except where a column says otherwise."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, cast

from fleet.catalog.model import (
    Accelerator,
    InstanceType,
    Interruption,
    ListedType,
    MacHost,
    Note,
    Origin,
    Price,
    Quota,
    SavingsPlanRate,
)
from fleet.errors import CatalogError

if TYPE_CHECKING:
    from fleet.vocabulary import Architecture, Stack

__all__ = [
    "UNDATED",
    "accelerator",
    "instance_type",
    "interruption",
    "listed_type",
    "mac_host",
    "origin",
    "price",
    "quota",
    "savings_plan_rate",
]

Row = Mapping[str, str]

UNDATED = date.min
"""Day of a price whose source says none: always stale, shown as `undated`."""

_PEAKS = ("fp32", "fp16", "bf16", "fp8", "mxfp8", "fp4", "int8")
_BUCKETS: tuple[tuple[int, int | None], ...] = ((0, 5), (5, 10), (10, 15), (15, 20), (20, None))


def instance_type(row: Row) -> InstanceType:
    """One row of `types`."""
    return InstanceType(
        name=row["name"],
        family=row["family"],
        size=row["size"],
        category=row["category"],
        generation=_int(row["generation"]),
        current_generation=row["current_generation"] == "1",
        architecture=cast("Architecture", row["architecture"]),
        processor_maker=row["processor_maker"],
        processor=row["processor"],
        microarchitecture=row["microarchitecture"],
        vcpus=int(row["vcpus"]),
        cores=_int(row["cores"]),
        clock_ghz=_float(row["clock_ghz"]),
        memory_gib=float(row["memory_gib"]),
        hypervisor=row["hypervisor"] or None,
        bare_metal=row["bare_metal"] == "1",
        burstable=row["burstable"] == "1",
        baseline_vcpus=_float(row["baseline_vcpus"]),
        network=row["network"],
        network_gbps=_float(row["network_gbps"]),
        network_peak_gbps=_float(row["network_peak_gbps"]),
        ebs_mbps=_int(row["ebs_mbps"]),
        ebs_baseline_mbps=_int(row["ebs_baseline_mbps"]),
        efa_interfaces=int(row["efa_interfaces"]),
        network_cards=int(row["network_cards"]),
        enis=int(row["enis"]),
        ipv4_per_eni=int(row["ipv4_per_eni"]),
        ipv6=row["ipv6"] == "1",
        instance_storage_gb=int(row["instance_storage_gb"]),
        usage_classes=_USAGE_CLASSES(row["usage_classes"]),
        dedicated_hosts=row["dedicated_hosts"] == "1",
        placement_strategies=_USAGE_CLASSES(row["placement_strategies"]),
        accelerator=row["accelerator"] or None,
        accelerators=float(row["accelerators"] or 0),
        accelerator_memory_gib=_float(row["accelerator_memory_gib"]),
        coremark=_float(row["coremark"]),
        ffmpeg_fps=_float(row["ffmpeg_fps"]),
        measured_on=date.fromisoformat(row["measured_on"]) if row["measured_on"] else None,
        quota_on_demand=row["quota_on_demand"] or None,
        quota_spot=row["quota_spot"] or None,
        quota_host=row["quota_host"] or None,
        quota_capacity_block=row["quota_capacity_block"] or None,
        successor=row["successor"],
        correction=row["correction"],
        why_not=row["why_not"],
    )


class _WordSets(dict[str, frozenset[str]]):
    """Sets of the words of a text, made once for each text: a thousand types share a dozen of them."""

    def __call__(self, text: str) -> frozenset[str]:
        found = self.get(text)
        if found is None:
            found = self[text] = frozenset(text.split())
        return found


_USAGE_CLASSES = _WordSets()


def accelerator(row: Row) -> Accelerator:
    """One row of `accelerators`."""
    return Accelerator(
        key=row["key"],
        name=row["name"],
        maker=row["maker"],
        memory_gib=_float(row["memory_gib"]),
        memory_gbps=_float(row["memory_gbps"]),
        tflops={peak: float(row[peak]) for peak in _PEAKS if row[peak]},
        precisions=frozenset(row["precisions"].split()),
        power_w=_float(row["power_w"]),
        video_encode=_claim(row["video_encode"]),
        ray_tracing=_claim(row["ray_tracing"]),
        graphics=row["graphics"] == "1",
        nvlink=_claim(row["nvlink"]),
        stacks=cast("frozenset[Stack]", frozenset(row["stacks"].split())),
        frameworks=json.loads(row["frameworks"] or "{}"),
        orderable=row["orderable"] == "1",
        why_not=row["why_not"],
        families=tuple(row["families"].split()),
        source=row["source"],
    )


def listed_type(row: Row) -> ListedType:
    """One row of `listed`."""
    return ListedType(
        name=row["name"],
        family=row["family"],
        accelerator=row["accelerator"] or None,
        accelerators=float(row["accelerators"] or 0),
        architecture=cast("Architecture | None", row["architecture"] or None),
        known=row["known"],
        why_not=row["why_not"],
        source=row["source"],
    )


def mac_host(row: Row) -> MacHost:
    """One row of `mac_hosts`."""
    return MacHost(
        instance_type=row["instance_type"],
        host_family=row["host_family"],
        chip=row["chip"],
        chip_name=row["chip_name"],
        oldest_macos=row["oldest_macos"] or None,
        newest_macos=row["newest_macos"] or None,
        quota_code=row["quota_code"],
    )


def quota(row: Row) -> Quota:
    """One row of `quotas`."""
    default = Decimal(row["default"]) if row["default"] else None
    return Quota(code=row["code"], name=row["name"], unit=row["unit"], default=default, purchase=row["purchase"])


def price(row: Row, sources: Mapping[str, str]) -> Price:
    """Price columns of a row; the source's id becomes its text. CatalogError for a price or day that is none."""
    try:
        return Price(
            usd=Decimal(row["usd"]),
            as_of=date.fromisoformat(row["as_of"]) if row["as_of"] else UNDATED,
            source=sources.get(row["source"], row["source"]),
            note=cast("Note", row["note"]),
        )
    except (KeyError, ValueError, ArithmeticError) as exc:
        raise CatalogError(f"the catalog has a price that cannot be read: {', '.join(row.values())}") from exc


def savings_plan_rate(row: Row, sources: Mapping[str, str]) -> SavingsPlanRate:
    """One row of `savings_plan_rates`."""
    return SavingsPlanRate(
        instance_type=row["instance_type"],
        region=row["region"],
        plan=cast('Literal["compute", "ec2_instance"]', row["plan"]),
        term=row["term"],
        payment=row["payment"],
        price=price(row, sources),
    )


def origin(row: Row) -> Origin:
    """One row of `origins`."""
    return Origin(as_of=date.fromisoformat(row["as_of"]) if row["as_of"] else None, source=row["source"])


def interruption(row: Row, as_of: date) -> Interruption:
    """One row of `spot_advisor/<region>`."""
    low, high = _BUCKETS[int(row["bucket"])]
    savings = int(row["savings_percent"])
    return Interruption(low_percent=low, high_percent=high, savings_percent=savings, as_of=as_of)


def _int(text: str) -> int | None:
    return int(text) if text else None


def _float(text: str) -> float | None:
    return float(text) if text else None


def _claim(text: str) -> bool | None:
    return None if not text else text == "1"
