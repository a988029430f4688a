"""Owned savings plans: they pay for what runs on demand, once, in AWS's order, and the bound knows what they save."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from fleet.spec.model import FleetSpec

COMPUTE = {"kind": "compute", "discount_percent": 30}
OF_M7I = {"kind": "ec2_instance", "family": "m7i", "region": "us-east-1", "discount_percent": 60}


def spec_of(*plans, **top):
    need = {"per_replica": {"vcpus": 2, "memory_gib": 8}}
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": "us-east-1",
            "candidates": {"categories": ["c", "m", "r"], "min_generation": 6, "max_vcpus": 16},
            "purchase": {"savings_plans": list(plans)},
            "clusters": [{"name": "k", "zones": 3}],
            "workloads": [
                {"name": "web", "kind": "service", "cluster": "k", "replicas": 60, "zone_spread": 3, **need},
                {"name": "own", "kind": "service", "replicas": 20, **need},
            ],
            **top,
        }
    )


def spent(found):
    """USD an hour at savings plans' rates, by family."""
    total = defaultdict(Decimal)
    for item in found.allocations:
        if item.purchase == "savings_plan":
            total[item.instance_type.split(".")[0]] += item.count * item.unit_hourly_usd
    return total


@pytest.mark.parametrize("hourly", [0.5, 2, 4, 50])
def test_a_compute_plan_pays_for_clusters_and_services_once(catalog, plan, check, hourly):
    spec = spec_of({**COMPUTE, "hourly_usd": hourly})
    listed, found = plan(spec_of(), catalog), plan(spec, catalog)

    check(spec, catalog, found)
    used = sum(spent(found).values())
    assert 0 < used <= Decimal(str(hourly))
    # 30 % off whatever is covered, and the bound knows it: what is not saved is less than one instance.
    saved = listed.monthly_usd - found.monthly_usd
    assert float(saved) == pytest.approx(float(used) * 3 / 7 * 730, rel=0.05)
    assert found.lower_bound_usd <= found.monthly_usd
    assert found.gap_percent < listed.gap_percent + 100 * 0.75 * 730 * 3 / 7 / float(found.monthly_usd)
    assert any("stay unused" in step for step in found.next_steps) is (hourly == 50)


def test_an_ec2_instance_plan_makes_its_family_win_for_as_much_as_is_committed(catalog, plan, check):
    spec = spec_of({**OF_M7I, "hourly_usd": 1.0})
    found = plan(spec, catalog)

    check(spec, catalog, found)
    assert "m7i" not in {a.instance_type.split(".")[0] for a in plan(spec_of(), catalog).allocations}
    assert set(spent(found)) == {"m7i"}
    assert Decimal("0.8") <= spent(found)["m7i"] <= 1
    assert found.monthly_usd < plan(spec_of(), catalog).monthly_usd


def test_a_plan_that_has_ended_pays_for_nothing(catalog, plan):
    ended = {**COMPUTE, "hourly_usd": 5, "ends": "2026-11-30"}
    holds = {**ended, "ends": "2026-12-01"}

    assert not spent(plan(spec_of(ended), catalog))
    assert spent(plan(spec_of(holds), catalog))


def test_two_equal_plans_commit_twice_as_much(catalog, plan):
    one, two = {**COMPUTE, "hourly_usd": 2}, {**COMPUTE, "hourly_usd": 1}

    assert plan(spec_of(one), catalog).monthly_usd == plan(spec_of(two, two), catalog).monthly_usd


def test_more_commitment_never_costs_more(catalog, plan):
    costs = [plan(spec_of({**COMPUTE, "hourly_usd": hourly}), catalog).monthly_usd for hourly in (0, 1, 2, 3, 8)]

    assert costs == sorted(costs, reverse=True)


