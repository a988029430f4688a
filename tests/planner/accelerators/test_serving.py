"""Inference and rendering: whole replicas on whole instances, kinds mixed where that is cheaper, limits kept."""

import itertools
import math
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.planner import plan
from fleet.planner.accelerators import judge, plan_inference, plan_rendering
from fleet.planner.accelerators.gates import accelerators_per_replica
from fleet.planner.accelerators.needs import need_of
from fleet.planner.accelerators.serving import Demand, Option, Problem, serve
from fleet.planner.milp import Limits

TODAY = date(2026, 12, 1)

CHAT = {
    "name": "chat",
    "kind": "inference",
    "framework": "vllm",
    "accelerator_stacks": ["cuda"],
    "precision": "bf16",
    "model_memory_gib": 150,
    "replicas": 1,
}
VIDEO = {"name": "video", "kind": "rendering", "streams": 24, "streams_per_accelerator": {"a": 6}}


def _serve(spec_of, catalog, workload, **fields):
    spec = spec_of(workload, **fields)
    plan = plan_inference if workload["kind"] == "inference" else plan_rendering
    return plan(spec, spec.workloads[0], catalog, today=TODAY)


def _counts(plan):
    return {(a.instance_type, a.purchase): a.count for a in plan.allocations}


@pytest.mark.parametrize(
    ("instance_type", "accelerators"),
    [
        pytest.param("g6.48xlarge", 7, id="L4: 150 / 22.35 = 6.7"),
        pytest.param("g5.48xlarge", 7, id="A10G: 150 / 22.35 = 6.7"),
        pytest.param("g6e.12xlarge", 4, id="L40S: 150 / 44.7 = 3.4"),
        pytest.param("p5.48xlarge", 2, id="H100: 150 / 80 = 1.9"),
        pytest.param("p5en.48xlarge", 2, id="H200: 150 / 141 = 1.1"),
        pytest.param("p6-b200.48xlarge", 1, id="B200: 150 / 179 = 0.8"),
        pytest.param("g6.xlarge", None, id="one L4 does not hold it"),
        pytest.param("g5.12xlarge", None, id="four A10G hold 89.4 GiB"),
        pytest.param("p5.4xlarge", None, id="one H100 holds 80 GiB"),
    ],
)
def test_a_replica_spans_accelerators_of_one_instance(spec_of, aws, instance_type, accelerators):
    """A 70B model in bf16 is 140 GB of weights; with its cache a replica takes 150 GiB."""
    need = need_of(spec_of(CHAT).workloads[0])
    kind = aws.types[instance_type]

    assert accelerators_per_replica(need, kind, aws.accelerators[kind.accelerator]) == accelerators


def test_a_seventy_billion_model_is_served_by_the_cheapest_instance_that_holds_it(spec_of, aws):
    """Two RTX PRO 6000 hold 192 GiB; nothing cheaper holds 150 GiB, and no single L4, A10G or H100 is taken."""
    plan = _serve(spec_of, aws, CHAT)
    spec = spec_of(CHAT)
    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    (allocation,) = plan.allocations
    eligible = [j for j in judged.values() if j.eligible]
    assert allocation.instance_type == min(eligible, key=lambda j: j.monthly_usd).name
    assert allocation.monthly_usd == allocation.unit_hourly_usd * 730
    assert (aws.types[allocation.instance_type].accelerator_memory_gib or 0) >= 150
    assert judged["g6.12xlarge"].reasons == ("accelerator_memory_too_small",)
    assert judged["g6e.12xlarge"].eligible
    assert judged["p5.48xlarge"].eligible


def test_kinds_are_mixed_where_that_is_cheaper(spec_of, shop):
    """100 tokens/s at a target of 1: a gives 60 for 5 USD, b gives 40 for 4. a + b = 9 beats 2 a = 10 and 3 b = 12."""
    shop.accelerator("a").accelerator("b")
    shop.sell("big.1x", "a", 1, on_demand="5").sell("small.1x", "b", 1, on_demand="4")
    workload = CHAT | {"model_memory_gib": 10, "utilization_target": 1.0, "throughput": {"a": 60, "b": 40}}
    workload = {k: v for k, v in workload.items() if k != "replicas"} | {"tokens_per_second": 100}

    plan = _serve(spec_of, shop, workload)

    assert _counts(plan) == {("big.1x", "on_demand"): 1, ("small.1x", "on_demand"): 1}
    assert plan.status == "optimal"
    assert plan.monthly_bound_usd == 9 * 730


