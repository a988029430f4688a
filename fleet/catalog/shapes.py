"""One DescribeInstanceTypes record -> one row of the snapshot. Pure; the builder and the refresh share it.

This is the only place that reads a type's name: what the name says becomes columns (family, size, category,
generation), and nothing after it looks at a name again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Curated", "category_of", "family_of", "generation_of", "shape_row"]

Row = dict[str, str]

_CATEGORIES = {"im": "i", "is": "i", "gr": "g", "cr": "r"}
"""Families that AWS groups with another letter: im4gn and is4gen are I, gr6 is G, cr1 is R."""

_STORAGE_NOT_MANAGED = frozenset({"Apple"})
"""EC2 does not manage the internal disk of a Mac, though the API lists one."""

_GRAVITON_BY_CLOCK = {
    "2.3": "Graviton1",
    "2.5": "Graviton2",
    "2.6": "Graviton3",
    "2.7": "Graviton4",
    "2.8": "Graviton4",
}
_GRAVITON_BY_CLOCK |= {"3.3": "Graviton5"}
"""The sustained clock of an AWS processor names its generation; 2.7 is the 48xlarge of Graviton4."""

_GPU_KEYS = {
    "V100": "v100", "T4": "t4", "T4g": "t4g", "A10G": "a10g", "L4": "l4", "L40S": "l40s", "H100": "h100",
    "H200": "h200", "B200": "b200", "B300": "b300",
    "RTX PRO 4500": "rtx-pro-4500", "RTX PRO Server 6000": "rtx-pro-6000",
    "Radeon Pro V520": "v520", "Gaudi HL-205": "gaudi", "Inferentia": "inferentia", "Inferentia2": "inferentia2",
    "Trainium": "trainium", "Trainium2": "trainium2", "Trainium3": "trainium3", "Qualcomm AI100": "ai100", "U30": "u30",
    "Virtex UltraScale+ (VU47P)": "vu47p",
}  # fmt: skip
_DEVICE_LISTS = (
    ("NeuronInfo", "NeuronDevices"),
    ("InferenceAcceleratorInfo", "Accelerators"),
    ("FpgaInfo", "Fpgas"),
    ("MediaAcceleratorInfo", "Accelerators"),
)
_A100_80_MIB = 81920
_MIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """What DescribeInstanceTypes does not say, by family or type: rows of the source tables."""

    processors: Mapping[str, Row]
    """family -> processor, microarchitecture."""
    baselines: Mapping[str, str]
    """type -> vCPUs that a burstable type may use without end."""
    corrections: Mapping[str, Row]
    """type -> accelerator, accelerators, memory_gib_each, correction: where the API is wrong."""
    benchmarks: Mapping[str, Row]
    quotas: "Mapping[tuple[str, str], str]"
    """(purchase, quota group or family) -> quota code."""


def family_of(name: str) -> str:
    """Family of a type name: `m9g` of `m9g.16xlarge`."""
    return name.partition(".")[0]


def category_of(family: str) -> str:
    """Letters that AWS names the category by: `hpc7a` -> hpc, `im4gn` -> i, `u7in-16tb` -> u."""
    letters = re.match(r"[a-z]+", family)
    found = letters.group() if letters else family
    return _CATEGORIES.get(found, found)


def generation_of(family: str) -> str:
    """Digits after the letters, '' where a family has none that mean a generation (u-6tb1, mac-m4)."""
    found = re.match(r"[a-z]+(\d+)", family)
    return found.group(1) if found else ""


def shape_row(record: Mapping[str, Any], curated: Curated) -> Row:
    """Row of one type in the snapshot's `types` table, corrected where the API is known to be wrong."""
    name = str(record["InstanceType"])
    family = family_of(name)
    bench = curated.benchmarks.get(name, {})
    row = {
        "name": name,
        "family": family,
        "size": name.partition(".")[2],
        "category": category_of(family),
        "generation": generation_of(family),
        "current_generation": _flag(record.get("CurrentGeneration")),
        "bare_metal": _flag(record.get("BareMetal")),
        "burstable": _flag(record.get("BurstablePerformanceSupported")),
        "baseline_vcpus": curated.baselines.get(name, ""),
        "hypervisor": record.get("Hypervisor", ""),
        "usage_classes": _words(record["SupportedUsageClasses"]),
        "dedicated_hosts": _flag(record.get("DedicatedHostsSupported")),
        "placement_strategies": _words(record.get("PlacementGroupInfo", {}).get("SupportedStrategies", [])),
        "coremark": bench.get("coremark_iter_per_s", ""),
        "ffmpeg_fps": bench.get("ffmpeg_fps", ""),
        "measured_on": bench.get("ran_at", ""),
        "why_not": "",
    }
    row |= _processor(record, curated) | _network(record["NetworkInfo"]) | _storage(record)
    row |= _accelerator(record, curated) | _quotas(row["category"], family, curated)
    return row


def _flag(value: object) -> str:
    return "1" if value else ""


def _words(values: list[str]) -> str:
    return " ".join(sorted(values))


