"""A cluster's bound holds for every choice of zones and of where what is left over lies, and good choices are found."""

from functools import cache
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.spec.model import FleetSpec


def spec_of(*workloads, zones=2, max_nodes=None, **top):
    cluster = {"name": "m", "zones": zones, "root_volume_gib": 1, "max_nodes": max_nodes}
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "t",
            "region": "us-east-1",
            "clusters": [cluster],
            "workloads": [{"kind": "service", "cluster": "m", **workload} for workload in workloads],
            **top,
        }
    )


def service(name, replicas, spread=1, vcpus=1.0, **more):
    need = {"vcpus": vcpus, "memory_gib": 1}
    return {"name": name, "replicas": replicas, "zone_spread": spread, "per_replica": need, **more}


def test_what_is_left_over_need_not_meet_in_one_zone(plan, shapes):
    """2 of one and 1 of the other fill 3 vCPUs in each zone: 2 x 0.6 x 730 = 876 USD."""
    catalog = shapes(("s4", 4, 4, 1.0), ("s3", 3, 3, 0.6), ("s2", 2, 2, 0.5))

    found = plan(spec_of(service("a", 3, 2), service("b", 3, 2)), catalog)

    assert (float(found.monthly_usd), found.status) == (876.0, "optimal")


def test_the_cheapest_zone_is_taken_though_fewer_types_are_sold_there(plan, catalog):
    """One m7g.2xlarge at 0.1 USD in us-east-1f beats three m7g.large at 0.8 USD anywhere else."""
    shut = [{"instance_type": "m7g.2xlarge", "zone": f"us-east-1{letter}"} for letter in "abcde"]
    shut.append({"instance_type": "m7g.large", "zone": "us-east-1f"})
    prices = {"m7g.2xlarge": 0.1, "m7g.xlarge": 2.0, "m7g.large": 0.8}

    found = plan(
        spec_of(
            service("a", 3, vcpus=1.5),
            zones=1,
            unavailable=shut,
            price_book={"on_demand_usd": prices},
            candidates={"instance_types": list(prices)},
        ),
        catalog,
    )

    assert [(a.instance_type, a.zones) for a in found.allocations] == [("m7g.2xlarge", ["us-east-1f"])]
    assert float(found.monthly_usd) < 74


def test_nodes_of_their_own_run_the_hours_of_their_workload(plan, catalog):
    own = service("b", 4, vcpus=1.5, exclusive_nodes=True, hours_per_month=100)

    found = plan(
        spec_of(service("a", 4, vcpus=1.5), own, zones=1, candidates={"instance_types": ["m7g.2xlarge"]}), catalog
    )

    assert {tuple(a.workloads): a.hours_per_month for a in found.allocations} == {("a",): 730.0, ("b",): 100.0}


def test_a_zone_leaves_the_later_ones_the_nodes_that_they_need(plan, shapes):
    """18 + 1 replicas on four nodes of 5 in one zone, 1 on another: five nodes in all are enough."""
    catalog = shapes(("s", 4, 4, 0.1), ("b", 5, 5, 1.0))

    found = plan(spec_of(service("a", 2, 2), service("b", 18, 1), max_nodes=5), catalog)

    assert found.status != "infeasible"
    assert sum(a.count for a in found.allocations) <= 5


def test_a_quota_shared_between_zones_proves_nothing_about_the_whole(plan, catalog):
    """A 2xlarge in one zone and a large in the other keep 13 vCPUs: 1.3 x 730 = 949 USD and their volumes."""
    prices = {"m7g.2xlarge": 0.5, "m7g.xlarge": 2.0, "m7g.large": 0.8}
    limits = [{"code": "L-1216C47A", "region": "us-east-1", "limit": 13}]

    found = plan(
        spec_of(
            service("a", 3, 2, vcpus=1.5),
            quotas={"limits": limits},
            price_book={"on_demand_usd": prices},
            candidates={"instance_types": list(prices)},
        ),
        catalog,
    )

    assert float(found.lower_bound_usd) < 950


_HOURS = 730


def cheapest(sizes, first, second, most):
    """Least USD an hour over every placement in two zones; each workload is (replicas, spread, vCPUs)."""

    @cache
    def zone(a, b, nodes):
        if a == b == 0:
            return 0.0
        if nodes == 0:
            return float("inf")
        return min(
            (
                usd + zone(a - x, b - y, nodes - 1)
                for vcpus, usd in sizes
                for x, y in product(range(a + 1), range(b + 1))
                if x + y and x * first[2] + y * second[2] <= vcpus
            ),
            default=float("inf"),
        )

    def ways(replicas, spread, _):
        if spread == 1:
            return [(replicas, 0), (0, replicas)]
        return [(replicas // 2, -(-replicas // 2)), (-(-replicas // 2), replicas // 2)]

    return min(
        zone(a[0], b[0], left) + zone(a[1], b[1], most - left)
        for a, b in product(ways(*first), ways(*second))
        for left in range(most + 1)
    )


_WORK = st.tuples(st.integers(0, 4), st.integers(1, 2), st.sampled_from([1.0, 1.5, 2.0]))


@given(
    sizes=st.lists(st.tuples(st.integers(1, 6), st.sampled_from([0.1, 0.2, 0.35, 0.6, 1.0])), min_size=1, max_size=3),
    first=_WORK,
    second=_WORK,
    most=st.sampled_from([3, 4, 16]),
)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bound_is_above_what_counting_out_all_plans_finds(plan, shapes, sizes, first, second, most):
    catalog = shapes(*((f"s{place}", vcpus, 64, usd) for place, (vcpus, usd) in enumerate(sizes)))
    workloads = [service(n, w[0], w[1], w[2]) for n, w in (("a", first), ("b", second))]
    least = cheapest(sizes, first, second, most)

    found = plan(spec_of(*workloads, max_nodes=None if most == 16 else most), catalog)

    if least == float("inf"):
        assert found.status == "infeasible"
    else:
        assert float(found.lower_bound_usd) <= least * _HOURS * (1 + 1e-6) + 1e-3
    if found.status != "infeasible":
        assert float(found.monthly_usd) >= least * _HOURS * (1 - 1e-6) - 1e-3
        assert found.status != "optimal" or float(found.monthly_usd) == pytest.approx(least * _HOURS)


@pytest.mark.parametrize("kind", ["cluster", "alone", "batch"])
def test_hpc_types_are_chosen_only_where_they_are_named(plan, catalog, kind):
    """They are the cheapest vCPUs that us-east-1 sells on demand, and have the EBS throughput of a t3.micro."""
    work = {"name": "work", "kind": "service", "replicas": 64, "per_replica": {"vcpus": 1, "memory_gib": 1}}
    if kind == "cluster":
        work["cluster"] = "k"
    if kind == "batch":
        work = {
            "name": "work",
            "kind": "batch",
            "vcpu_hours": 64,
            "deadline_hours": 1,
            "runs_per_month": 1,
            "memory_gib_per_vcpu": 1,
        }

    def chosen(**candidates):
        top = {"clusters": [{"name": "k", "zones": 1}], "candidates": candidates, "workloads": [work]}
        spec = FleetSpec.model_validate({"version": 1, "name": "s", "region": "us-east-1", **top})
        return {catalog.types[a.instance_type].category for a in plan(spec, catalog).allocations}

    assert "hpc" not in chosen()
    assert "hpc" in chosen(categories=["c", "m", "hpc"])
    assert chosen(families=["hpc7g"]) == {"hpc"}
