"""Side by side: every family of accelerators with its cost or its reasons, from the shipped catalog."""

import subprocess
import sys
from datetime import date

import pytest

from fleet.planner.accelerators import compare, judge, judge_accelerator, plan_inference, plan_rendering, plan_training

TODAY = date(2026, 12, 1)

PRETRAIN = {
    "name": "pretrain",
    "kind": "training",
    "framework": "pytorch",
    "accelerator_stacks": ["cuda", "neuron"],
    "compute": {"pflop_days": 900, "precision": "bf16", "utilization": {"cuda": 0.40, "neuron": 0.35}},
    "min_accelerator_memory_gib": 80,
    "deadline_days": 14,
    "start": date(2026, 12, 7),
}
EMBED = {
    "name": "embed",
    "kind": "inference",
    "framework": "pytorch",
    "accelerator_stacks": ["cuda", "neuron"],
    "model_memory_gib": 6,
    "tokens_per_second": 50_000,
    "throughput": {"inferentia2": 9000, "l4": 5000, "l40s": 14_000, "h100": 40_000},
}
VIDEO = {
    "name": "video",
    "kind": "rendering",
    "streams": 240,
    "streams_per_accelerator": {"l4": 6, "l40s": 14, "rtx-pro-6000": 24},
    "needs": ["video_encode", "fp8"],
}
PLANS = {"training": plan_training, "inference": plan_inference, "rendering": plan_rendering}


def test_every_family_is_in_the_table_with_a_cost_or_a_reason(spec_of, aws):
    spec = spec_of(PRETRAIN, region="us-east-2")

    lines = compare(spec, spec.workloads[0], aws, today=TODAY)

    named = {line.name for line in lines}
    assert {t.family for t in aws.types.values() if t.accelerator} <= named
    assert {"trn3", "tpu-v6e", "mi300x", "p6e-gb200"} <= named
    assert all(line.eligible == (line.job_usd is not None) for line in lines)
    assert all(line.eligible or line.reasons for line in lines)


def test_the_cheapest_job_comes_first_and_is_the_plan(spec_of, aws):
    """22 trn2.48xlarge for 264 hours: 22 x 16 chips x 500 W x 264 h = 46,464 kWh at the power limit."""
    spec = spec_of(PRETRAIN, region="us-east-2")

    first, second, *_ = compare(spec, spec.workloads[0], aws, today=TODAY)
    plan = plan_training(spec, spec.workloads[0], aws, today=TODAY)

    assert first.name == "trn2"
    assert first.job_usd == plan.one_off_bound_usd < second.job_usd
    assert f"{first.usd_per_pflop_day:.2f}" == "229.78"
    assert first.energy_kwh == pytest.approx(46_464)
    assert first.hourly_usd == 22 * plan.allocations[0].unit_hourly_usd


def test_energy_is_unknown_where_power_is(spec_of, aws):
    """No power limit of Inferentia2 is published, so its energy is unknown, not zero."""
    spec = spec_of(EMBED)

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    assert judged["inf2.xlarge"].eligible
    assert judged["inf2.xlarge"].energy_kwh is None
    assert judged["g6.xlarge"].energy_kwh == pytest.approx(72 * judged["g6.xlarge"].count * 730 / 1000)


@pytest.mark.parametrize("workload", [pytest.param(w, id=w["kind"]) for w in (PRETRAIN, EMBED, VIDEO)])
def test_no_kind_of_work_reads_a_name(spec_of, aws, renamed_aws, workload):
    """With every family renamed, what is chosen and why the rest is not stays the same."""
    spec = spec_of(workload)

    plan = PLANS[workload["kind"]]
    plain = plan(spec, spec.workloads[0], aws, today=TODAY)
    renamed = plan(spec, spec.workloads[0], renamed_aws, today=TODAY)
    judged = judge(spec, spec.workloads[0], aws, today=TODAY)
    judged_again = judge(spec, spec.workloads[0], renamed_aws, today=TODAY)

    assert [(renamed_aws.name_of[a.instance_type], a.count, a.purchase) for a in plain.allocations] == [
        (a.instance_type, a.count, a.purchase) for a in renamed.allocations
    ]
    assert {(r.reason, r.count) for r in plain.rejections} == {(r.reason, r.count) for r in renamed.rejections}
    assert {renamed_aws.name_of[n]: j.reasons for n, j in judged.items()} == {
        n: j.reasons for n, j in judged_again.items()
    }


