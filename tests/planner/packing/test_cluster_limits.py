"""What a cluster promises about spot, quotas and its number of nodes, checked on the shipped catalog."""

import math
from collections import Counter
from datetime import date

import pytest

from fleet.catalog import Catalog
from fleet.planner import plan
from fleet.planner.clusters import solved as zone_problems
from fleet.spec.model import FleetSpec

TODAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def service(name, replicas, vcpus, memory_gib, **more):
    need = {"vcpus": vcpus, "memory_gib": memory_gib}
    return {"name": name, "kind": "service", "cluster": "main", "replicas": replicas, "per_replica": need, **more}


def solved(catalog, *services, cluster=None, **top):
    values = {
        "version": 1,
        "name": "study",
        "region": "us-east-1",
        "candidates": {"categories": ["c", "m", "r"], "min_generation": 6, "max_vcpus": 64},
        "clusters": [{"name": "main", **(cluster or {})}],
        "workloads": list(services),
        **top,
    }
    return plan(FleetSpec.model_validate(values), catalog, today=TODAY)


def placed(found, *, purchase=None):
    counts = Counter()
    for node in found.nodes:
        if purchase in {None, node.purchase}:
            for name, many in node.replicas.items():
                counts[name] += many * node.count
    return counts


SPOT = {"spot": {"min_instance_types": 6, "on_demand_base_percent": 25}}


@pytest.mark.parametrize(("zones", "most_gap_percent"), [(1, 1), (2, 2), (3, 4)])
def test_interruptible_replicas_share_spot_over_enough_types_and_keep_their_base(catalog, zones, most_gap_percent):
    found = solved(
        catalog,
        service("steady", 40, 1.0, 2.0, zone_spread=zones),
        service("burst", 200, 2.0, 4.0, interruptible=True, zone_spread=zones),
        cluster={"zones": zones},
        purchase=SPOT,
    )

    assert placed(found) == {"steady": 40, "burst": 200}
    assert placed(found, purchase="on_demand")["steady"] == 40
    assert placed(found, purchase="on_demand")["burst"] >= math.ceil(200 * 0.25)
    spot = {node.instance_type for node in found.nodes if node.purchase == "spot"}
    assert len(spot) >= 6
    assert found.gap_percent <= most_gap_percent


def test_few_replicas_are_spread_over_spot_types_of_several_sizes(catalog):
    """A third of 14 replicas is more than half a node of the largest type, which may stand once."""
    names = ["m7g.2xlarge", "m7g.xlarge", "m7g.large", "r7g.xlarge"]
    found = solved(
        catalog,
        service("burst", 14, 1.0, 4.0, interruptible=True),
        candidates={"instance_types": names},
        purchase={"spot": {"min_instance_types": 3}},
    )

    assert {node.purchase for node in found.nodes} == {"spot"}
    assert len({node.instance_type for node in found.nodes}) >= 3
    assert found.status == "optimal"


def test_types_of_spot_count_over_all_zones(catalog):
    """Two replicas a zone need no three nodes there: three types in three zones are three types."""
    found = solved(
        catalog,
        service("burst", 3, 1.5, 4.0, interruptible=True, zone_spread=3),
        cluster={"zones": 3},
        purchase={"spot": {"min_instance_types": 3}},
    )

    assert {node.purchase for node in found.nodes} == {"spot"}
    assert len({node.instance_type for node in found.nodes}) == 3
    assert sum(node.count for node in found.nodes) == 3


def test_fewer_replicas_than_types_run_on_demand(catalog):
    found = solved(
        catalog,
        service("burst", 2, 1.5, 4.0, interruptible=True),
        purchase={"spot": {"min_instance_types": 3}},
    )

    assert {node.purchase for node in found.nodes} == {"on_demand"}


def test_spot_makes_interruptible_work_cheaper(catalog):
    on_demand = solved(catalog, service("burst", 200, 2.0, 4.0))
    spot = solved(catalog, service("burst", 200, 2.0, 4.0, interruptible=True), purchase=SPOT)

    assert spot.monthly_usd < on_demand.lower_bound_usd


def test_exclusive_workloads_share_the_clusters_number_of_nodes(catalog):
    found = solved(
        catalog,
        service("alone", 60, 2.0, 4.0, exclusive_nodes=True),
        service("shared", 60, 2.0, 4.0),
        cluster={"max_nodes": 5},
    )

    assert found.status != "infeasible"
    assert sum(node.count for node in found.nodes) <= 5
    assert all(len(node.replicas) == 1 for node in found.nodes)


@pytest.mark.parametrize("limit", [300, 360, 500])
def test_a_quota_that_binds_is_kept_and_its_bound_is_true(catalog, limit):
    """Arm and x86 share one quota of vCPUs: a tight one costs more, and never less than the bound without it."""
    services = (service("web", 100, 2.0, 4.0, zone_spread=3), service("api", 60, 1.0, 6.0, zone_spread=3))
    free = solved(catalog, *services, cluster={"zones": 3})
    quotas = {"limits": [{"code": "L-1216C47A", "limit": limit}]}
    tight = solved(catalog, *services, cluster={"zones": 3}, quotas=quotas)

    assert tight.status != "infeasible"
    assert sum(use.needed for use in tight.quotas if use.code == "L-1216C47A") <= limit
    assert tight.monthly_usd >= free.lower_bound_usd
    assert tight.lower_bound_usd <= tight.monthly_usd


def test_workloads_with_rules_of_their_own_sit_only_where_these_allow(catalog):
    found = solved(
        catalog,
        service("intel", 30, 2.0, 4.0, candidates={"architectures": ["x86_64"]}),
        service("any", 90, 2.0, 4.0),
    )

    kinds = {node.instance_type for node in found.nodes if "intel" in node.replicas}
    assert {catalog.types[name].architecture for name in kinds} == {"x86_64"}


@pytest.mark.parametrize(("seconds", "is_tried"), [(30, True), (0.001, False)])
def test_other_ways_to_share_replicas_among_zones_are_tried_only_while_there_is_time(
    catalog, monkeypatch, seconds, is_tried
):
    asked = []
    pack = zone_problems.pack
    monkeypatch.setattr(zone_problems, "pack", lambda problem: asked.append(problem) or pack(problem))

    found = solved(
        catalog,
        *(service(f"w{number}", 4, 0.7 + number / 10, 3.1, zone_spread=3) for number in range(5)),
        cluster={"zones": 3},
        planner={"time_limit_seconds": seconds},
    )

    assert placed(found) == {f"w{number}": 4 for number in range(5)}
    assert (len(asked) > 3) is is_tried
