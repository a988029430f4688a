"""Training on a small shop: purchase options, limits and interruptions, worked out by hand."""

import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.planner.accelerators import plan_training, reasons

TODAY = date(2026, 12, 1)

JOB = {
    "name": "job",
    "kind": "training",
    "accelerator_stacks": ["cuda"],
    "accelerators": 16,
    "deadline_days": 10,
}


@pytest.fixture
def gpus(shop):
    """Eight accelerators of 1,000 TFLOPS a node: 40 USD on demand, 30 in a block, 10 on spot."""
    return shop.accelerator("a").sell("p.8x", "a", 8, on_demand="40", block="30", spot="10", interruption=(15, 20))


def _plan(spec_of, catalog, workload, **fields):
    spec = spec_of(workload, **fields)
    return plan_training(spec, spec.workloads[0], catalog, today=TODAY)


def _bought(plan):
    return [(a.instance_type, a.purchase, a.count) for a in plan.allocations]


def test_blocks_may_be_switched_off(spec_of, gpus):
    assert _bought(_plan(spec_of, gpus, JOB)) == [("p.8x", "capacity_block", 2)]
    assert _bought(_plan(spec_of, gpus, JOB | {"purchase": {"capacity_blocks": False}})) == [("p.8x", "on_demand", 2)]


ONE_BLOCK = "the bound covers no run in several blocks"


def test_a_job_larger_than_a_block_says_that_several_blocks_are_not_in_the_bound(spec_of, gpus):
    """65 nodes for 10 days: 40 USD an hour on demand, 30 in two blocks, and one block holds 64."""
    larger = _plan(spec_of, gpus, JOB | {"accelerators": 520})

    assert _bought(larger) == [("p.8x", "on_demand", 65)]
    assert any(ONE_BLOCK in line and "at most 64 instances" in line for line in larger.assumptions)


def test_work_that_a_block_does_says_that_several_blocks_are_not_in_the_bound(spec_of, gpus):
    compute = {"pflop_days": 160, "precision": "bf16", "utilization": {"cuda": 1.0}}
    workload = {k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute}

    assert any(ONE_BLOCK in line for line in _plan(spec_of, gpus, workload).assumptions)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"accelerators": 512}, id="one block holds it"),
        pytest.param({"accelerators": 520, "purchase": {"capacity_blocks": False}}, id="no blocks wanted"),
        pytest.param({"accelerators": 520, "start": "2027-06-01"}, id="no block can be bought yet"),
        pytest.param({"accelerators": 520, "deadline_days": 200}, id="no block is that long"),
    ],
)
def test_nothing_is_said_of_several_blocks_where_they_cannot_cost_less(spec_of, gpus, change):
    assert not any(ONE_BLOCK in line for line in _plan(spec_of, gpus, JOB | change).assumptions)


def test_spot_pays_for_the_work_that_interruptions_throw_away(spec_of, gpus):
    """Two nodes at 20 % a month: h = -ln(0.8) / 730 = 0.00030568 an hour and node; each stop costs 0.5 + 0.5 h.

    The share lost is 2 x 0.00030568 = 0.00061136, so 240 h become 240.146813: 2 x 10 x 240.146813 = 4,802.94.
    """
    plan = _plan(spec_of, gpus, JOB | {"interruptible": True})

    assert _bought(plan) == [("p.8x", "spot", 2)]
    assert float(plan.one_off_bound_usd) == pytest.approx(2 * 10 * 240 / (1 - 2 * 0.000305676), rel=1e-6)
    assert plan.allocations[0].job_usd == plan.one_off_bound_usd
    assert any("20% a month" in line and "0.5 h to restart" in line for line in plan.assumptions)


