"""Accelerator tables of the sources -> the `accelerators` table: figures, gates, and why some cannot be bought."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from fleet.catalog.building.reading import Row, Sources
from fleet.catalog.shapes import family_of

__all__ = ["accelerator_rows"]

_FIGURES = {
    "memory_gib": "memory_gib",
    "memory_gbps": "mem_bandwidth_gbs",
    "fp16": "fp16_dense_tflops",
    "bf16": "bf16_dense_tflops",
}


def accelerator_rows(sources: Sources, records: Iterable[Mapping[str, Any]], types: Mapping[str, Row]) -> list[Row]:
    """Rows of the `accelerators` table by key."""
    gates = {row["name"]: row for row in sources.rows("accelerator_gates")}
    frameworks = _frameworks(sources)
    families = _families(types)
    graphics = _graphics(records, types)
    rows = [_sold(row, gates[row["name"]], graphics) for row in sources.rows("accelerators")]
    rows += [_not_sold(row) for row in sources.rows("accelerators_not_sold")]
    for row in rows:
        row["frameworks"] = frameworks.get(row["key"], "")
        row["families"] = " ".join(sorted(families.get(row["key"], set()))) or row["families"]
        row["orderable"] = "" if row["why_not"] else "1"
    return sorted(rows, key=lambda row: row["key"])


def _sold(row: Row, gate: Row, graphics: frozenset[str]) -> Row:
    key = gate["key"]
    figures = {ours: row[theirs] for ours, theirs in _FIGURES.items()}
    fp8 = "" if gate["mxfp8"] else row["fp8_dense_tflops"]
    return figures | {
        "key": key,
        "name": row["name"],
        "maker": row["vendor"],
        "fp8": fp8,
        "fp4": gate["fp4"],
        "mxfp8": gate["mxfp8"],
        "int8": gate["int8"],
        "precisions": gate["precisions"],
        "power_w": row["ec2_power_limit_w"] or row["tdp_w"],
        "video_encode": _claim(row["nvenc"]),
        "ray_tracing": _claim(row["rt_cores"]),
        "graphics": "1" if gate["graphics"] or key in graphics else "0",
        "nvlink": gate["nvlink"],
        "stacks": gate["stacks"],
        "why_not": gate["why_not"],
        "families": _words(row["ec2_families"]),
        "notes": row["notes"],
        "source": f"{row['source']}; gates: {gate['source']}",
    }


def _not_sold(row: Row) -> Row:
    names = ("key", "name", "maker", "stacks", "why_not", "families", "source")
    return {name: row[name] for name in names}


def _claim(text: str) -> str:
    """1 or 0 of a column that says yes, no, partial or names a transcoder; '' where the source says nothing."""
    if not text:
        return ""
    return "0" if text.startswith("no") else "1"


def _words(text: str) -> str:
    """Families of a free text: `trn3 (no EC2 API type ...)` is trn3."""
    return " ".join(sorted({family_of(part.strip().partition(" ")[0]) for part in text.split(",")}))


def _frameworks(sources: Sources) -> dict[str, str]:
    gates: dict[str, dict[str, str]] = defaultdict(dict)
    for row in sources.rows("framework_gates"):
        gates[row["key"]][row["framework"]] = row["reason"]
    return {key: json.dumps(found, sort_keys=True) for key, found in gates.items()}


def _families(types: Mapping[str, Row]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in types.values():
        found[row["accelerator"]].add(row["family"])
    return found


def _graphics(records: Iterable[Mapping[str, Any]], types: Mapping[str, Row]) -> frozenset[str]:
    """Keys of GPUs whose workloads EC2 lists as `graphics`."""
    return frozenset(
        types[record["InstanceType"]]["accelerator"]
        for record in records
        for gpu in record.get("GpuInfo", {}).get("Gpus", [])
        if "graphics" in gpu.get("Workloads", [])
    )
