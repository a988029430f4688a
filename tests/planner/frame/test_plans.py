"""Plans hold what they promise: every replica placed once, no node over capacity, true costs, a bound below them."""

import itertools
import math
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.catalog import known
from fleet.report.plan import claim
from fleet.spec import load_spec
from fleet.spec.model import FleetSpec

ROOT = Path(__file__).parents[3]
LAWS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
SMALL = (("small", 4, 16, 0.10), ("middle", 16, 32, 0.30), ("large", 64, 256, 1.50))


def test_the_example_fleet_holds_every_promise(catalog, plan, check):
    spec = load_spec(ROOT / "fleet.yaml", known(catalog))

    found = plan(spec, catalog)

    check(spec, catalog, found)
    assert found.gap_percent <= spec.planner.max_gap_percent
    assert {name for a in found.allocations for name in a.workloads} == {w.name for w in spec.workloads}


replica = st.tuples(st.integers(1, 30), st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.5]), st.sampled_from([0.5, 2.0, 7.0]))
services = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), replica, min_size=1, max_size=4)


@LAWS
@given(services=services, zones=st.integers(1, 3), headroom=st.sampled_from([0, 10]))
def test_a_packed_cluster_holds_every_promise(shapes, cluster_spec, plan, check, services, zones, headroom):
    """Any mix of services, any spread over zones."""
    catalog = shapes(*SMALL)
    spec = cluster_spec(services, zones=zones, headroom_percent=headroom, each={"zone_spread": zones})

    check(spec, catalog, plan(spec, catalog))


@LAWS
@given(services=services)
def test_more_supply_never_costs_more_than_the_gap(shapes, cluster_spec, plan, services):
    """A type more to choose from: the cost may rise only by what the smaller choice's plan did not prove."""
    spec = cluster_spec(services)
    few = plan(spec, shapes(*SMALL[:2]))
    many = plan(spec, shapes(*SMALL))

    assert many.lower_bound_usd <= few.monthly_usd
    if many.status == "optimal":
        assert many.monthly_usd <= few.monthly_usd


@LAWS
@given(services=services)
def test_the_order_of_workloads_does_not_change_the_cost(shapes, cluster_spec, plan, services):
    catalog = shapes(*SMALL)
    forward = plan(cluster_spec(services), catalog)
    backward = plan(cluster_spec(dict(reversed(services.items()))), catalog)

    assert forward.lower_bound_usd <= backward.monthly_usd
    assert backward.lower_bound_usd <= forward.monthly_usd


@settings(LAWS, max_examples=40)
@given(
    counts=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    sizes=st.tuples(st.sampled_from([1.0, 1.5, 3.0]), st.sampled_from([0.5, 2.0])),
)
def test_brute_force_agrees_when_small(shapes, cluster_spec, plan, check, counts, sizes):
    """The bound is never above the cheapest packing there is, and the plan never below it."""
    catalog = shapes(("small", 4, 16, 0.10), ("middle", 6, 8, 0.14))
    spec = cluster_spec({"a": (counts[0], sizes[0], 3.0), "b": (counts[1], sizes[1], 2.0)})
    best = _cheapest([(sizes[0], 3.0)] * counts[0] + [(sizes[1], 2.0)] * counts[1], ((4, 16, 0.10), (6, 8, 0.14)))

    found = plan(spec, catalog)

    if sum(counts):
        check(spec, catalog, found)
    assert float(found.monthly_usd) >= best * 730 - 1e-6
    assert float(found.lower_bound_usd) <= best * 730 + 1e-6
    if found.status == "optimal":
        assert float(found.monthly_usd) == pytest.approx(best * 730)


def _cheapest(items, types):
    """Least cost over all ways to part the items into nodes, each of the cheapest type that holds its part."""
    if not items:
        return 0.0
    first, rest = items[0], items[1:]
    best = math.inf
    for size in range(len(rest) + 1):
        for chosen in itertools.combinations(range(len(rest)), size):
            group = [first, *(rest[i] for i in chosen)]
            need = tuple(map(sum, zip(*group, strict=True)))
            prices = [usd for vcpus, gib, usd in types if need[0] <= vcpus + 1e-9 and need[1] <= gib + 1e-9]
            if prices:
                others = [item for i, item in enumerate(rest) if i not in chosen]
                best = min(best, min(prices) + _cheapest(others, types))
    return best