def test_spot_work_by_pflop_days_still_meets_the_deadline(spec_of, gpus):
    """160 PFLOP-days at 8 PFLOPS a node and full use are 10 days on two nodes to the hour: rework takes a third one."""
    compute = {"pflop_days": 160, "precision": "bf16", "utilization": {"cuda": 1.0}}
    workload = {k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute, "interruptible": True}

    assert _bought(_plan(spec_of, gpus, workload)) == [("p.8x", "spot", 3)]
    assert _bought(_plan(spec_of, gpus, workload | {"interruptible": False})) == [("p.8x", "capacity_block", 3)]


def test_a_part_of_a_spot_job_may_have_to_stay_on_demand(spec_of, gpus):
    """A quarter of 4 nodes: one on demand, three on spot, in one zone."""
    purchase = {"spot": {"on_demand_base_percent": 25}, "capacity_blocks": False}

    plan = _plan(spec_of, gpus, JOB | {"accelerators": 32, "interruptible": True, "purchase": purchase})

    assert _bought(plan) == [("p.8x", "spot", 3), ("p.8x", "on_demand", 1)]
    assert len({tuple(a.zones) for a in plan.allocations}) == 1
    assert len(plan.allocations[0].zones) == 1


def test_more_spot_nodes_are_taken_where_the_steady_part_is_rounded_up(spec_of, gpus):
    """200 PFLOP-days at 8 PFLOPS a node: 3 nodes are 8.3 days, and a fifth of 3 is one node on demand: a third.

    An hour of a node costs (40 + 2 x 10) / 3 = 20 USD with 3 nodes, (40 + 4 x 10) / 5 = 16 with 5, a fifth less. Each
    more than 5 has two on demand until there are 10, which cost 16 again and lose more to interruptions.
    """
    compute = {"pflop_days": 200, "precision": "bf16", "utilization": {"cuda": 1.0}}
    purchase = {"spot": {"on_demand_base_percent": 20}, "capacity_blocks": False}
    workload = {k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute, "interruptible": True}

    plan = _plan(spec_of, gpus, workload | {"purchase": purchase})

    assert _bought(plan) == [("p.8x", "spot", 4), ("p.8x", "on_demand", 1)]
    assert float(plan.one_off_bound_usd) == pytest.approx(16 * 200 * 24 / 8 / (1 - 4 * 0.000305676), rel=1e-6)
    # 16 USD x 24 h / 8 PFLOPS, stretched by what interruptions of four nodes throw away
    assert "4 spot and 1 on demand" in plan.assumptions[0]
    assert "48.06 USD per PFLOP-day" in plan.assumptions[0]


@settings(max_examples=40, deadline=None)
@given(
    pflop_days=st.floats(1, 800),
    percent=st.floats(0, 99),
    usd=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    bucket=st.sampled_from([(0, 5), (5, 10), (15, 20), (20, None)]),
)
def test_no_number_of_spot_nodes_is_cheaper(spec_of_session, shop_class, pflop_days, percent, usd, bucket):
    """Every number of nodes counted out, by a formula written anew: none costs less than the plan."""
    steady, spot = usd
    shop = shop_class().accelerator("a")
    shop.sell("p.8x", "a", 8, on_demand=str(steady), spot=str(spot), interruption=bucket)
    compute = {"pflop_days": pflop_days, "precision": "bf16", "utilization": {"cuda": 1.0}}
    purchase = {"spot": {"on_demand_base_percent": percent}, "capacity_blocks": False}
    workload = {k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute, "interruptible": True}

    bound = float(_plan(spec_of_session, shop, workload | {"purchase": purchase}).one_off_bound_usd)

    rate = -math.log(1 - (bucket[1] or bucket[0]) / 100) / 730
    for nodes in range(1, 400):
        base = math.ceil(nodes * percent / 100 - 1e-9)
        lost = (nodes - base) * rate
        hours = pflop_days * 24 / 8 / nodes / (1 - lost) if lost < 1 else math.inf
        if hours <= 240:
            assert bound <= ((nodes - base) * spot + base * steady) * hours * (1 + 1e-6) + 0.01


