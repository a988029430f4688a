"""A budget is a constraint: a plan keeps it, no plan can (proved), or none was found though one may exist."""

from decimal import Decimal

import pytest

from fleet.report.plan import claim
from fleet.spec.model import FleetSpec


def spec_of(*workloads, budget=None, **top):
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": "us-east-1",
            "budget": {"monthly_usd": budget},
            "workloads": list(workloads),
            **top,
        }
    )


WEB = {"name": "web", "kind": "service", "per_replica": {"vcpus": 3, "memory_gib": 5}, "cluster": "k"}
CLUSTER = {"candidates": {"categories": ["c", "m", "r"]}, "clusters": [{"name": "k", "zones": 1}]}


@pytest.fixture
def gapped(catalog, plan):
    """A plan whose cost lies above its bound, and the function from a budget to the plan under it."""
    sizes = [(17, 0.7, 5.3), (29, 1.1, 0.7), (8, 2.3, 1.9), (23, 0.3, 5.3), (11, 2.3, 0.7)]
    services = [
        {**WEB, "name": f"web{place}", "replicas": count, "per_replica": {"vcpus": vcpus, "memory_gib": gib}}
        for place, (count, vcpus, gib) in enumerate(sizes)
    ]
    free = plan(spec_of(*services, **CLUSTER), catalog)
    assert free.monthly_usd - free.lower_bound_usd > 1
    return free, lambda budget: plan(spec_of(*services, budget=budget, **CLUSTER), catalog)


def test_a_budget_between_bound_and_cost_is_not_called_impossible(gapped):
    free, under = gapped
    budget = (free.monthly_usd + free.lower_bound_usd) / 2

    found = under(budget)

    assert (found.status, found.allocations, found.lower_bound_usd) == ("infeasible", [], free.lower_bound_usd)
    (conflict,) = found.conflicts
    assert (conflict.constraint, conflict.proved) == ("budget.monthly_usd", False)
    assert "no plan within the budget was found, but none is ruled out" in conflict.hint
    assert f"{free.lower_bound_usd:,.2f}" in conflict.hint
    assert f"{free.monthly_usd:,.2f}" in conflict.needed
    assert claim(found) == "no plan within the budget was found"


def test_a_budget_below_the_bound_is_proved_impossible(gapped):
    free, under = gapped

    found = under(free.lower_bound_usd - 1)

    (conflict,) = found.conflicts
    assert conflict.proved
    assert f"for less than {free.lower_bound_usd:,.2f} USD" in conflict.hint
    assert claim(found) == "no fleet is possible"


def test_a_budget_of_exactly_the_cost_is_kept(gapped):
    free, under = gapped

    assert under(free.monthly_usd).monthly_usd == free.monthly_usd


def test_few_groups_of_instances_give_way_to_a_budget(shapes, plan):
    """1,000 large nodes and a small one cost less than 1,001 large ones, which are simpler and cost 0.1 % more."""
    catalog = shapes(("large", 64, 128, 64.0), ("small", 1, 2, 1.0))
    web = {"name": "web", "kind": "service", "replicas": 64_001, "per_replica": {"vcpus": 1, "memory_gib": 1}}
    simple = plan(spec_of(web), catalog)
    assert {a.instance_type: a.count for a in simple.allocations} == {"large": 1_001}

    found = plan(spec_of(web, budget=simple.monthly_usd - 1), catalog)

    assert {a.instance_type: a.count for a in found.allocations} == {"large": 1_000, "small": 1}


@pytest.mark.parametrize("share", [Decimal("0.5"), Decimal("0.99")])
def test_the_budget_of_a_workload_with_its_own_nodes_is_held_against_its_own_bound(shapes, plan, share):
    catalog = shapes(("large", 64, 128, 64.0), ("small", 1, 2, 1.0))
    web = {"name": "web", "kind": "service", "replicas": 100, "per_replica": {"vcpus": 1, "memory_gib": 1}}
    free = plan(spec_of(web), catalog)

    found = plan(spec_of({**web, "budget_monthly_usd": free.monthly_usd * share}), catalog)

    (conflict,) = found.conflicts
    assert (conflict.constraint, conflict.proved) == ("budget_monthly_usd of web", True)


def test_the_share_of_a_shared_cluster_proves_nothing(catalog, plan):
    found = plan(spec_of({**WEB, "replicas": 9, "budget_monthly_usd": 1}, **CLUSTER), catalog)

    assert [conflict.proved for conflict in found.conflicts] == [False]


def test_only_a_limit_in_money_is_called_a_budget(gapped):
    """Whatever a workload is called."""
    free, under = gapped
    found = under((free.monthly_usd + free.lower_bound_usd) / 2)
    (conflict,) = found.conflicts
    other = conflict.model_copy(update={"constraint": "candidates of budget-api"})

    assert claim(found.model_copy(update={"conflicts": [other]})) == "no plan within the limits was found"