def test_accelerators_left_over_beside_a_replica_serve_nothing(spec_of, shop):
    """A replica of 150 GiB takes two of 80; of three accelerators one idles, so 100 x 2 tokens/s at 0.7 are 140."""
    shop.accelerator("a").sell("odd.3x", "a", 3, on_demand="1")
    workload = {k: v for k, v in CHAT.items() if k != "replicas"} | {"tokens_per_second": 141, "throughput": {"a": 100}}

    assert _counts(_serve(spec_of, shop, workload)) == {("odd.3x", "on_demand"): 2}


def test_a_demand_that_is_met_exactly_needs_no_spare(spec_of, shop):
    """24 streams at 6 a GPU are 4 GPUs, not 5: rounding noise adds nothing."""
    shop.accelerator("a", graphics=True, video_encode=True).sell("g.1x", "a", 1, on_demand="1")

    assert _counts(_serve(spec_of, shop, VIDEO)) == {("g.1x", "on_demand"): 4}


@pytest.mark.parametrize(
    ("rate", "streams"),
    [
        pytest.param(6, 24, id="whole"),
        pytest.param(6.9, 24, id="the part of a stream is lost on each accelerator"),
        pytest.param(0.5, 2, id="a stream that takes two accelerators"),
        pytest.param(0.4, 1, id="a stream that takes three of four"),
    ],
)
def test_streams_are_whole(spec_of, shop, rate, streams):
    """Streams on an instance with four accelerators."""
    shop.accelerator("a", graphics=True, video_encode=True).sell("g.4x", "a", 4, on_demand="1")
    workload = VIDEO | {"streams": streams, "streams_per_accelerator": {"a": rate}}

    assert _counts(_serve(spec_of, shop, workload)) == {("g.4x", "on_demand"): 1}
    assert _counts(_serve(spec_of, shop, workload | {"streams": streams + 1})) == {("g.4x", "on_demand"): 2}


def test_fractions_are_used_when_their_throughput_is_given_and_they_are_cheaper(spec_of, aws):
    """One stream on an eighth of an L4: g6f.large at 0.202 USD instead of g6.xlarge at 0.8048."""
    video = VIDEO | {"streams": 1, "streams_per_accelerator": {"l4": 6, "l4-1/8": 1}, "needs": ["video_encode", "fp8"]}

    with_fraction = _serve(spec_of, aws, video)
    without = _serve(spec_of, aws, video | {"streams_per_accelerator": {"l4": 6}})

    assert _counts(with_fraction) == {("g6f.large", "on_demand"): 1}
    assert _counts(without) == {("g6.xlarge", "on_demand"): 1}


def test_only_graphics_families_of_ada_or_newer_render_with_fp8(spec_of, aws):
    """With throughput for everything, the hardware alone decides."""
    workload = VIDEO | {
        "streams_per_accelerator": dict.fromkeys(aws.accelerators, 1.0),
        "needs": ["video_encode", "fp8"],
        "regions": ["us-east-1", "us-east-2", "us-west-2"],
    }
    spec = spec_of(workload)

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    assert {j.family for j in judged.values() if j.eligible} == {"g6", "gr6", "g6e", "g7", "g7e", "g6f", "gr6f"}
    assert {"no_graphics", "no_video_encoder"} <= set(judged["trn2.48xlarge"].reasons)
    assert {"no_graphics", "no_video_encoder"} <= set(judged["p5.48xlarge"].reasons)
    assert "no_graphics" in judged["p3dn.24xlarge"].reasons
    assert "no_video_encoder" not in judged["p3dn.24xlarge"].reasons
    assert judged["g5.xlarge"].reasons == ("precision_unsupported",)


def test_a_model_that_no_instance_holds_is_told_the_most_there_is(spec_of, aws):
    """B300 has the most memory: 8 x 268.594 GiB. What has no accelerator at all is not near."""
    plan = _serve(spec_of, aws, CHAT | {"model_memory_gib": 5000}, region="us-west-2")

    (conflict,) = plan.conflicts
    assert "the most is 8 x 268.594 GiB, on p6-b300.48xlarge" in conflict.allowed
    assert "less memory" in conflict.hint


