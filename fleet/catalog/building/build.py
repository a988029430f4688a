"""All tables of a snapshot from source tables and recorded API answers; the same input gives the same tables."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fleet.catalog.building import prices
from fleet.catalog.building.accelerators import accelerator_rows
from fleet.catalog.building.columns import columns_of
from fleet.catalog.building.quotas import quota_codes, quota_rows
from fleet.catalog.building.reading import Row, Sources, read_offerings, read_types
from fleet.catalog.building.successors import follow
from fleet.catalog.shapes import Curated, shape_row
from fleet.catalog.snapshot import Table

__all__ = ["build", "complete", "curated_facts"]

_SOURCES = {
    "karpenter-price-list": "AWS price list of 2026-07-20, as Karpenter publishes it",
    "regional-price-list": "AWS price list, about early 2026 (day not known, counted from its first)",
    "capacity-block-page": "AWS capacity block price page, 2026-07-22",
    "spot-median": "spot price history, median over zones, about early 2026 (day not known, counted from its first)",
    "spot-sample": "sampled spot price",
    "savings-plan-files": "AWS savings plan price files, 2026-09-25",
    "spot-advisor": "AWS Spot Instance Advisor, 2025-07-28",
}
_REGION = re.compile(r"(?:us-gov|[a-z]{2})-[a-z]+-\d")


def build(source_folder: Path, moto_resources: Path) -> tuple[dict[str, Table], date]:
    """Tables of the shipped snapshot and its day: that of the newest price in it."""
    sources = Sources(source_folder, dict(_SOURCES))
    records = read_types(moto_resources)
    offerings = read_offerings(moto_resources)
    quotas = quota_rows(sources.rows("service_quotas"))
    curated = curated_facts(sources)
    types = {record["InstanceType"]: shape_row(record, curated) for record in records}
    complete(types, sources)
    tables: dict[str, list[Row]] = {
        "types": list(types.values()),
        "accelerators": accelerator_rows(sources, records, types),
        "listed": sources.rows("listed_types"),
        "systems": sources.rows("systems"),
        "origins": sources.rows("origins"),
        "quotas": quotas,
        "mac_hosts": _mac(sources),
        "regions": _regions(sources, offerings),
        "power": _power(sources),
        "capacity_blocks": prices.capacity_blocks(sources, _places(sources)),
        "hosts": prices.hosts(sources),
        "savings_plan_rates": prices.savings_plans(sources),
        "service_prices": prices.services(sources),
    }
    tables |= {f"on_demand/{r}": rows for r, rows in prices.on_demand(sources, types, offerings).items()}
    tables |= {f"spot/{r}": rows for r, rows in prices.spot(sources, offerings).items()}
    tables |= {f"spot_advisor/{r}": rows for r, rows in prices.advisor(sources).items()}
    tables |= {f"offerings/{r}": _offering_rows(found) for r, found in offerings.items()}
    tables["sources"] = [{"id": name, "text": text} for name, text in sorted(sources.texts.items())]
    day = max(row["as_of"] for rows in tables.values() for row in rows if row.get("usd"))
    return {n: Table(columns=columns_of(n), rows=rows) for n, rows in tables.items()}, date.fromisoformat(day)


def complete(types: dict[str, Row], sources: Sources) -> None:
    """Fill the columns that need all types or a table of their own: successors, and what is not sold alone."""
    follow(types, {row["family"]: row["successor"] for row in sources.rows("successors")})
    for row in sources.rows("types_not_sold_alone"):
        if row["instance_type"] in types:
            types[row["instance_type"]]["why_not"] = row["why_not"]


def curated_facts(sources: Sources) -> Curated:
    """What the source tables add to DescribeInstanceTypes."""
    quotas = quota_rows(sources.rows("service_quotas"))
    return Curated(
        processors={row["family"]: row for row in sources.rows("processors")},
        baselines={row["instance_type"]: row["baseline_vcpus"] for row in sources.rows("burstable_baselines")},
        corrections={row["instance_type"]: row for row in sources.rows("type_corrections")},
        benchmarks={row["instance_type"]: row for row in sources.rows("benchmarks")},
        quotas=quota_codes(quotas),
    )


def _offering_rows(offered: Mapping[str, str]) -> list[Row]:
    return [{"instance_type": name, "zones": zones} for name, zones in offered.items()]


def _places(sources: Sources) -> dict[str, str]:
    """Region of every place that the capacity block page names; Local Zones start with their region's name."""
    places = {row["region_or_zone"] for row in sources.rows("capacity_blocks")}
    return {place: found.group() for place in places if (found := _REGION.match(place))}


def _mac(sources: Sources) -> list[Row]:
    rows = [
        {
            "instance_type": row["instance_type"],
            "host_family": row["host_family"],
            "chip": _chip(row["chip"]),
            "chip_name": row["chip"],
            "cpu_cores": row["cpu_cores"],
            "gpu_cores": row["gpu_cores"],
            "oldest_macos": row["min_macos"],
            "newest_macos": row["newest_macos"],
            "quota_code": row["host_quota_code"],
        }
        for row in sources.rows("mac_hosts")
    ]
    return sorted(rows, key=lambda row: row["instance_type"])


def _chip(name: str) -> str:
    """Key of a chip: `Apple M4 Pro` -> m4-pro, `Intel Core i7 ...` -> intel."""
    if name.startswith("Intel"):
        return "intel"
    return name.removeprefix("Apple ").lower().replace(" ", "-")


def _regions(sources: Sources, offerings: Mapping[str, Mapping[str, str]]) -> list[Row]:
    grid = {row["Region"]: row for row in sources.rows("grid_intensity")}
    priced = {row["region"] for row in sources.rows("spot_advisor_linux")} | set(_places(sources).values())
    rows = []
    for region in sorted(set(offerings) | priced):
        zones = sorted({letter for zones in offerings.get(region, {}).values() for letter in zones.split()})
        found = grid.get(region, {})
        rows.append(
            {
                "region": region,
                "zones": " ".join(zones),
                "t_co2e_per_kwh": found.get("CO2e (metric ton/kWh)", ""),
                "grid_source": found.get("Source", ""),
            }
        )
    return rows


_CAVEATS = {
    "EPYC 5th Gen": "outlier in the source: not used",
}


def _power(sources: Sources) -> list[Row]:
    rows = []
    for row in sources.rows("cpu_power_by_microarchitecture"):
        name = row["Architecture"]
        copied = name.startswith("Graviton")
        caveat = (
            "copy of EPYC 2nd Gen in the source: no saving may be claimed from it" if copied else _CAVEATS.get(name, "")
        )
        rows.append(
            {
                "microarchitecture": name,
                "min_watts": row["Min Watts"],
                "max_watts": row["Max Watts"],
                "caveat": caveat,
            }
        )
    return sorted(rows, key=lambda row: row["microarchitecture"])
