"""Units and laws that hold for every size: TFLOPS and PFLOPS, days and hours, whole instances, finite money."""

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.planner.accelerators import blocks, plan_training
from fleet.planner.accelerators.rework import expected_rework
from fleet.planner.accelerators.software import parse_version, version_too_new
from fleet.planner.accelerators.work import instances_for_work, whole

TODAY = date(2026, 12, 1)


@given(days=st.floats(0.01, 400))
def test_the_shortest_block_covers_the_run_and_the_next_shorter_does_not(days):
    """1 to 14 days, or whole weeks up to 182; nothing in between, nothing beyond."""
    length = blocks.shortest_block(days)

    if days > 182:
        assert length is None
        return
    assert length >= days
    assert length <= 14 or length % 7 == 0
    shorter = [other for other in blocks.LENGTHS_DAYS if other < length]
    assert all(other < days for other in shorter)


@given(offset=st.integers(-100, 100))
def test_blocks_are_bought_from_eight_weeks_before_the_start(offset):
    start = TODAY + timedelta(days=offset)

    buying = blocks.buying_days(start, TODAY)

    assert (buying is not None) == (0 <= offset <= 56)
    if buying is not None:
        assert TODAY <= buying.first <= buying.last == start


@given(amount=st.integers(1, 10**9), divisor=st.floats(0.001, 1000))
def test_whole_counts_cover_the_amount_and_waste_less_than_one(amount, divisor):
    count = whole(amount / divisor)

    assert count * divisor >= amount * (1 - 1e-8)
    assert (count - 1) * divisor < amount * (1 + 1e-8)


@given(pflop_days=st.floats(1, 1e5), pflops=st.floats(0.01, 100), hours=st.floats(1, 4000))
def test_instances_finish_the_work_in_time(pflop_days, pflops, hours):
    """A PFLOP-day is one PFLOPS for 24 hours."""
    count = instances_for_work(pflop_days, pflops, hours)

    assert count * pflops * hours / 24 >= pflop_days * (1 - 1e-8)


@given(probability=st.floats(0, 0.99), nodes=st.integers(0, 500))
def test_rework_never_shortens_a_job(probability, nodes):
    rework = expected_rework(probability, nodes)

    if rework is not None:
        assert rework.factor >= 1
        assert math.isfinite(rework.factor)
        more = expected_rework(probability, nodes + 1)
        assert more is None or more.factor >= rework.factor


def test_a_node_that_is_surely_interrupted_gives_no_estimate():
    assert expected_rework(1.0, 1) is None


@settings(max_examples=60, deadline=None)
@given(job=st.tuples(st.floats(0.5, 5000), st.floats(0.05, 1), st.floats(50, 5000), st.floats(0.5, 60)))
def test_every_job_plan_is_finite_positive_and_enough(spec_of_session, shop_class, job):
    """TFLOPS of one accelerator x 8 / 1,000 x share x hours / 24 covers the PFLOP-days; no NaN, no negative count."""
    pflop_days, share, tflops, deadline = job
    shop = shop_class().accelerator("a", tflops={"bf16": tflops})
    shop.sell("p.8x", "a", 8, on_demand="40", block="30", spot="10")
    compute = {"pflop_days": pflop_days, "precision": "bf16", "utilization": {"cuda": share}}
    spec = spec_of_session(
        {"name": "job", "kind": "training", "accelerator_stacks": ["cuda"], "compute": compute,
         "deadline_days": deadline, "interruptible": True}
    )  # fmt: skip

    plan = plan_training(spec, spec.workloads[0], shop, today=TODAY)

    nodes = sum(a.count for a in plan.allocations)
    hours = plan.allocations[0].hours_per_month
    assert all(a.count > 0 for a in plan.allocations)
    assert nodes * tflops * 8 / 1000 * share * min(hours, deadline * 24) / 24 >= pflop_days * (1 - 1e-6)
    assert plan.one_off_bound_usd.is_finite()
    assert plan.one_off_bound_usd == pytest.approx(
        sum((a.unit_hourly_usd * a.count * Decimal(str(hours)) for a in plan.allocations), Decimal(0))
    )


@settings(max_examples=25, deadline=None)
@given(pflop_days=st.floats(1, 500), days=st.integers(1, 30), more=st.integers(0, 30))
def test_a_later_deadline_never_costs_more(spec_of_session, shop_class, pflop_days, days, more):
    """Whatever runs in time still runs when there is more of it."""
    shop = shop_class().accelerator("a").sell("p.8x", "a", 8, on_demand="40", block="30")

    def cost(deadline):
        compute = {"pflop_days": pflop_days, "precision": "bf16", "utilization": {"cuda": 0.4}}
        spec = spec_of_session(
            {"name": "job", "kind": "training", "accelerator_stacks": ["cuda"], "compute": compute,
             "deadline_days": deadline}
        )  # fmt: skip
        return plan_training(spec, spec.workloads[0], shop, today=TODAY).one_off_bound_usd

    assert cost(days + more) <= cost(days) + Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("2.9", (2, 9), id="two numbers"),
        pytest.param("v0.24.0+cu128", (0, 24, 0), id="with a build"),
        pytest.param("2.10rc1", (2, 10), id="candidate"),
        pytest.param("main", None, id="no number"),
    ],
)
def test_versions_are_read_as_numbers(text, numbers):
    assert parse_version(text) == numbers


@pytest.mark.parametrize(
    ("stack", "framework", "version", "too_new"),
    [
        pytest.param("neuron", "vllm", "0.24.1", False, id="patch releases of the newest"),
        pytest.param("neuron", "vllm", "0.25", True, id="newer than Neuron has"),
        pytest.param("neuron", "JAX", "0.11", True, id="whatever the case"),
        pytest.param("neuron", "pytorch", "2.11", False, id="native from 2.10"),
        pytest.param("cuda", "vllm", "0.99", False, id="no limit on CUDA"),
        pytest.param("neuron", "vllm", None, False, id="no version, no limit"),
    ],
)
def test_newest_versions(stack, framework, version, too_new):
    assert (version_too_new(stack, framework, version) is not None) == too_new
