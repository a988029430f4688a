"""An infeasible fleet names the smallest set of limits that clash, and each of them would have to give."""

import pytest

from fleet.spec.model import FleetSpec

X86, ARM = ["m7i"], ["m7g", "m8g"]


def spec_of(*workloads, **top):
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": "us-east-1",
            "candidates": {"categories": ["c", "m", "r"], "min_generation": 6},
            "workloads": list(workloads),
            **top,
        }
    )


def service(name="web", replicas=120, vcpus=2, memory_gib=4, **more):
    need = {"vcpus": vcpus, "memory_gib": memory_gib}
    return {"name": name, "kind": "service", "replicas": replicas, "per_replica": need, **more}


CLUSTER = {"name": "k", "zones": 3}
HPC = "hpc7g.16xlarge"  # sold in one zone of us-east-1


@pytest.mark.parametrize(
    ("workload", "top", "expected"),
    [
        pytest.param(
            service(cluster="k", zone_spread=3),
            {"clusters": [{**CLUSTER, "max_nodes": 3}], "candidates": {"max_vcpus": 16, "categories": ["m"]}},
            {
                "max_nodes of cluster k": {"clusters": [CLUSTER]},
                "candidates.max_vcpus": {"candidates": {"categories": ["m"]}},
            },
            id="few nodes of small types",
        ),
        pytest.param(
            service(),
            {"quotas": {"limits": [{"code": "L-1216C47A", "limit": 100}, {"code": "L-34B43A08", "limit": 1}]}},
            {"quota L-1216C47A in us-east-1": {"quotas": {}}, "candidates.categories": {"candidates": {}}},
            id="a quota, and not the one beside it",
        ),
        pytest.param(
            service(candidates={"families": X86}),
            {"candidates": {"families": ARM}},
            {"candidates.families of web": {"workloads": [service()]}, "candidates.families": {"candidates": {}}},
            id="candidates that contradict each other",
        ),
        pytest.param(
            service(replicas=6, zone_spread=3),
            {"candidates": {"instance_types": [HPC]}},
            {
                "zone_spread of web": {"workloads": [service(replicas=6)]},
                "candidates.instance_types": {"candidates": {}},
            },
            id="three zones of a type that one zone sells",
        ),
        pytest.param(
            service(replicas=6, zone_spread=3, cluster="k"),
            {"candidates": {"instance_types": [HPC]}, "clusters": [CLUSTER]},
            {
                "zone_spread of web": {"workloads": [service(replicas=6, cluster="k")]},
                "candidates.instance_types": {"candidates": {}},
            },
            id="the same in a cluster",
        ),
        pytest.param(
            service(vcpus=180, cluster="k"),
            {"clusters": [{**CLUSTER, "headroom_percent": 10}], "candidates": {"max_vcpus": 192, "categories": ["c"]}},
            {
                "headroom_percent of cluster k": {"clusters": [CLUSTER]},
                "candidates.max_vcpus": {"candidates": {"categories": ["c"]}},
                "candidates.categories": {"candidates": {"max_vcpus": 192}},
            },
            id="headroom that no type leaves",
        ),
    ],
)
def test_the_clashing_set_is_complete_and_none_of_it_is_idle(catalog, plan, workload, top, expected):
    """Without any one of the named limits the fleet can be had; with all of them, whatever else goes, it cannot."""
    found = plan(spec_of(workload, **top), catalog)

    assert found.status == "infeasible"
    named = {conflict.constraint for conflict in found.conflicts}
    assert named <= set(expected)
    for constraint in named:
        assert plan(spec_of(**{"workloads": [workload], **top, **expected[constraint]}), catalog).allocations
    assert all(conflict.hint and conflict.needed and conflict.allowed for conflict in found.conflicts)


def test_a_spread_speaks_of_zones(catalog, plan):
    found = plan(spec_of(service(replicas=6, zone_spread=3), candidates={"instance_types": [HPC]}), catalog)

    spread = next(conflict for conflict in found.conflicts if conflict.constraint.startswith("zone_spread"))
    assert (spread.needed, spread.allowed) == ("3 zones", "candidates leave 1: us-east-1c")


def test_a_quota_that_two_share_is_named_with_what_both_need(catalog, plan):
    quotas = {"limits": [{"code": "L-1216C47A", "limit": 16}]}
    found = plan(spec_of(service("a", 6), service("b", 6), quotas=quotas, candidates={"families": ["m7i"]}), catalog)

    assert [(c.constraint, c.needed, c.allowed) for c in found.conflicts] == [
        ("quota L-1216C47A in us-east-1", "24 vCPU", "16 vCPU")
    ]


def test_a_demand_that_no_type_holds_is_not_blamed_on_a_limit(catalog, plan):
    found = plan(spec_of(service(vcpus=5000)), catalog)

    assert [conflict.constraint for conflict in found.conflicts] == ["candidates of web"]