def _number(value: float | None) -> str:
    """Shortest text of a number, whole numbers without a point; '' for None."""
    if value is None:
        return ""
    rounded = round(float(value), 4)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def _processor(record: Mapping[str, Any], curated: Curated) -> Row:
    info = record["ProcessorInfo"]
    family = family_of(record["InstanceType"])
    clock = _number(info.get("SustainedClockSpeedInGhz"))
    known = curated.processors.get(family, {})
    maker = info.get("Manufacturer", "")
    architecture = next(a for a in sorted(info["SupportedArchitectures"], reverse=True) if a != "i386")
    graviton = _GRAVITON_BY_CLOCK.get(clock, "") if maker == "AWS" else ""
    return {
        "architecture": architecture,
        "processor_maker": maker,
        "processor": known.get("processor") or graviton,
        "microarchitecture": known.get("microarchitecture") or graviton,
        "vcpus": _number(record["VCpuInfo"]["DefaultVCpus"]),
        "cores": _number(record["VCpuInfo"].get("DefaultCores")),
        "clock_ghz": clock,
        "memory_gib": _number(record["MemoryInfo"]["SizeInMiB"] / _MIB),
    }


def _network(info: Mapping[str, Any]) -> Row:
    cards = info.get("NetworkCards", [])
    base = [card["BaselineBandwidthInGbps"] for card in cards if "BaselineBandwidthInGbps" in card]
    peak = [card["PeakBandwidthInGbps"] for card in cards if "PeakBandwidthInGbps" in card]
    return {
        "network": info.get("NetworkPerformance", ""),
        "network_gbps": _number(sum(base)) if base else "",
        "network_peak_gbps": _number(sum(peak)) if peak else "",
        "efa_interfaces": _number(info.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0)),
        "network_cards": _number(info.get("MaximumNetworkCards", 1)),
        "enis": _number(_usable_enis(info)),
        "ipv4_per_eni": _number(info["Ipv4AddressesPerInterface"]),
        "ipv6": _flag(info.get("Ipv6Supported")),
    }


def _usable_enis(info: Mapping[str, Any]) -> int:
    """Interfaces of the default card: the VPC CNI that counts pods uses no other card."""
    default = info.get("DefaultNetworkCardIndex", 0)
    for card in info.get("NetworkCards", []):
        if card.get("NetworkCardIndex") == default:
            return int(card["MaximumNetworkInterfaces"])
    return int(info["MaximumNetworkInterfaces"])


def _storage(record: Mapping[str, Any]) -> Row:
    ebs = record.get("EbsInfo", {}).get("EbsOptimizedInfo", {})
    managed = record["ProcessorInfo"].get("Manufacturer") not in _STORAGE_NOT_MANAGED
    disk = record.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0) if managed else 0
    return {
        "ebs_mbps": _number(ebs.get("MaximumBandwidthInMbps")),
        "ebs_baseline_mbps": _number(ebs.get("BaselineBandwidthInMbps")),
        "instance_storage_gb": _number(disk),
    }


def _accelerator(record: Mapping[str, Any], curated: Curated) -> Row:
    key, count, each_mib = _devices(record)
    fixed = curated.corrections.get(record["InstanceType"])
    each_gib = each_mib / _MIB
    if fixed:
        key, count, each_gib = fixed["accelerator"], float(fixed["accelerators"]), float(fixed["memory_gib_each"])
    return {
        "accelerator": key,
        "accelerators": _number(count),
        "accelerator_memory_gib": _number(count * each_gib) if key else "",
        "correction": fixed["correction"] if fixed else "",
    }


def _devices(record: Mapping[str, Any]) -> tuple[str, float, float]:
    """Key, count and MiB each of a type's accelerators; ('', 0, 0) without."""
    for gpu in record.get("GpuInfo", {}).get("Gpus", []):
        return _gpu(gpu)
    for outer, inner in _DEVICE_LISTS:
        for device in record.get(outer, {}).get(inner, []):
            return _key(device["Name"]), device["Count"], device["MemoryInfo"]["SizeInMiB"]
    return "", 0, 0


def _gpu(gpu: Mapping[str, Any]) -> tuple[str, float, float]:
    memory = gpu["MemoryInfo"]["SizeInMiB"]
    if gpu["Name"] == "A100":
        return ("a100-80" if memory >= _A100_80_MIB else "a100-40"), gpu["Count"], memory
    key = _key(gpu["Name"])
    if gpu["Count"]:
        return key, gpu["Count"], memory
    # A fraction of a GPU: the API counts 0 whole ones and gives the memory of the part.
    return f"{key}-1/{round(1 / gpu['GpuPartitionSize'])}", gpu["LogicalGpuCount"], memory


def _key(name: str) -> str:
    """Our key of EC2's device name; a device that we do not know keeps its name in lower case."""
    return _GPU_KEYS.get(name, name.lower().replace(" ", "-"))


def _quotas(category: str, family: str, curated: Curated) -> Row:
    codes = curated.quotas
    return {
        "quota_on_demand": codes.get(("on-demand", category), ""),
        "quota_spot": codes.get(("spot", category), ""),
        "quota_host": codes.get(("dedicated-host", family), ""),
        "quota_capacity_block": codes.get(("capacity-block-account", family), ""),
    }
