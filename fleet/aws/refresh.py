"""A new snapshot from the user's own account: what AWS answers replaces what the old snapshot says, the rest stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fleet.aws import readers
from fleet.aws.clients import Clients, Denied
from fleet.aws.permissions import ACTIONS
from fleet.catalog import SHIPPED
from fleet.catalog.building import Sources, columns_of, complete, curated_facts
from fleet.catalog.shapes import shape_row
from fleet.catalog.snapshot import Snapshot, Table, read_snapshot
from fleet.catalog.store import write_snapshot
from fleet.errors import MissingError

__all__ = ["Missing", "Progress", "Refreshed", "refresh"]

Row = dict[str, str]
Progress = Callable[[str, int, int], None]
"""(what is read, steps done, steps in all)"""

_TEXTS = {
    "spot-api": "DescribeSpotPriceHistory of the account",
    "price-list-api": "AWS Price List API",
    "capacity-block-api": "DescribeCapacityBlockOfferings of the account, a block of 24 hours",
    "savings-plan-api": "DescribeSavingsPlansOfferingRates of the account",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What could not be read, and the action that AWS refused: for want of a permission, or for another reason."""

    region: str
    what: str
    action: str
    code: str = ""
    """AWS's error code; '' for a missing permission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The new snapshot, how many rows were read, and what is missing from it."""

    path: Path
    rows: dict[str, int]
    missing: tuple[Missing, ...]


@dataclass
class _Run:
    """One refresh under way: tables so far, rows read, and what was denied."""

    clients: Clients
    today: date
    tables: dict[str, list[Row]]
    records: dict[str, dict[str, object]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)


def refresh(
    clients: Clients,
    *,
    folder: Path,
    today: date,
    regions: Sequence[str] = (),
    base: Path = SHIPPED,
    progress: Progress | None = None,
) -> Refreshed:
    """Read the account's AWS APIs and write the snapshot `<folder>/<today>`.

    Without `regions`, all that the account may use. A missing permission leaves what the base snapshot says and is
    listed; without any answer, credentials or network nothing is written (MissingError).
    """
    old = read_snapshot(base)
    run = _Run(clients=clients, today=today, tables=_tables(old))
    wanted = tuple(regions) or _regions(clients)
    steps = [(region, what) for region in wanted for what in _STEPS]
    for done, (region, what) in enumerate(steps):
        if progress is not None:
            progress(f"{region} {what}", done, len(steps))
        _step(run, region, what)
    if not any(run.rows.values()):
        actions = ", ".join(sorted({f"{item.action} {item.code}".strip() for item in run.missing}))
        raise MissingError(f"nothing could be read, the old snapshot stays; AWS refused {actions}")
    _finish(run, wanted)
    tables = {name: Table(columns=columns_of(name), rows=rows) for name, rows in run.tables.items()}
    path = write_snapshot(folder, tables, day=today, as_of=max(today, old.as_of))
    return Refreshed(path=path, rows=run.rows, missing=tuple(run.missing))


def _regions(clients: Clients) -> tuple[str, ...]:
    try:
        return readers.read_regions(clients)
    except Denied as exc:
        raise MissingError(f"the account's regions are not known: allow {exc.action}, or give --regions") from exc


def _step(run: _Run, region: str, what: str) -> None:
    try:
        read = _STEPS[what](run, region)
    except Denied as exc:
        run.missing.append(Missing(region=region, what=what, action=exc.action, code=exc.code))
        return
    run.rows[what] = run.rows.get(what, 0) + read


def _types(run: _Run, region: str) -> int:
    records = readers.read_types(run.clients, region)
    run.records |= {str(record["InstanceType"]): record for record in records}
    return len(records)


def _offerings(run: _Run, region: str) -> int:
    return _replace(run, f"offerings/{region}", readers.read_offerings(run.clients, region))


def _on_demand(run: _Run, region: str) -> int:
    return _merge(run, f"on_demand/{region}", readers.read_on_demand(run.clients, region, run.today))


def _spot(run: _Run, region: str) -> int:
    return _merge(run, f"spot/{region}", readers.read_spot(run.clients, region, run.today))


def _quota_limits(run: _Run, region: str) -> int:
    return _replace(run, f"quota_limits/{region}", readers.read_quota_limits(run.clients, region, run.today))


def _hosts(run: _Run, region: str) -> int:
    families = {row["host_family"]: row["instance_type"] for row in run.tables["mac_hosts"]}
    return _merge_in_region(run, "hosts", region, readers.read_hosts(run.clients, region, run.today, families))


