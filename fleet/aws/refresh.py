"""A new snapshot from the user's own account: read what AWS answers, then write it over what was known before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fleet.aws import readers
from fleet.aws.clients import Clients, Denied
from fleet.aws.merge import merged
from fleet.aws.permissions import ACTIONS
from fleet.catalog import SHIPPED
from fleet.catalog.building import Sources, columns_of
from fleet.catalog.location import snapshots
from fleet.catalog.snapshot import Snapshot, Table, read_snapshot
from fleet.catalog.store import check_writable, locked, write_snapshot
from fleet.errors import CatalogError, MissingError, UnknownName

__all__ = ["Missing", "Progress", "Refreshed", "refresh"]

Row = dict[str, str]
Progress = Callable[[str, int, int], None]
"""(what is read, steps done, steps in all)"""

_BLOCKS = "capacity-block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What could not be read, and the action that AWS refused: for want of a permission, or for another reason."""

    region: str
    what: str
    action: str
    code: str = ""
    """AWS's error code; '' for a missing permission."""
    types: tuple[str, ...] = ()
    """Instance types that it was refused for; () for all of the region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The new snapshot, how many rows were read, and what is missing from it."""

    path: Path
    rows: dict[str, int]
    missing: tuple[Missing, ...]
    broken: tuple[str, ...] = ()
    """Earlier snapshots of the user that nothing could be taken from, and why."""


@dataclass
class _Run:
    """One refresh under way: what AWS answered so far, and what it refused."""

    clients: Clients
    today: date
    host_families: dict[str, str]
    """Host family -> type, of the Macs."""
    sells_blocks: set[str]
    """Types with the usage class capacity-block."""
    answers: dict[str, list[Row]] = field(default_factory=dict)
    records: dict[str, dict[str, object]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    def keep(self, table: str, rows: list[Row]) -> int:
        """Add an answer to a table; how many rows it has."""
        self.answers.setdefault(table, []).extend(rows)
        return len(rows)


def refresh(
    clients: Clients,
    *,
    folder: Path,
    today: date,
    regions: Sequence[str] = (),
    progress: Progress | None = None,
) -> Refreshed:
    """Read the account's AWS APIs and write a snapshot `<folder>/<today>` beside the earlier ones.

    Without `regions`, all that the account may use. What AWS does not answer keeps what the account's last snapshot
    in the folder says, else the shipped one. A missing permission is listed; without any answer, credentials or
    network nothing is written (MissingError), and so for a folder that cannot be written to (CatalogError).
    """
    check_writable(folder)
    base = read_snapshot(SHIPPED)
    run = _Run(
        clients=clients,
        today=today,
        host_families={row["host_family"]: row["instance_type"] for row in base.rows("mac_hosts")},
        sells_blocks={r["name"] for r in base.rows("types") if _BLOCKS in r["usage_classes"].split()},
    )
    wanted = _regions(clients, regions, {row["region"] for row in base.rows("regions")})
    _read(run, wanted, progress)
    with locked(folder):
        earlier, broken = _earlier(folder)
        sources = Sources(SHIPPED.parent / "sources")
        tables = merged(base, earlier, run.answers, records=run.records, sources=sources, today=today)
        path = write_snapshot(
            folder,
            {name: Table(columns=columns_of(name), rows=rows) for name, rows in tables.items()},
            day=today,
            as_of=max(today, base.as_of, earlier.as_of if earlier else date.min),
        )
    return Refreshed(path=path, rows=run.rows, missing=tuple(run.missing), broken=broken)


def _read(run: _Run, regions: Sequence[str], progress: Progress | None) -> None:
    steps = [(region, what) for region in regions for what in _STEPS]
    for done, (region, what) in enumerate(steps):
        if progress is not None:
            progress(f"{region} {what}", done, len(steps))
        _step(run, region, what)
    if not any(run.rows.values()):
        actions = ", ".join(sorted({f"{item.action} {item.code}".strip() for item in run.missing}))
        why = f"AWS refused {actions}" if actions else "AWS answered with nothing"
        raise MissingError(f"nothing could be read, the old snapshot stays; {why}")


def _earlier(folder: Path) -> tuple[Snapshot | None, tuple[str, ...]]:
    """The newest snapshot of a folder that can be read, and what is wrong with those that are newer."""
    broken: list[str] = []
    for path in snapshots(folder):
        try:
            return read_snapshot(path), tuple(broken)
        except CatalogError as exc:
            broken.append(str(exc))
    return None, tuple(broken)


def _regions(clients: Clients, asked: Sequence[str], known: set[str]) -> tuple[str, ...]:
    """The regions asked for, each once, or all of the account. UnknownName for one that the account cannot use."""
    try:
        usable = set(readers.read_regions(clients))
    except Denied as exc:
        if not asked:
            raise MissingError(f"the account's regions are not known: allow {exc.action}, or give --regions") from exc
        usable = known
    for region in asked:
        if region not in usable:
            raise UnknownName("region of the account" if region in known else "region", region, usable)
    return tuple(dict.fromkeys(asked)) or tuple(sorted(usable))


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
    run.sells_blocks |= {str(r["InstanceType"]) for r in records if _BLOCKS in r["SupportedUsageClasses"]}
    return len(records)


def _offerings(run: _Run, region: str) -> int:
    return run.keep(f"offerings/{region}", readers.read_offerings(run.clients, region))


def _on_demand(run: _Run, region: str) -> int:
    return run.keep(f"on_demand/{region}", readers.read_on_demand(run.clients, region, run.today))


def _spot(run: _Run, region: str) -> int:
    return run.keep(f"spot/{region}", readers.read_spot(run.clients, region, run.today))


def _quota_limits(run: _Run, region: str) -> int:
    return run.keep(f"quota_limits/{region}", readers.read_quota_limits(run.clients, region, run.today))


def _hosts(run: _Run, region: str) -> int:
    return run.keep("hosts", readers.read_hosts(run.clients, region, run.today, run.host_families))


def _savings_plans(run: _Run, region: str) -> int:
    return run.keep("savings_plan_rates", readers.read_savings_plans(run.clients, region, run.today))


def _capacity_blocks(run: _Run, region: str) -> int:
    """Type by type: AWS refuses the ones that it sells no blocks of in a region, and answers for the others."""
    offered = {row["instance_type"] for row in run.answers.get(f"offerings/{region}", [])}
    asked = sorted(run.sells_blocks & offered if offered else run.sells_blocks)
    refused: dict[tuple[str, str], list[str]] = {}
    read = 0
    for name in asked:
        try:
            read += run.keep("capacity_blocks", readers.read_capacity_blocks(run.clients, region, run.today, name))
        except Denied as exc:
            if not exc.code:
                raise
            refused.setdefault((exc.action, exc.code), []).append(name)
    for (action, code), names in refused.items():
        run.missing.append(Missing(region=region, what="capacity_blocks", action=action, code=code, types=tuple(names)))
    return read


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
