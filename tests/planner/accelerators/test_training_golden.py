"""Training on the shipped catalog: cases worked out by hand, the arithmetic in each docstring."""

from datetime import date
from decimal import Decimal

import pytest

from fleet.planner.accelerators import judge, plan_training, reasons

TODAY = date(2026, 12, 1)

PRETRAIN = {
    "name": "pretrain",
    "kind": "training",
    "framework": "pytorch",
    "accelerator_stacks": ["cuda"],
    "compute": {"pflop_days": 900, "precision": "bf16", "utilization": {"cuda": 0.40, "neuron": 0.35}},
    "min_accelerator_memory_gib": 80,
    "deadline_days": 14,
    "start": date(2026, 12, 7),
}
H100S = {
    "name": "pretrain",
    "kind": "training",
    "accelerator_stacks": ["cuda"],
    "accelerators": 64,
    "deadline_days": 16,
    "candidates": {"families": ["p5"], "instance_types": ["p5.48xlarge"]},
}


def _plan(spec_of, catalog, workload, **fields):
    spec = spec_of(workload, **fields)
    return plan_training(spec, spec.workloads[0], catalog, today=TODAY)


def test_a_capacity_block_beats_on_demand_for_fourteen_days(spec_of, aws):
    """900 PFLOP-days in bf16, CUDA only, us-east-1.

    An H100 delivers 989.5 TFLOPS x 0.40 = 395.8; a p5.48xlarge 8 x 0.3958 = 3.1664 PFLOPS. A block of 13 days gives
    13 x 24 - 0.5 = 311.5 hours: 900 x 24 / 3.1664 / 311.5 = 21.9, so 22 instances, 22 x 312 h x 41.528 = 285,048.192.
    14 days need 900 x 24 / 3.1664 / 335.5 = 20.3, so 21 x 336 h x 41.528 = 293,021.57: more.
    On demand the job is paid by its work: 900 x 24 / 3.1664 h x 55.04 = 375,462.35.
    """
    plan = _plan(spec_of, aws, PRETRAIN)

    (allocation,) = plan.allocations
    assert (allocation.instance_type, allocation.purchase, allocation.count) == ("p5.48xlarge", "capacity_block", 22)
    assert allocation.job_usd == Decimal("285048.192")
    assert allocation.hours_per_month == 312
    assert allocation.monthly_usd == 0
    assert plan.status == "optimal"
    assert plan.one_off_bound_usd == Decimal("285048.192")
    assert any("on demand" in line and "375,462.35 USD, 417.18 USD per PFLOP-day" in line for line in plan.assumptions)


def test_trainium2_wins_in_ohio_when_neuron_is_allowed(spec_of, aws):
    """The same job with Neuron, us-east-2: 35.7608 / 16 = 2.235 USD a chip-hour.

    A chip delivers 667 x 0.35 = 233.45 TFLOPS, a trn2.48xlarge 3.7352 PFLOPS. 11 days: 900 x 24 / 3.7352 / 263.5 =
    21.95, so 22 x 264 h x 35.7608 = 207,698.7264. A PFLOP-day costs 35.7608 x 24 / 3.7352 = 229.78.
    """
    plan = _plan(spec_of, aws, PRETRAIN | {"accelerator_stacks": ["cuda", "neuron"]}, region="us-east-2")

    (allocation,) = plan.allocations
    assert (allocation.instance_type, allocation.purchase, allocation.count) == ("trn2.48xlarge", "capacity_block", 22)
    assert allocation.unit_hourly_usd / 16 == Decimal("2.23505")
    assert allocation.job_usd == Decimal("207698.7264")
    assert "229.78 USD per PFLOP-day" in plan.assumptions[0]


def test_the_cheapest_of_several_regions_is_taken(spec_of, aws):
    """Only us-east-2 of the three sells trn2, so the job goes there."""
    regions = ["us-east-1", "us-east-2", "us-west-2"]
    plan = _plan(spec_of, aws, PRETRAIN | {"accelerator_stacks": ["cuda", "neuron"], "regions": regions})

    assert [a.region for a in plan.allocations] == ["us-east-2"]


def test_a_job_of_sixteen_days_needs_a_block_of_twenty_one(spec_of, aws):
    """Blocks of 15 to 20 days are not sold: 8 x 21 x 24 h x 41.528 = 167,440.896; on demand 8 x 384 h x 55.04 =
    169,082.88."""
    (allocation,) = _plan(spec_of, aws, H100S).allocations

    assert (allocation.purchase, allocation.count, allocation.hours_per_month) == ("capacity_block", 8, 504)
    assert allocation.job_usd == Decimal("167440.896")