def test_a_job_on_one_type_cannot_be_spread_over_several(spec_of, gpus):
    """With min_instance_types 2 spot is out for a synchronous job, which runs on one type."""
    purchase = {"spot": {"min_instance_types": 2}}

    assert _bought(_plan(spec_of, gpus, JOB | {"interruptible": True, "purchase": purchase}))[0][1] == "capacity_block"


def test_spot_without_interruption_figures_is_not_planned(spec_of, shop):
    """The rework cannot be estimated, so no price can be stated for the job."""
    shop.accelerator("a").sell("p.8x", "a", 8, spot="1", interruption=None)
    spec = spec_of(JOB | {"interruptible": True})

    assert "no_spot_data" in reasons(spec, spec.workloads[0], shop, "p.8x", today=TODAY).reasons


def test_an_owned_savings_plan_carries_a_part_of_the_nodes(spec_of, gpus):
    """25 % off 40 are 30 USD an hour; 50 USD cover one node, the other is on demand: 240 x 70 = 16,800."""
    purchase = {
        "capacity_blocks": False,
        "savings_plans": [{"kind": "compute", "hourly_usd": 50, "discount_percent": 25}],
    }

    plan = _plan(spec_of, gpus, JOB | {"purchase": purchase})

    assert _bought(plan) == [("p.8x", "savings_plan", 1), ("p.8x", "on_demand", 1)]
    assert sum(a.job_usd for a in plan.allocations) == Decimal(16800)


def test_a_savings_plan_must_last_as_long_as_the_job(spec_of, gpus):
    owned = {"kind": "compute", "hourly_usd": 50, "discount_percent": 25, "ends": date(2026, 12, 5)}
    purchase = {"capacity_blocks": False, "savings_plans": [owned]}

    assert _bought(_plan(spec_of, gpus, JOB | {"purchase": purchase})) == [("p.8x", "on_demand", 2)]


def test_several_nodes_need_efa(spec_of, shop):
    """A type without EFA trains on one node; for two it is out."""
    shop.accelerator("a").sell("p.8x", "a", 8, on_demand="40", efa_interfaces=0)
    spec = spec_of(JOB)

    assert _bought(_plan(spec_of, shop, JOB | {"accelerators": 8})) == [("p.8x", "on_demand", 1)]
    assert reasons(spec, spec.workloads[0], shop, "p.8x", today=TODAY).reasons == ("no_efa",)


def test_instances_are_whole(spec_of, gpus):
    """Nine accelerators are two nodes of eight."""
    assert _bought(_plan(spec_of, gpus, JOB | {"accelerators": 9}))[0][2] == 2


def test_a_block_holds_sixty_four_instances(spec_of, gpus):
    """64 nodes are one block; with one more the job is on demand, as two blocks are placed apart."""
    assert _bought(_plan(spec_of, gpus, JOB | {"accelerators": 512})) == [("p.8x", "capacity_block", 64)]
    assert _bought(_plan(spec_of, gpus, JOB | {"accelerators": 513})) == [("p.8x", "on_demand", 65)]


def test_a_longer_block_is_taken_when_fewer_instances_make_it_cheaper(spec_of, gpus):
    """One node does 8 PFLOP-days a day: 104 need 13.02 days for the last half hour, 14 days x 24 x 30 = 10,080.

    Two nodes do it in a block of 7 days: 2 x 168 x 30 = 10,080 as well, and one node is fewer.
    """
    compute = {"pflop_days": 104, "precision": "bf16", "utilization": {"cuda": 1.0}}
    workload = {k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute, "deadline_days": 14}

    plan = _plan(spec_of, gpus, workload)

    assert _bought(plan) == [("p.8x", "capacity_block", 1)]
    assert plan.allocations[0].job_usd == 10080


def test_without_utilization_for_its_stack_a_type_has_no_throughput(spec_of, gpus):
    compute = {"pflop_days": 1, "precision": "bf16", "utilization": {"neuron": 0.5}}
    spec = spec_of({k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute})

    assert reasons(spec, spec.workloads[0], gpus, "p.8x", today=TODAY).reasons == ("no_throughput",)