@pytest.mark.parametrize(
    ("key", "reason", "words"),
    [
        pytest.param("tpu-v6e", "not_orderable", "Google Cloud", id="TPU"),
        pytest.param("mi300x", "not_orderable", "no AMD Instinct", id="MI300X"),
        pytest.param("trainium3", "not_orderable", "UltraServers", id="Trainium3"),
        pytest.param("gb200", "not_orderable", "UltraServers", id="GB200"),
        pytest.param("v100", "precision_unsupported", "does not run bf16", id="V100 has no BF16"),
        pytest.param("h100", None, "p5.48xlarge", id="H100 fits"),
    ],
)
def test_one_kind_of_accelerator_is_explained(spec_of, aws, key, reason, words):
    """Also a kind that EC2 does not sell has an answer, in words."""
    spec = spec_of(PRETRAIN)

    line = judge_accelerator(spec, spec.workloads[0], aws, key, today=TODAY)

    assert line.name == key
    assert line.eligible == (reason is None)
    assert reason is None or reason in line.reasons
    assert words in line.message


def test_microscaling_formats_run_on_trainium3_only(spec_of, aws):
    """MXFP8 is Trainium3's, which cannot be ordered by type: no plan, and every other chip lacks the precision."""
    compute = {"pflop_days": 1, "precision": "mxfp8", "utilization": {"cuda": 0.4, "neuron": 0.4}}
    spec = spec_of(PRETRAIN | {"compute": compute})

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    with_chip = [j for j in judged.values() if j.accelerator]
    assert all("precision_unsupported" in j.reasons for j in with_chip)
    assert "precision_unsupported" not in judge_accelerator(
        spec, spec.workloads[0], aws, "trainium3", today=TODAY
    ).reasons  # fmt: skip


def test_fp4_needs_blackwell(spec_of, aws):
    compute = {"pflop_days": 90, "precision": "fp4", "utilization": {"cuda": 0.4}}
    spec = spec_of(PRETRAIN | {"compute": compute, "accelerator_stacks": ["cuda"]})

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    assert {j.accelerator for j in judged.values() if j.eligible} == {"b200", "b300"}
    assert "precision_unsupported" in judged["p5.48xlarge"].reasons


def test_reasons_are_sorted_and_complete(spec_of, aws):
    """trn2 for video in us-east-1: no graphics, no figures, no encoder, and not offered there."""
    spec = spec_of(VIDEO)

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    assert judged["trn2.48xlarge"].reasons == ("no_graphics", "no_throughput", "no_video_encoder", "not_in_region")
    assert all(list(j.reasons) == sorted(j.reasons) for j in judged.values())
    assert set(judged) == set(aws.types)


def test_the_counts_of_rejections_match_the_judgements(spec_of, aws):
    """What the plan counts by reason is what each type is told."""
    spec = spec_of(VIDEO)

    plan = plan_rendering(spec, spec.workloads[0], aws, today=TODAY)
    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    for rejection in plan.rejections:
        names = {name for name, j in judged.items() if rejection.reason in j.reasons}
        assert rejection.count == len(names)
        assert set(rejection.examples) <= names


def test_importing_loads_no_solver_and_solving_prints_nothing():
    """stdout belongs to results: not even the solver's banner may appear there."""
    code = (
        "import sys\n"
        "import fleet.planner.accelerators\n"
        "assert 'highspy' not in sys.modules\n"
        "from fleet.planner.milp import Limits, Program, solve\n"
        "program = Program(); program.row({program.column(1.0): 1.0}, low=1.5)\n"
        "assert solve(program, Limits()).cost == 2\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