def test_no_block_covers_two_hundred_days(spec_of, aws):
    """The longest block is 182 days, so 8 x 200 x 24 h x 55.04 = 2,113,536 on demand."""
    plan = _plan(spec_of, aws, H100S | {"deadline_days": 200})

    (allocation,) = plan.allocations
    assert allocation.purchase == "on_demand"
    assert allocation.job_usd == Decimal(2113536)
    assert "capacity_block_window" in {r.reason for r in plan.rejections}
    (step,) = plan.next_steps
    assert "no capacity block is longer than 182 days" in step
    assert "p5.48xlarge can be had in blocks" in step


@pytest.mark.parametrize(
    ("start", "purchase"),
    [
        pytest.param(date(2026, 12, 1), "capacity_block", id="today"),
        pytest.param(date(2027, 1, 26), "capacity_block", id="eight weeks ahead to the day"),
        pytest.param(date(2027, 1, 27), "on_demand", id="a day more than eight weeks"),
        pytest.param(date(2027, 2, 9), "on_demand", id="ten weeks ahead"),
        pytest.param(date(2026, 11, 30), "on_demand", id="yesterday"),
    ],
)
def test_a_block_starts_within_eight_weeks(spec_of, aws, start, purchase):
    """A block can be bought from today to eight weeks ahead; outside of that the job is bought on demand."""
    plan = _plan(spec_of, aws, H100S | {"deadline_days": 14, "start": start})

    assert [a.purchase for a in plan.allocations] == [purchase]


def test_a_start_that_is_past_says_that_it_keeps_blocks_out(spec_of, aws):
    """A spec that was not touched for a month costs a third more on demand: the plan says why."""
    (step,) = _plan(spec_of, aws, H100S | {"deadline_days": 14, "start": date(2026, 11, 1)}).next_steps

    assert "the start 2026-11-01 is past" in step


def test_a_type_sold_in_blocks_only_is_out_when_the_start_is_too_far(spec_of, aws):
    """p5e has no on-demand price, so ten weeks ahead nothing is left, and the hint says when to come back."""
    workload = H100S | {"candidates": {"families": ["p5e"]}, "start": date(2027, 2, 9)}
    spec = spec_of(workload, region="us-east-2")

    plan = plan_training(spec, spec.workloads[0], aws, today=TODAY)
    judged = reasons(spec, spec.workloads[0], aws, "p5e.48xlarge", today=TODAY)

    assert plan.status == "infeasible"
    assert plan.allocations == ()
    assert judged.reasons == ("capacity_block_window", "no_price")
    assert "2026-12-15" in plan.conflicts[0].hint


def test_the_commands_that_buy_the_block_are_printed_and_none_is_run(spec_of, aws):
    """Search and purchase with region, type, count and hours; the block of 504 hours starts on the day of the job."""
    plan = _plan(spec_of, aws, H100S | {"start": date(2026, 12, 7)})

    assert plan.next_steps[1] == (
        "aws ec2 describe-capacity-block-offerings --region us-east-1 --instance-type p5.48xlarge --instance-count 8 "
        "--capacity-duration-hours 504 --start-date-range 2026-12-07T00:00:00Z --end-date-range 2026-12-29T00:00:00Z"
    )
    assert plan.next_steps[2].startswith("aws ec2 purchase-capacity-block --region us-east-1 ")
    assert "from 2026-12-01 until 2026-12-07" in plan.next_steps[0]


def test_p5e_and_trn2_are_never_bought_on_demand(spec_of, aws):
    """EC2 lists the usage class and publishes no price; without blocks both are out for want of a price."""
    workload = H100S | {
        "accelerator_stacks": ["cuda", "neuron"],
        "candidates": {"families": ["p5e", "trn2"]},
        "purchase": {"capacity_blocks": False},
    }
    spec = spec_of(workload, region="us-east-2")

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    assert judged["p5e.48xlarge"].reasons == ("no_price",)
    assert judged["trn2.48xlarge"].reasons == ("no_price",)


def test_a_cuda_only_job_never_lands_on_neuron(spec_of, aws):
    """Every Neuron type says stack_unsupported, wherever it is offered and however cheap it is."""
    spec = spec_of(PRETRAIN | {"min_accelerator_memory_gib": 0}, region="us-east-2")

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    neuron = [j for j in judged.values() if j.accelerator in {"inferentia2", "trainium", "trainium2"}]
    assert neuron
    assert all("stack_unsupported" in j.reasons for j in neuron)


def test_no_decision_reads_a_name(spec_of, aws, renamed_aws):
    """With every family renamed, the same types are chosen, turned down for the same reasons, at the same cost."""
    spec = spec_of(PRETRAIN | {"accelerator_stacks": ["cuda", "neuron"]}, region="us-east-2")

    plain = judge(spec, spec.workloads[0], aws, today=TODAY)
    renamed = judge(spec, spec.workloads[0], renamed_aws, today=TODAY)

    assert {renamed_aws.name_of[n]: (j.reasons, j.count, j.job_usd) for n, j in plain.items()} == {
        n: (j.reasons, j.count, j.job_usd) for n, j in renamed.items()
    }