def test_a_precision_without_a_published_peak_has_no_throughput(spec_of, gpus):
    compute = {"pflop_days": 1, "precision": "fp8", "utilization": {"cuda": 0.5}}
    spec = spec_of({k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute})

    assert reasons(spec, spec.workloads[0], gpus, "p.8x", today=TODAY).reasons == ("no_throughput",)


def test_the_quota_counts_what_is_in_use(spec_of, gpus):
    """256 vCPUs less 96 hold one node of 96: two do not fit, and the block has no quota here."""
    limit = {"code": "L-417A185B", "limit": 256, "in_use": 96}
    workload = JOB | {"purchase": {"capacity_blocks": False}}
    spec = spec_of(workload, quotas={"limits": [limit]})

    assert reasons(spec, spec.workloads[0], gpus, "p.8x", today=TODAY).reasons == ("quota",)


def test_a_zone_without_capacity_is_avoided(spec_of, gpus):
    """The job is pinned to one zone, the first that is not listed as empty."""
    workload = JOB | {"purchase": {"capacity_blocks": False}}

    plan = _plan(spec_of, gpus, workload, unavailable=[{"instance_type": "p.8x", "zone": "us-east-1a"}])

    assert plan.allocations[0].zones == ["us-east-1b"]


def test_a_far_start_says_when_to_plan_again(spec_of, gpus):
    """Ten weeks ahead no block can be bought, and on demand stands until the day it can."""
    plan = _plan(spec_of, gpus, JOB | {"start": date(2027, 2, 9)})

    assert _bought(plan) == [("p.8x", "on_demand", 2)]
    (step,) = plan.next_steps
    assert step.startswith("workload job: plan again on 2026-12-15, when capacity blocks for 2027-02-09 can be bought")


def test_accelerators_that_cannot_be_ordered_are_out(spec_of, shop):
    shop.accelerator("a", orderable=False).sell("p.8x", "a", 8, on_demand="1")
    spec = spec_of(JOB)

    assert reasons(spec, spec.workloads[0], shop, "p.8x", today=TODAY).reasons == ("not_orderable",)


def test_filters_of_the_workload_narrow_and_those_of_the_fleet_do_not(spec_of, gpus):
    """Categories and generations of the fleet are for processors; its excluded families hold for all."""
    narrow = {"categories": ["c"], "min_generation": 9, "max_vcpus": 2}

    assert _bought(_plan(spec_of, gpus, JOB, candidates=narrow))
    assert _plan(spec_of, gpus, JOB | {"candidates": narrow}).status == "infeasible"
    assert _plan(spec_of, gpus, JOB, candidates={"exclude_families": ["p"]}).status == "infeasible"
    assert _plan(spec_of, gpus, JOB, candidates={"architectures": ["arm64"]}).status == "infeasible"


class TestConflict:
    """A job that cannot run says which limit it hit and what would help."""

    @pytest.fixture
    def blocks_only(self, shop):
        return shop.accelerator("a").sell("p.8x", "a", 8, block="30")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            pytest.param({"start": date(2027, 2, 9)}, "can be bought from 2026-12-15", id="too far ahead"),
            pytest.param({"start": date(2026, 11, 1)}, "the start 2026-11-01 is past", id="in the past"),
            pytest.param({"deadline_days": 200}, "no capacity block is longer than 182 days", id="too long"),
            pytest.param({"accelerators": 520}, "at most 64 instances", id="too many"),
        ],
    )
    def test_limits_of_blocks(self, spec_of, blocks_only, changes, words):
        plan = _plan(spec_of, blocks_only, JOB | changes)

        (conflict,) = plan.conflicts
        assert plan.status == "infeasible"
        assert conflict.constraint == "workloads.job"
        assert "p.8x" in conflict.allowed
        assert words in conflict.hint

    def test_other_limits(self, spec_of, shop):
        """No type is named when the candidates leave out all of them; the demand is in the user's words."""
        shop.accelerator("a").sell("p.8x", "a", 8, on_demand="1")
        compute = {"pflop_days": 5, "precision": "bf16", "utilization": {"cuda": 1}}
        workload = {k: v for k, v in JOB.items() if k != "accelerators"} | {"compute": compute}

        (conflict,) = _plan(spec_of, shop, workload | {"candidates": {"families": ["other"]}}).conflicts

        assert conflict.needed == "5 PFLOP-days in bf16 within 10 days"
        assert "candidates" in conflict.allowed