def test_a_stack_that_nothing_runs_is_what_the_conflict_speaks_of(spec_of, aws):
    plan = _serve(spec_of, aws, CHAT | {"framework": "pytorch", "accelerator_stacks": ["rocm"]})

    (conflict,) = plan.conflicts
    assert "stack_unsupported for the nearest" in conflict.allowed
    assert "accelerator_stacks" in conflict.hint


def test_missing_throughput_names_the_accelerators(spec_of, shop):
    """Nothing is invented: the conflict says which accelerators lack figures."""
    shop.accelerator("a").accelerator("b").sell("x.1x", "a", 2, on_demand="1").sell("y.1x", "b", 2, on_demand="1")
    workload = {k: v for k, v in CHAT.items() if k != "replicas"} | {"tokens_per_second": 9, "throughput": {"c": 1}}

    plan = _serve(spec_of, shop, workload)

    assert plan.status == "infeasible"
    assert [r.reason for r in plan.rejections] == ["no_throughput"]
    assert plan.conflicts[0].allowed == "none is given for a, b"


def test_nothing_demanded_costs_nothing(spec_of, shop):
    """No streams and no tokens are a demand that neither an instance nor a figure is needed for."""
    shop.accelerator("a", graphics=True, video_encode=True).sell("g.1x", "a", 1, on_demand="1")
    idle = {key: value for key, value in CHAT.items() if key != "replicas"} | {"tokens_per_second": 0}

    for workload in (VIDEO | {"streams": 0}, idle):
        plan = _serve(spec_of, shop, workload)

        assert plan.allocations == ()
        assert plan.status == "optimal"


def test_min_nodes_and_hours(spec_of, shop):
    """Three nodes at least, for 100 hours a month: 3 x 2 USD x 100."""
    shop.accelerator("a", graphics=True, video_encode=True).sell("g.1x", "a", 1, on_demand="2")

    plan = _serve(spec_of, shop, VIDEO | {"streams": 6, "min_nodes": 3, "hours_per_month": 100})

    assert [a.monthly_usd for a in plan.allocations] == [Decimal(600)]


