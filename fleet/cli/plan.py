"""`fleet plan`: solve the fleet and write the lock, or say whether the lock still holds."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice

if TYPE_CHECKING:
    from fleet.catalog import Catalog
    from fleet.plans import Plan
    from fleet.spec import FleetSpec


def plan(
    spec: around.SpecFile = Path("fleet.yaml"),
    check: Annotated[
        bool, typer.Option("--check", help="Neither solve nor write: compare the spec with the lock.")
    ] = False,
    json_: around.AsJson = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget the lock: nothing is kept for the sake of keeping it.")
    ] = False,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
) -> int:
    """Find the cheapest fleet, prove how good it is, lock it.

    Solves fleet.yaml and writes fleet.lock.json beside it; what is locked stays unless moving it saves
    planner.keep_unless_saving_percent.

    Exit codes: 0 planned; 1 no fleet is possible, or with --check the lock is stale; 2 the spec is wrong.

    Examples:
        fleet plan
        fleet plan --check
        fleet plan --spec fleet.dev.yaml --json
    """
    offered = around.load_catalog(catalog)
    wanted = around.read_spec(spec, offered)
    voice.step(f"catalog of {offered.as_of}, {len(wanted.workloads)} workloads in {spec}")
    if check:
        return _check(spec, wanted, offered, json_)
    return _solve(spec, wanted, offered, json_=json_, fresh=fresh, today=today)


def _check(path: Path, spec: "FleetSpec", catalog: "Catalog", json_: bool) -> int:
    from fleet.plans import check_lock, lock_path

    lock = lock_path(path)
    state = check_lock(lock, spec, catalog.as_of)
    if json_:
        reason = None if state.fresh else "stale"
        around.put_json({"lock": str(lock), "fresh": state.fresh, "reason": reason, "message": state.reason})
    elif state.fresh:
        around.put(f"{lock} fits {path}")
    else:
        voice.warn(state.reason or "the lock is stale")
    for note in state.notes:
        voice.say(note)
    return 0 if state.fresh else 1


def _solve(path: Path, spec: "FleetSpec", catalog: "Catalog", *, json_: bool, fresh: bool, today: str | None) -> int:
    from fleet.planner import plan as solve
    from fleet.plans import lock_path, plan_json, write_lock
    from fleet.report.plan import changes_text, claim, plan_text

    lock = lock_path(path)
    previous = None if fresh else _previous(lock)
    with voice.working("planning") as show:
        found = solve(spec, catalog, today=around.day(today), previous=previous, progress=show)
    if json_:
        around.put_json({**json.loads(plan_json(found)), **_no(found)})
    else:
        everything = voice.is_verbose()
        around.put(plan_text(found, width=around.width(), colour=around.has_colour(), everything=everything))
    if found.gap_percent > spec.planner.max_gap_percent:
        voice.warn(
            f"warning: the gap of {found.gap_percent:.2f} % is above max_gap_percent {spec.planner.max_gap_percent:g}"
        )
    if found.status == "infeasible":
        voice.warn(f"{claim(found)}; {lock} is left as it was" if lock.exists() else claim(found))
        return 1
    if found.status == "timed_out" and not found.allocations:
        voice.warn("nothing was found within planner.time_limit_seconds; the lock is left as it was")
        return 1
    write_lock(found, lock)
    if previous is not None and not json_:
        around.put(changes_text(previous, found))
    voice.say(f"wrote {lock}")
    return 0


def _no(found: "Plan") -> dict[str, str]:
    """Why the answer is no, for scripts; nothing when it is yes."""
    return {"reason": "infeasible"} if found.status == "infeasible" else {}


def _previous(lock: Path) -> "Plan | None":
    """The locked plan, to keep what need not move; a broken lock is said and not kept."""
    from fleet.errors import LockError
    from fleet.plans import read_lock

    if not lock.exists():
        return None
    try:
        return read_lock(lock)
    except LockError as error:
        voice.warn(f"{error}; planning without it")
        return None