def _savings_plans(run: _Run, region: str) -> int:
    found = readers.read_savings_plans(run.clients, region, run.today)
    return _merge_in_region(run, "savings_plan_rates", region, found)


def _capacity_blocks(run: _Run, region: str) -> int:
    """Rows of a zone, beside the older ones of a region: what is not offered today still has its last price."""
    offered = {row["instance_type"] for row in run.tables.get(f"offerings/{region}", [])}
    sold = {row["name"] for row in run.tables["types"] if "capacity-block" in row["usage_classes"].split()}
    found = readers.read_capacity_blocks(run.clients, region, run.today, offered & sold)
    fresh = {(row["zone"], row["instance_type"]) for row in found}
    old = [row for row in run.tables["capacity_blocks"] if (row["zone"], row["instance_type"]) not in fresh]
    rows = [*old, *found]
    run.tables["capacity_blocks"] = sorted(rows, key=lambda row: (row["region"], row["zone"], row["instance_type"]))
    return len(found)


_STEPS: dict[str, Callable[[_Run, str], int]] = {
    "types": _types,
    "offerings": _offerings,
    "on_demand": _on_demand,
    "spot": _spot,
    "capacity_blocks": _capacity_blocks,
    "hosts": _hosts,
    "savings_plan_rates": _savings_plans,
    "quota_limits": _quota_limits,
}
"""What is read in each region, in order: capacity blocks are asked for types that are offered."""

assert set(_STEPS) == set(ACTIONS) - {"regions"}


def _tables(old: Snapshot) -> dict[str, list[Row]]:
    return {name.removesuffix(".csv"): old.rows(name.removesuffix(".csv")) for name in old.files}


def _replace(run: _Run, table: str, rows: list[Row]) -> int:
    """Take the answer as it is; an empty one is no answer."""
    if rows:
        run.tables[table] = rows
    return len(rows)


def _merge(run: _Run, table: str, rows: list[Row]) -> int:
    """Take the answer, and keep the old rows of types that it does not speak of."""
    fresh = {row["instance_type"] for row in rows}
    old = [row for row in run.tables.get(table, []) if row["instance_type"] not in fresh]
    run.tables[table] = sorted([*old, *rows], key=lambda row: (row.get("zone", ""), row["instance_type"]))
    return len(rows)


def _merge_in_region(run: _Run, table: str, region: str, rows: list[Row]) -> int:
    fresh = {row["instance_type"] for row in rows}
    kept = [row for row in run.tables[table] if row["region"] != region or row["instance_type"] not in fresh]
    run.tables[table] = sorted([*kept, *rows], key=lambda row: (row["region"], row["instance_type"], *row.values()))
    return len(rows)


def _finish(run: _Run, regions: Sequence[str]) -> None:
    """Tables that follow from the others: shapes of new records, zones of regions, texts of sources."""
    sources = Sources(SHIPPED.parent / "sources")
    curated = curated_facts(sources)
    types = {row["name"]: row for row in run.tables["types"]}
    types |= {name: shape_row(record, curated) for name, record in run.records.items()}
    complete(types, sources)
    run.tables["types"] = [types[name] for name in sorted(types)]
    run.tables["listed"] = [row for row in run.tables["listed"] if row["name"] not in types]
    run.tables["sources"] = _texts(run.tables["sources"])
    run.tables["origins"] = _origins(run)
    run.tables["regions"] = _zones(run, regions)


def _texts(old: list[Row]) -> list[Row]:
    texts = {row["id"]: row["text"] for row in old} | _TEXTS
    return [{"id": name, "text": texts[name]} for name in sorted(texts)]


def _origins(run: _Run) -> list[Row]:
    """Types and offerings come from the account where it answered."""
    rows = {row["table"]: row for row in run.tables["origins"]}
    texts = {
        "types": "DescribeInstanceTypes of the account; coremark and ffmpeg: see benchmarks",
        "offerings": "DescribeInstanceTypeOfferings of the account, in the regions that were read",
    }
    for table, text in texts.items():
        if run.rows.get(table):
            rows[table] = {"table": table, "as_of": run.today.isoformat(), "source": text}
    return [rows[name] for name in sorted(rows)]


def _zones(run: _Run, regions: Sequence[str]) -> list[Row]:
    rows = {row["region"]: dict(row) for row in run.tables["regions"]}
    for region in regions:
        offered = run.tables.get(f"offerings/{region}", [])
        letters = sorted({letter for row in offered for letter in row["zones"].split()})
        row = rows.setdefault(region, {"region": region, "zones": "", "t_co2e_per_kwh": "", "grid_source": ""})
        row["zones"] = " ".join(letters) or row["zones"]
    return [rows[name] for name in sorted(rows)]