class TestPurchase:
    """How instances that run all month may be bought."""

    @pytest.fixture
    def gpus(self, shop):
        shop.accelerator("a", graphics=True, video_encode=True)
        for index in range(3):
            shop.sell(f"g{index}.1x", "a", 1, on_demand="10", spot=str(2 + index), category="g", vcpus=8)
        return shop

    def test_spot_only_for_interruptible_work(self, spec_of, gpus):
        assert {p for _, p in _counts(_serve(spec_of, gpus, VIDEO))} == {"on_demand"}
        assert {p for _, p in _counts(_serve(spec_of, gpus, VIDEO | {"interruptible": True}))} == {"spot"}

    def test_spot_spreads_over_so_many_types(self, spec_of, gpus):
        """Four GPUs on three types: 2 x 2 + 3 + 4 = 11 USD an hour."""
        purchase = {"spot": {"min_instance_types": 3}}

        plan = _serve(spec_of, gpus, VIDEO | {"interruptible": True, "purchase": purchase})

        assert _counts(plan) == {("g0.1x", "spot"): 2, ("g1.1x", "spot"): 1, ("g2.1x", "spot"): 1}

    def test_a_part_stays_on_demand(self, spec_of, gpus):
        """Half of the capacity must be steady: 2 on demand and 2 on spot."""
        purchase = {"spot": {"on_demand_base_percent": 50}}

        counts = _counts(_serve(spec_of, gpus, VIDEO | {"interruptible": True, "purchase": purchase}))

        assert sum(n for (_, how), n in counts.items() if how == "on_demand") == 2
        assert counts["g0.1x", "spot"] == 2

    def test_pools_that_are_interrupted_too_often_are_left_out(self, spec_of, gpus):
        gpus.sell("g0.1x", "a", 1, on_demand="10", spot="2", interruption=(10, 15))
        purchase = {"spot": {"max_interruption_percent": 10}}

        counts = _counts(_serve(spec_of, gpus, VIDEO | {"interruptible": True, "purchase": purchase}))

        assert counts == {("g1.1x", "spot"): 4}

    def test_an_empty_pool_is_not_planned(self, spec_of, gpus):
        """What the spec says is empty is not bought there; in other zones it is."""
        pool = {"instance_type": "g0.1x", "zone": "us-east-1a", "purchase": "spot"}

        some = _serve(spec_of, gpus, VIDEO | {"interruptible": True}, unavailable=[pool])
        none = _serve(spec_of, gpus, VIDEO | {"interruptible": True}, unavailable=[pool | {"zone": None}])

        assert [a.zones for a in some.allocations] == [["us-east-1b", "us-east-1c"]]
        assert _counts(none) == {("g1.1x", "spot"): 4}

    def test_a_quota_is_shared_by_all_types_that_count_against_it(self, spec_of, gpus):
        """24 vCPUs less 8 in use hold two instances of 8 vCPUs: four GPUs do not fit."""
        limit = {"code": "L-417A185B", "region": "us-east-1", "limit": 24, "in_use": 8}

        fits = _serve(spec_of, gpus, VIDEO | {"streams": 12}, quotas={"limits": [limit]})
        plan = _serve(spec_of, gpus, VIDEO, quotas={"limits": [limit]})

        assert sum(_counts(fits).values()) == 2
        assert plan.status == "infeasible"
        (conflict,) = plan.conflicts
        assert (conflict.constraint, conflict.needed) == ("workloads.video", "24 streams")
        assert "quota" in conflict.allowed

    @pytest.mark.parametrize(
        ("spot", "limit"),
        [
            pytest.param({"on_demand_base_percent": 50}, "on_demand_base_percent", id="a part on demand"),
            pytest.param({"min_instance_types": 4}, "min_instance_types", id="more types than there are"),
        ],
    )
    def test_the_limits_that_clash_are_named_and_no_others(self, spec_of, aws, spot, limit):
        """Two types on spot and no quota on demand: with either limit of the spec gone, the streams can be carried."""
        workload = VIDEO | {"streams_per_accelerator": {"l4": 6}, "candidates": {"families": ["g6"], "max_vcpus": 8}}
        quotas = {"limits": [{"code": "L-DB2E81BA", "limit": 0}]}
        spec = spec_of(workload | {"interruptible": True, "purchase": {"spot": spot}}, quotas=quotas)

        named = {conflict.constraint for conflict in plan(spec, aws, today=TODAY).conflicts}

        assert f"purchase.spot.{limit} of video" in named
        assert any(constraint.startswith("quota L-DB2E81BA") for constraint in named)

    def test_an_owned_savings_plan_covers_whole_instances(self, spec_of, gpus):
        """10 USD an hour less 60 % are 4; a commitment of 9 USD covers two instances, the other two are on demand."""
        owned = {"kind": "compute", "hourly_usd": 9, "discount_percent": 60}

        counts = _counts(_serve(spec_of, gpus, VIDEO | {"purchase": {"savings_plans": [owned]}}))

        assert sum(n for (_, how), n in counts.items() if how == "savings_plan") == 2
        assert sum(n for (_, how), n in counts.items() if how == "on_demand") == 2

    def test_an_expired_savings_plan_covers_nothing(self, spec_of, gpus):
        owned = {"kind": "compute", "hourly_usd": 9, "discount_percent": 60, "ends": date(2026, 11, 30)}

        counts = _counts(_serve(spec_of, gpus, VIDEO | {"purchase": {"savings_plans": [owned]}}))

        assert {how for _, how in counts} == {"on_demand"}

    def test_a_negotiated_price_decides(self, spec_of, gpus):
        """A price for the type wins over the family's discount, which wins over that for all."""
        book = {"on_demand_usd": {"g2.1x": 4}, "discount_percent": {"g1": 50, "*": 10}}

        plan = _serve(spec_of, gpus, VIDEO, price_book=book)

        assert _counts(plan) == {("g2.1x", "on_demand"): 4}
        assert plan.allocations[0].price_source == "price_book of the spec"

    def test_the_cheapest_region_is_taken_whole(self, spec_of, gpus):
        """A workload runs in one of its regions."""
        gpus.sell("g0.1x", "a", 1, on_demand="1", regions=("us-east-2",))

        plan = _serve(spec_of, gpus, VIDEO | {"regions": ["us-east-1", "us-east-2"]})

        assert {a.region for a in plan.allocations} == {"us-east-2"}


