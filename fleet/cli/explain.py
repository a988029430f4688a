"""`fleet explain`: why this choice, what else would do, and every rejection by reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice

if TYPE_CHECKING:
    from fleet.catalog import Catalog
    from fleet.planner import Explanation
    from fleet.planner.accelerators import Judgement
    from fleet.planner.explanation import Verdict
    from fleet.plans import Plan
    from fleet.spec import FleetSpec


def explain(
    workload: Annotated[str, typer.Argument(help="A workload of the spec.")],
    type_: Annotated[
        str | None, typer.Option("--type", "-t", help="A type, family, accelerator or chip, sold by EC2 or not.")
    ] = None,
    spec: around.SpecFile = Path("fleet.yaml"),
    catalog: around.CatalogFile = None,
    json_: around.AsJson = False,
    today: around.Today = None,
) -> int:
    """Say why a workload runs on what it runs on.

    Shows what else would do at which cost, and why the rest is out.

    Needs no lock; what was chosen is marked when there is one for this spec. Exit code 0 whatever the answer.

    Examples:
        fleet explain web
        fleet explain live-video --type trn2.48xlarge
        fleet explain pretrain --json
    """
    from fleet.planner import explain as find
    from fleet.report.explanation import explanation_text

    offered = around.load_catalog(catalog)
    wanted = around.read_spec(spec, offered)
    plan = _plan(spec, wanted, offered, today)
    found = find(wanted, offered, workload, today=around.day(today), type_=type_, plan=plan)
    families = _families(wanted, offered, workload, today) if found.about is None else ()
    if json_:
        around.put_json(_about(found) if found.about is not None else _all(found, families))
    else:
        text = explanation_text(
            found,
            plan,
            families=families,
            width=around.width(),
            colour=around.has_colour(),
            everything=voice.is_verbose(),
        )
        around.put(text)
    return 0


def _families(spec: "FleetSpec", catalog: "Catalog", name: str, today: str | None) -> "Sequence[Judgement]":
    """Every family of accelerators for work that runs on them; nothing for other work."""
    from fleet.planner.accelerators import compare
    from fleet.spec.model import Inference, Rendering, Training

    workload = spec.workload(name)
    if not isinstance(workload, Training | Inference | Rendering):
        return ()
    return compare(spec, workload, catalog, today=around.day(today))


def _plan(path: Path, spec: "FleetSpec", catalog: "Catalog", today: str | None) -> "Plan | None":
    """What was chosen: the lock where it fits the spec, else a plan made now; None when no fleet is possible."""
    from fleet.planner import plan as solve
    from fleet.plans import check_lock, lock_path, read_lock

    lock = lock_path(path)
    if check_lock(lock, spec).fresh:
        return read_lock(lock)
    found = solve(spec, catalog, today=around.day(today))
    return found if found.allocations or found.status in {"optimal", "feasible"} else None


def _about(found: "Explanation") -> Mapping[str, Any]:
    assert found.about is not None
    return {"workload": found.workload, **_verdict(found.about)}


def _all(found: "Explanation", families: "Sequence[Judgement]") -> Mapping[str, Any]:
    """`families` stands there for work on accelerators only."""
    side_by_side = {"families": [_family(judgement) for judgement in families]} if families else {}
    return {
        "workload": found.workload,
        "chosen": [_verdict(verdict) for verdict in found.chosen],
        "alternatives": [_verdict(verdict) for verdict in found.alternatives],
        "rejections": [rejection.model_dump(mode="json") for rejection in found.rejections],
        "binding": [
            {"constraint": item.constraint, "step": item.step, "saves_hourly_usd": round(item.hourly_usd, 6)}
            for item in found.binding
        ],
        **side_by_side,
    }


def _family(judgement: "Judgement") -> dict[str, Any]:
    from fleet.money import to_number

    names = ("hourly_usd", "monthly_usd", "job_usd", "usd_per_pflop_day")
    amounts = {name: getattr(judgement, name) for name in names}
    return {
        "family": judgement.name,
        "accelerator": judgement.accelerator,
        "eligible": judgement.eligible,
        "reasons": list(judgement.reasons),
        "message": judgement.message,
        "type": judgement.instance_type,
        "purchase": judgement.purchase,
        "region": judgement.region,
        "count": judgement.count,
        **{name: None if value is None else to_number(value) for name, value in amounts.items()},
        "energy_kwh": judgement.energy_kwh,
    }


def _verdict(verdict: "Verdict") -> dict[str, Any]:
    from fleet.money import to_number

    amounts = {"hourly_usd": verdict.hourly_usd, "monthly_usd": verdict.monthly_usd, "job_usd": verdict.job_usd}
    return {
        "type": verdict.name,
        "known": verdict.known,
        "eligible": verdict.eligible,
        "chosen": verdict.chosen,
        "reasons": list(verdict.reasons),
        "message": verdict.message,
        "count": verdict.count,
        **{name: None if value is None else to_number(value) for name, value in amounts.items()},
    }