def test_a_relaxed_limit_never_makes_a_possible_fleet_impossible(shapes, cluster_spec, plan):
    catalog = shapes(*SMALL)
    demand = {"a": (40, 2.0, 4.0)}

    states = [
        plan(cluster_spec(demand, max_nodes=nodes), catalog).status != "infeasible" for nodes in (0, 1, 2, 3, 6, 50)
    ]

    assert states == sorted(states)
    assert states[-1]


@pytest.mark.parametrize(
    ("top", "services", "constraint"),
    [
        pytest.param({}, {"a": (1, 100.0, 4.0)}, "candidates of a", id="a replica larger than any node"),
        pytest.param(
            {"candidates": {"instance_types": ["none"]}},
            {"a": (1, 1.0, 1.0)},
            "candidates.instance_types",
            id="no candidate",
        ),
        pytest.param({"budget": {"monthly_usd": 1}}, {"a": (9, 1.0, 1.0)}, "budget.monthly_usd", id="budget too small"),
    ],
)
def test_what_cannot_be_had_names_the_constraint(shapes, cluster_spec, plan, top, services, constraint):
    found = plan(cluster_spec(services, top=top), shapes(*SMALL))

    assert (found.status, found.allocations, found.nodes) == ("infeasible", [], [])
    assert constraint in [conflict.constraint for conflict in found.conflicts]
    assert all(conflict.hint for conflict in found.conflicts)


def test_too_few_nodes_name_max_nodes(shapes, cluster_spec, plan):
    found = plan(cluster_spec({"a": (40, 2.0, 4.0)}, max_nodes=1), shapes(*SMALL))

    assert found.status == "infeasible"
    assert "max_nodes of cluster main" in [conflict.constraint for conflict in found.conflicts]


def test_a_fleet_of_nothing_costs_nothing(shapes, cluster_spec, plan):
    found = plan(cluster_spec({"a": (0, 1.0, 1.0)}), shapes(*SMALL))

    assert (found.status, found.monthly_usd, found.allocations, found.gap_percent) == ("optimal", 0, [], 0)


def _own(catalog_extra=None, **fields):
    workload = {"name": "w", "kind": "service", "replicas": 6, "per_replica": {"vcpus": 2, "memory_gib": 4}, **fields}
    return FleetSpec.model_validate(
        {"version": 1, "name": "s", "region": "us-east-1", "workloads": [workload], **(catalog_extra or {})}
    )


def test_a_quota_is_kept_over_all_workloads_together(catalog, plan):
    """12 vCPUs each: one workload fits under 16, two do not; the second one names the quota."""
    spec = _own({"quotas": {"limits": [{"code": "L-1216C47A", "limit": 16}]}, "candidates": {"categories": ["c", "m"]}})
    both = spec.model_copy(update={"workloads": [*spec.workloads, spec.workloads[0].model_copy(update={"name": "v"})]})

    assert plan(spec, catalog).status != "infeasible"
    found = plan(both, catalog)
    assert found.status == "infeasible"
    assert [conflict.constraint for conflict in found.conflicts] == ["quota L-1216C47A in us-east-1"]


@pytest.mark.parametrize("replicas", [0, 2, 60])
def test_at_least_min_nodes_run(catalog, plan, check, replicas):
    """`min_nodes` is kept whatever the demand, by the cheapest instances that do."""
    spec = _own({"candidates": {"families": ["m7g"]}}, replicas=replicas, min_nodes=5)

    found = plan(spec, catalog)

    check(spec, catalog, found)
    assert sum(a.count for a in found.allocations) >= 5