@settings(max_examples=40, deadline=None)
@given(
    prices=st.lists(st.integers(1, 30), min_size=2, max_size=3),
    rates=st.lists(st.integers(1, 9), min_size=3, max_size=3),
    streams=st.integers(0, 25),
)
def test_brute_force_finds_nothing_cheaper(prices, rates, streams):
    """Every mix of up to three kinds, counted out."""
    rates = rates[: len(prices)]
    options = [
        Option(type_name=str(i), kind=str(i), usd=price, capacity=rate)
        for i, (price, rate) in enumerate(zip(prices, rates, strict=True))
    ]

    found = serve(Problem(options=options, demand=Demand(amount=streams)), Limits())

    ranges = [range(math.ceil(streams / rate) + 1) for rate in rates]
    best = min(
        sum(n * p for n, p in zip(counts, prices, strict=True))
        for counts in itertools.product(*ranges)
        if sum(n * r for n, r in zip(counts, rates, strict=True)) >= streams
    )
    assert found.solution.cost == pytest.approx(best)
    assert sum(n * r for n, r in zip(found.counts, rates, strict=True)) >= streams


@settings(max_examples=30, deadline=None)
@given(
    shelf=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 8)), min_size=2, max_size=5),
    streams=st.integers(1, 200),
    seed=st.integers(0, 100),
)
def test_more_supply_never_costs_more_and_order_never_matters(spec_of_session, shop_class, shelf, streams, seed):
    """At a proven optimum one more type on the shelf cannot hurt, and how the shelf is filled changes nothing."""
    spec = spec_of_session(VIDEO | {"streams": streams})

    def plan(rows):
        shop = shop_class().accelerator("a", graphics=True, video_encode=True)
        for name, (price, count) in rows:
            shop.sell(name, "a", count, on_demand=str(price))
        return plan_rendering(spec, spec.workloads[0], shop, today=TODAY)

    rows = [(f"g{index}.x", row) for index, row in enumerate(shelf)]
    shuffled = random.Random(seed).sample(rows, len(rows))

    assert plan(rows) == plan(shuffled)
    assert plan(rows).monthly_bound_usd <= plan(rows[:-1]).monthly_bound_usd
    assert plan(rows).status == "optimal"


def test_a_lower_quota_never_costs_less(spec_of, shop):
    """Cheap instances run out with the quota, dear ones fill up, then nothing is left."""
    shop.accelerator("a", graphics=True, video_encode=True)
    shop.sell("cheap.1x", "a", 1, on_demand="1", vcpus=8).sell("dear.1x", "a", 1, on_demand="3", vcpus=4)

    def plan(limit):
        quotas = {"limits": [{"code": "L-417A185B", "limit": limit}]}
        return _serve(spec_of, shop, VIDEO, quotas=quotas)

    assert [plan(limit).monthly_bound_usd / 730 for limit in (32, 28, 24, 20, 16)] == [4, 6, 8, 10, 12]
    assert plan(15).status == "infeasible"


def test_no_time_to_solve_is_said_and_not_called_infeasible(spec_of, shop):
    """A limit of zero seconds leaves nothing found; whether the demand can be met is then not known."""
    shop.accelerator("a").accelerator("b").accelerator("c")
    for index, key in enumerate("abc"):
        shop.sell(f"{key}.1x", key, 1 + index, on_demand=str(3 + 2 * index))
    mix = [
        {
            "input_tokens": 1,
            "output_tokens": 1,
            "requests_per_second": 7 + i,
            "throughput": {"a": 3, "b": 4, "c": 5 + i},
        }
        for i in range(40)
    ]
    workload = {k: v for k, v in CHAT.items() if k != "replicas"} | {"model_memory_gib": 1, "request_mix": mix}

    plan = _serve(spec_of, shop, workload, planner={"time_limit_seconds": 0})

    assert plan.status == "timed_out"
    assert plan.monthly_bound_usd <= sum((a.monthly_usd for a in plan.allocations), Decimal(0))