def test_next_steps_name_a_commitment_that_would_pay_for_itself(catalog, plan):
    """Rates are known for p5: two of them all month are worth a plan; for a few hours they are not."""

    def served(hours):
        return FleetSpec.model_validate(
            {
                "version": 1,
                "name": "s",
                "region": "us-east-1",
                "workloads": [
                    {
                        "name": "chat",
                        "kind": "inference",
                        "framework": "vllm",
                        "accelerator_stacks": ["cuda"],
                        "model_memory_gib": 600,
                        "replicas": 2,
                        "hours_per_month": hours,
                        "candidates": {"instance_types": ["p5.48xlarge"]},
                    }
                ],
            }
        )

    steady, rare = plan(served(730), catalog), plan(served(100), catalog)

    worth = [step for step in steady.next_steps if "would pay for itself" in step]
    # 2 x (55.04 - 34.6752) x 730, from the rate of the catalog for one year without upfront.
    assert "2 x p5.48xlarge" in worth[0]
    assert "saves 29,732.61 USD a month" in worth[0]
    assert not [step for step in rare.next_steps if "would pay for itself" in step]
    assert date.fromisoformat(worth[0].split("rate of ")[1][:10]) <= date(2026, 12, 1)


def shared(*plans, **top):
    """A night's batch work first, then what runs all month: all of it could use up the plans."""
    need = {"per_replica": {"vcpus": 2, "memory_gib": 4}}
    night = {"vcpu_hours": 4000, "runs_per_month": 5, "deadline_hours": 4, "memory_gib_per_vcpu": 4}
    workloads = [
        {"name": "night", "kind": "batch", **night},
        {"name": "own", "kind": "service", "replicas": 40, "zone_spread": 3, **need},
        {"name": "web", "kind": "service", "cluster": "k", "replicas": 60, "zone_spread": 3, **need},
        {"name": "rare", "kind": "service", "replicas": 60, "hours_per_month": 100, **need},
    ]
    return spec_of(*plans, workloads=workloads, **top)


@pytest.mark.parametrize(
    "plans",
    [
        pytest.param([{**COMPUTE, "hourly_usd": 4}], id="one compute plan"),
        pytest.param([{**COMPUTE, "hourly_usd": 3}, {**OF_M7I, "hourly_usd": 1}], id="and one of a family"),
    ],
)
def test_plans_pay_for_what_runs_longest_and_the_bound_knows_it(catalog, plan, check, plans):
    spec = shared(*plans)
    found = plan(spec, catalog)

    check(spec, catalog, found)
    steady = [item for item in found.allocations if set(item.workloads) <= {"own", "web"}]
    committed = sum(Decimal(str(some["hourly_usd"])) for some in plans)
    # What is left after whole instances may go to others.
    assert sum(spent(found.model_copy(update={"allocations": steady})).values()) > Decimal("0.85") * committed
    assert found.gap_percent < 2.5


def test_a_fleet_that_shares_plans_stays_as_locked(catalog, plan):
    spec = shared({**COMPUTE, "hourly_usd": 3}, {**OF_M7I, "hourly_usd": 1})
    locked = plan(spec, catalog)
    again = plan(spec, catalog, previous=locked)

    assert again.changes == []
    assert again.allocations == locked.allocations
    assert again.lower_bound_usd == locked.lower_bound_usd


def test_two_plans_that_pay_for_one_type_are_each_used_up_once(catalog, plan):
    """What the compute plan pays of m7i is not taken for the other plan's, whose commitment would last longer."""
    of_m7i = {**OF_M7I, "discount_percent": 35, "hourly_usd": 0.1, "region": "us-east-2"}
    nodes = {"per_replica": {"vcpus": 0.5, "memory_gib": 5}, "cluster": "k", "zone_spread": 2}
    spec = spec_of(
        {**COMPUTE, "hourly_usd": 0.1},
        of_m7i,
        region="us-east-2",
        candidates={"instance_types": ["m7i.large", "c7g.large"]},
        clusters=[{"name": "k", "zones": 2}],
        workloads=[
            {"name": "web", "kind": "service", "replicas": 5, **nodes},
            {"name": "own", "kind": "service", "replicas": 5, "per_replica": {"vcpus": 1.8, "memory_gib": 1}},
        ],
    )
    found = plan(spec, catalog)

    paid = [item for item in found.allocations if "30.0 % by an owned savings plan" in item.price_source]
    assert 0 < sum(item.count * item.unit_hourly_usd for item in paid) <= Decimal("0.1")