def test_an_empty_pool_is_not_used(catalog, plan):
    """What the spec lists as unavailable is not planned on."""
    spec = _own({"candidates": {"families": ["m7g"]}})
    first = plan(spec, catalog).allocations[0].instance_type
    without = _own({"candidates": {"families": ["m7g"]}, "unavailable": [{"instance_type": first}]})

    assert first not in {a.instance_type for a in plan(without, catalog).allocations}


def test_work_that_may_not_be_interrupted_never_gets_spot_and_other_work_is_spread(catalog, plan, check):
    batch = {
        "name": "n",
        "kind": "batch",
        "vcpu_hours": 6000,
        "runs_per_month": 20,
        "memory_gib_per_vcpu": 2,
        "deadline_hours": 6,
    }
    spot = {
        "purchase": {"spot": {"max_interruption_percent": 10, "min_instance_types": 4, "on_demand_base_percent": 25}}
    }
    base = {"version": 1, "name": "s", "region": "us-east-1", "candidates": {"categories": ["c", "m", "r"]}, **spot}

    steady = FleetSpec.model_validate({**base, "workloads": [batch]})
    found = plan(steady, catalog)
    check(steady, catalog, found)
    assert {a.purchase for a in found.allocations} == {"on_demand"}

    cheap = FleetSpec.model_validate({**base, "workloads": [{**batch, "interruptible": True}]})
    found = plan(cheap, catalog)
    check(cheap, catalog, found)
    assert len({a.instance_type for a in found.allocations if a.purchase == "spot"}) >= 4


def test_measured_work_changes_what_is_cheapest(catalog, plan):
    """With CoreMark a family that does more per dollar wins over one that is cheaper per vCPU."""
    demand = {"replicas": 60, "candidates": {"families": ["m6g", "m8g"]}}
    nominal = plan(_own(**demand), catalog)
    measured = plan(_own({"performance": {"metric": "coremark", "reference": "m6g"}}, **demand), catalog)

    assert {a.instance_type.split(".")[0] for a in nominal.allocations} == {"m6g"}
    dearest = max(measured.allocations, key=lambda a: a.monthly_usd)
    assert dearest.instance_type.startswith("m8g.")
    assert measured.monthly_usd < nominal.monthly_usd


def test_a_negotiated_price_is_used_and_named(catalog, plan):
    spec = _own({"price_book": {"on_demand_usd": {"m7i.large": 0.001}}, "candidates": {"categories": ["m"]}})

    found = plan(spec, catalog)

    assert {a.instance_type for a in found.allocations} == {"m7i.large"}
    assert "price_book" in found.allocations[0].price_source


def _workloads(*rows, **top):
    base = {"kind": "service", "per_replica": {"vcpus": 2, "memory_gib": 4}}
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": "us-east-1",
            "candidates": {"families": ["m7i"]},
            "workloads": [{**base, **row} for row in rows],
            **top,
        }
    )


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_what_is_planned_first_does_not_make_a_possible_fleet_impossible(catalog, plan, check, order):
    """`a` may go to another region and `b` may not: 4 vCPUs of quota are enough whatever the order of the spec."""
    rows = {
        "a": {"name": "a", "replicas": 1, "regions": ["us-east-1", "us-west-2"]},
        "b": {"name": "b", "replicas": 2},
    }
    spec = _workloads(
        *(rows[name] for name in order),
        quotas={"limits": [{"code": "L-1216C47A", "region": "us-east-1", "limit": 4}]},
    )

    found = plan(spec, catalog)

    check(spec, catalog, found)
    assert {a.region for a in found.of("b")} == {"us-east-1"}


def test_a_small_quota_is_not_cut_into_parts_that_hold_no_node(catalog, plan, check):
    """One replica in a cluster of three zones: a node of 8 vCPUs fits a quota of 10."""
    spec = _workloads(
        {"name": "a", "cluster": "k", "replicas": 1, "per_replica": {"vcpus": 5, "memory_gib": 4}},
        clusters=[{"name": "k", "zones": 3}],
        quotas={"limits": [{"code": "L-1216C47A", "limit": 10}]},
    )

    found = plan(spec, catalog)

    check(spec, catalog, found)
    assert sum(a.count for a in found.allocations) == 1


