"""`fleet preview` and `fleet check` on the example fleet: every workload, its price, and a verdict."""

import json
import re
from pathlib import Path

import pytest

from fleet.result import parse_result

ROOT = Path(__file__).parents[2]

DAY = ("--today", "2026-12-01")
RESULT = {
    "schema", "tool_version", "engine", "stack", "project", "catalog", "cost", "kg_co2e_per_month", "resources",
    "by_use", "unpriced", "not_answered", "findings", "counts", "reason", "passed",
}  # fmt: skip


def test_the_example_passes_and_shows_all_eight_workloads_with_totals_and_dates(planned, fleet):
    ran = fleet("preview", "--stack", "prod", *DAY)

    assert ran.code == 0, ran.out + ran.err
    for workload in ("main", "licensing", "nightly", "pretrain", "chat", "embed", "live-video", "ios"):
        assert f"─ {workload}  " in ran.out
    assert "USD a month" in ran.out
    assert "Prices      of 20" in ran.out
    # Outside us-east-1 gateways, addresses and volumes have no price.
    assert re.search(r"\npassed, without \d+ resources that have no price and parts of \d+ resources?\n*$", ran.out)


def test_json_has_the_fields_that_scripts_rely_on(planned, fleet):
    result = json.loads(fleet("preview", "--stack", "prod", "--format", "json", *DAY).out)

    assert set(result) >= RESULT
    assert (result["schema"], result["engine"], result["stack"], result["passed"]) == (1, "embedded", "prod", True)
    assert set(result["cost"]["monthly_usd"]) == {"min", "max"}
    total = sum(r["monthly_usd"]["min"] for r in result["resources"] if r["monthly_usd"])
    assert total == pytest.approx(result["cost"]["monthly_usd"]["min"], abs=0.01)


def test_the_training_group_stands_at_zero_nodes_with_its_one_off_cost(planned, fleet):
    result = json.loads(fleet("preview", "--stack", "prod", "--format", "json", *DAY).out)
    plan = json.loads((planned / "fleet.lock.json").read_text())

    group = next(
        r for r in result["resources"] if "pretrain" in r["name"] and r["type"] == "aws:autoscaling/group:Group"
    )
    assert group["count"] == {"min": 0, "max": 0}
    assert group["monthly_usd"] == {"min": 0, "max": 0}
    # Reserved by a block, at its maximum it costs the plan's one-off amount (volumes aside).
    assert group["monthly_usd_at_max_scale"]["min"] == pytest.approx(plan["one_off_usd"], rel=0.01)
    assert result["outputs"]["one_off_usd"] == pytest.approx(plan["one_off_usd"])


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/**/baseline.json")), ids=lambda path: path.parent.name)
def test_the_baseline_of_an_example_is_a_result(path):
    """`--baseline` takes what the example comes with."""
    assert parse_result(path.read_text(encoding="utf-8"), str(path)).project == path.parent.name


def test_a_stale_lock_stops_the_program_with_the_command_to_run(planned, fleet):
    spec = planned / "fleet.yaml"
    spec.write_text(spec.read_text().replace("replicas: 120", "replicas: 121"))

    ran = fleet("preview", *DAY)

    # The program's own traceback, none of ours.
    assert ran.code == 2
    assert "fleet plan" in ran.err


def test_the_result_is_written_where_asked_and_read_back_as_a_baseline(planned, fleet):
    stored = planned / "baseline.json"
    assert fleet("preview", "--save-baseline", str(stored), *DAY).code == 0

    ran = fleet("preview", "--baseline", str(stored), "--format", "json", "--output", "out/result.json", *DAY)

    assert (ran.code, ran.out) == (0, "")
    result = json.loads((planned / "out" / "result.json").read_text())
    assert all(finding["new"] is False for finding in result["findings"])
