"""What the builder reads: the source tables of the repository and moto's recorded API answers."""

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["UNDATED", "Offerings", "Sources", "exact_day", "read_offerings", "read_types", "zone_letters"]

Row = dict[str, str]
Offerings = Mapping[str, Mapping[str, str]]
"""region -> type -> letters of the zones that offer it."""

UNDATED = ""


@dataclass
class Sources:
    """The source tables of a folder, and the texts of the sources that they name."""

    folder: Path
    texts: dict[str, str] = field(default_factory=dict)

    def rows(self, name: str) -> list[Row]:
        """Rows of one source table."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def source_id(self, text: str) -> str:
        """Short id of a source's text; it follows from the text, so that it means the same in every snapshot."""
        for known, value in self.texts.items():
            if value == text:
                return known
        name = f"note-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        self.texts[name] = text
        return name


def read_types(resources: Path) -> list[dict[str, Any]]:
    """DescribeInstanceTypes records as moto ships them, by name."""
    with gzip.open(resources / "instance_types.json.gz", "rt", encoding="utf-8") as file:
        records: dict[str, dict[str, Any]] = json.load(file)
    return [records[name] for name in sorted(records)]


def read_offerings(resources: Path) -> dict[str, dict[str, str]]:
    """Zone letters by region and type, from the recorded DescribeInstanceTypeOfferings answers."""
    folder = resources / "instance_type_offerings" / "availability-zone"
    return {path.name.removesuffix(".json.gz"): _zones(path) for path in sorted(folder.glob("*.json.gz"))}


def zone_letters(offerings: Iterable[Mapping[str, str]], region: str) -> dict[str, str]:
    """Zone letters by type of one region's offerings by availability zone."""
    found: dict[str, set[str]] = defaultdict(set)
    for offering in offerings:
        found[offering["InstanceType"]].add(offering["Location"].removeprefix(region))
    return {name: " ".join(sorted(found[name])) for name in sorted(found)}


def _zones(path: Path) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return zone_letters(json.load(file), path.name.removesuffix(".json.gz"))


def exact_day(text: str) -> str:
    """A day from what a source says: a month counts from its first day, `undated` is no day at all."""
    if text == "undated":
        return UNDATED
    return f"{text}-01" if len(text) == len("2026-10") else text