@pytest.mark.parametrize("names", [("a", "b"), ("a", "d"), ("x", "web")])
def test_names_do_not_change_the_cost(catalog, plan, names):
    """Two small workloads of one zone each share a node, whatever they are called."""
    small = {"cluster": "k", "replicas": 2, "per_replica": {"vcpus": 0.25, "memory_gib": 0.5}}
    spec = _workloads(*({**small, "name": name} for name in names), clusters=[{"name": "k", "zones": 3}])

    assert sum(a.count for a in plan(spec, catalog).allocations) == 1


def test_zones_are_chosen_among_those_that_sell_the_type(catalog, plan):
    """A type that only some zones sell is found there."""
    zones = set(catalog.zones("us-east-1"))
    rare = next(
        t
        for t in catalog.types
        if 0 < len(set(catalog.offered(t, "us-east-1"))) < len(zones) - 2
        and "metal" not in t
        and not hasattr(catalog.on_demand(t, "us-east-1"), "reason")
    )
    spec = _workloads(
        {"name": "a", "replicas": 1, "per_replica": {"vcpus": 1, "memory_gib": 1}},
        candidates={"instance_types": [rare], "burstable": True},
    )

    found = plan(spec, catalog)

    assert found.status == "optimal"
    assert set(found.allocations[0].zones) <= set(catalog.offered(rare, "us-east-1"))


def test_zero_hours_cost_nothing(catalog, plan):
    assert plan(_workloads({"name": "a", "replicas": 4, "hours_per_month": 0}), catalog).monthly_usd == 0


def test_a_region_without_room_does_not_weaken_the_proof(catalog, plan):
    """A quota of 0 in one region proves that nothing runs there; the other region's optimum stays proved."""
    spec = _workloads(
        {"name": "a", "replicas": 1, "regions": ["us-east-1", "us-west-2"]},
        quotas={"limits": [{"code": "L-1216C47A", "region": "us-west-2", "limit": 0}]},
    )

    found = plan(spec, catalog)

    assert (found.status, found.gap_percent) == ("optimal", 0)


def test_an_owned_savings_plan_is_spent_once(catalog, plan):
    """Half a dollar an hour covers at most half a dollar an hour, whatever the number of workloads."""
    serve = {
        "kind": "inference",
        "framework": "vllm",
        "accelerator_stacks": ["cuda"],
        "model_memory_gib": 10,
        "replicas": 1,
        "candidates": {"families": ["g6"]},
    }
    owned = {"savings_plans": [{"kind": "compute", "hourly_usd": 0.5, "discount_percent": 50}]}
    spec = FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": "us-east-1",
            "purchase": owned,
            "workloads": [{**serve, "name": "x"}, {**serve, "name": "y"}],
        }
    )

    found = plan(spec, catalog)

    spent = sum(a.count * a.unit_hourly_usd for a in found.allocations if a.purchase == "savings_plan")
    assert 0 < spent <= Decimal("0.5")
    assert found.lower_bound_usd <= found.monthly_usd


def test_half_a_fleet_is_no_plan(catalog, plan):
    """Without time the service gets no nodes; the training job does, and alone it would pass for the fleet."""
    top = {"version": 1, "name": "s", "region": "us-east-1", "planner": {"time_limit_seconds": 0}}
    web = {"name": "web", "kind": "service", "replicas": 5, "per_replica": {"vcpus": 1, "memory_gib": 4}}
    train = {
        "name": "train",
        "kind": "training",
        "framework": "pytorch",
        "accelerator_stacks": ["cuda"],
        "accelerators": 8,
        "deadline_days": 1,
    }
    assert plan(FleetSpec.model_validate({**top, "workloads": [train]}), catalog).allocations

    found = plan(FleetSpec.model_validate({**top, "workloads": [web, train]}), catalog)

    assert (found.status, found.allocations) == ("timed_out", [])
    assert claim(found) == "time limit reached: nothing was found"