def test_the_quota_holds_for_blocks_and_spot_of_their_own_code(spec_of, gpus):
    """One node's worth of the spot quota: two nodes do not fit, so the job is bought otherwise."""
    limit = {"code": "L-7212CCBC", "limit": 96}

    plan = _plan(spec_of, gpus, JOB | {"interruptible": True}, quotas={"limits": [limit]})

    assert _bought(plan) == [("p.8x", "capacity_block", 2)]


def test_nodes_of_one_accelerator_are_pointed_out(spec_of, shop):
    """What goes between accelerators then goes over EFA, which the price does not show."""
    shop.accelerator("a").sell("p.1x", "a", 1, on_demand="1", efa_interfaces=1)

    plan = _plan(spec_of, shop, JOB)

    assert any("one accelerator a node" in line for line in plan.assumptions)


def test_a_savings_plan_without_a_discount_takes_the_dearest_known_rate(spec_of, aws):
    """p5.48xlarge has two EC2 Instance rates in us-east-1, 34.6752 and 23.77728: the owner's term is not known."""
    owned = {"kind": "ec2_instance", "hourly_usd": 400, "family": "p5", "region": "us-east-1"}
    workload = JOB | {
        "accelerators": 64,
        "candidates": {"instance_types": ["p5.48xlarge"]},
        "purchase": {"savings_plans": [owned]},
    }

    (allocation,) = _plan(spec_of, aws, workload).allocations

    assert (allocation.purchase, allocation.count) == ("savings_plan", 8)
    assert allocation.unit_hourly_usd == Decimal("34.6752")


def test_a_savings_plan_of_another_family_covers_nothing(spec_of, gpus):
    owned = {"kind": "ec2_instance", "hourly_usd": 400, "family": "q", "region": "us-east-1", "discount_percent": 90}
    purchase = {"capacity_blocks": False, "savings_plans": [owned]}

    assert _bought(_plan(spec_of, gpus, JOB | {"purchase": purchase})) == [("p.8x", "on_demand", 2)]


def test_default_quotas_of_aws_hold_nothing_of_the_p_families(spec_of, aws):
    """AWS gives new accounts no P vCPUs, on demand or in blocks."""
    workload = JOB | {"candidates": {"families": ["p5"]}}
    spec = spec_of(workload, quotas={"defaults": True})

    plan = plan_training(spec, spec.workloads[0], aws, today=TODAY)

    assert plan.status == "infeasible"
    assert reasons(spec, spec.workloads[0], aws, "p5.48xlarge", today=TODAY).reasons == ("quota",)


def test_ray_tracing_and_unknown_memory_count_as_missing(spec_of, shop):
    """What nobody says a chip has, it does not have."""
    shop.accelerator("a", graphics=True, video_encode=None, ray_tracing=None, memory_gib=None)
    shop.sell("g.1x", "a", 1, on_demand="1", accelerator_memory_gib=None)
    video = {"name": "v", "kind": "rendering", "streams": 1, "streams_per_accelerator": {"a": 1}}
    render = spec_of(video | {"needs": ["video_encode", "ray_tracing"]})
    train = spec_of(JOB | {"min_accelerator_memory_gib": 1})

    rendered = reasons(render, render.workloads[0], shop, "g.1x", today=TODAY)
    trained = reasons(train, train.workloads[0], shop, "g.1x", today=TODAY)

    assert rendered.reasons == ("no_ray_tracing", "no_video_encoder")
    assert "accelerator_memory_too_small" in trained.reasons