def test_defaults_of_quotas_are_one_limit_with_what_the_fleet_needs_beyond_them(catalog, plan):
    """Dozens of defaults are 0 and each would be in the way: the user wrote one line, and needs one answer."""
    services = (service("a", 6), service("b", 3, cluster="k"))

    found = plan(spec_of(*services, clusters=[CLUSTER], quotas={"defaults": True}), catalog)

    assert [(c.constraint, c.allowed) for c in found.conflicts] == [
        ("quotas.defaults for a", "AWS's default of 5 vCPU of L-1216C47A"),
        ("quotas.defaults for b", "AWS's default of 5 vCPU of L-1216C47A"),
    ]
    assert all("vCPU of L-1216C47A" in c.needed and "that alone is enough" in c.hint for c in found.conflicts)


def test_a_limit_beside_the_defaults_keeps_its_own_name(catalog, plan):
    quotas = {"defaults": True, "limits": [{"code": "L-1216C47A", "limit": 8}]}

    found = plan(spec_of(service("a", 6), quotas=quotas), catalog)

    named = {c.constraint: (c.needed, c.allowed) for c in found.conflicts}
    assert named["quota L-1216C47A in us-east-1"] == ("12 vCPU", "8 vCPU")
    assert not any(constraint.startswith("quotas.defaults") for constraint in named)


def test_frugal_plans_make_a_quota_do_for_all(catalog, plan, check):
    """Each of two would take the whole quota by its cheapest type; both fit by types of fewer vCPUs."""
    spec = spec_of(
        service("a", 1, 1, 30, candidates={"instance_types": ["c7i.4xlarge", "r7i.xlarge"]}),
        service("b", 1, 1, 60, candidates={"instance_types": ["m7i.4xlarge", "r7i.2xlarge"]}),
        price_book={"on_demand_usd": {"c7i.4xlarge": 0.1, "m7i.4xlarge": 0.1}},
        quotas={"limits": [{"code": "L-1216C47A", "limit": 16}]},
    )

    found = plan(spec, catalog)

    assert found.status != "infeasible"
    assert sum(use.needed for use in found.quotas) <= 16
    assert found.lower_bound_usd <= found.monthly_usd


def test_a_limit_of_the_region_wins_over_one_of_every_region(catalog, plan):
    for limits in (
        [{"code": "L-1216C47A", "region": "us-east-1", "limit": 500}, {"code": "L-1216C47A", "limit": 1}],
        [{"code": "L-1216C47A", "limit": 1}, {"code": "L-1216C47A", "region": "us-east-1", "limit": 500}],
    ):
        assert plan(spec_of(service(), quotas={"limits": limits}), catalog).status != "infeasible"


def test_a_cluster_stands_in_a_region_that_all_its_workloads_allow(catalog, plan):
    both = [
        service("a", 4, cluster="k", regions=["us-west-2", "us-east-2"]),
        service("b", 4, cluster="k", regions=["eu-west-1", "us-west-2"]),
    ]
    found = plan(spec_of(*both, clusters=[{"name": "k"}]), catalog)
    apart = [{**both[0], "regions": ["us-east-2"]}, both[1]]
    none = plan(spec_of(*apart, clusters=[{"name": "k"}]), catalog)

    assert {allocation.region for allocation in found.allocations} == {"us-west-2"}
    assert {node.zone[:-1] for node in found.nodes} == {"us-west-2"}
    assert [c.constraint for c in none.conflicts] == ["regions of the workloads of cluster k"]


def test_a_workload_of_one_zone_lies_where_its_type_is_sold(catalog, plan):
    """The first zone of the cluster does not sell it; another one does."""
    spec = spec_of(
        service("any", 9, cluster="k"),
        service("rare", 6, cluster="k", candidates={"instance_types": [HPC]}),
        candidates={},
        clusters=[CLUSTER],
    )

    found = plan(spec, catalog)

    assert {node.zone for node in found.nodes if "rare" in node.replicas} == {"us-east-1c"}


@pytest.mark.parametrize(
    ("sure", "plans"), [pytest.param(False, 40, id="by plans"), pytest.param(True, 4, id="by proof")]
)
def test_two_clashing_limits_among_sixty_take_few_plans(sure, plans):
    """Every plan takes time: halving finds the pair, and proofs stand for plans where there are some."""
    from fleet.planner.clashes import smallest_clash
    from fleet.planner.limits import Limit

    def without(place):
        return lambda kept: kept - {place}

    limits = [
        Limit(
            constraint=f"limit {place}",
            without=without(place),
            words=lambda *_: ("more", "less"),
            advice="raise it",
            looser=without(place),
            step="one more",
        )
        for place in range(60)
    ]
    asked = []

    def answer(kept):
        asked.append(kept)
        return None if {17, 41} <= kept else ()

    found = smallest_clash(frozenset(range(60)), limits, answer, lambda kept: sure and {17, 41} <= kept)

    assert sorted(conflict.constraint for conflict in found) == ["limit 17", "limit 41"]
    assert {conflict.proved for conflict in found} == {sure}
    assert len(asked) < plans


def test_more_zones_than_nodes_are_proved_to_clash(plan, catalog):
    small = service(replicas=3, vcpus=1, memory_gib=2, cluster="k", zone_spread=3)

    found = plan(spec_of(small, clusters=[{**CLUSTER, "max_nodes": 2}]), catalog)

    assert found.status == "infeasible"
    assert {conflict.constraint: conflict.proved for conflict in found.conflicts} == {
        "max_nodes of cluster k": True,
        "zone_spread of web": True,
    }
