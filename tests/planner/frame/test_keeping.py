"""Planning again from a lock: what need not move stays, what moves pays, and the reason is said."""

from decimal import Decimal

import pytest

from fleet.spec.model import FleetSpec

CLUSTER = {"name": "main", "zones": 3, "headroom_percent": 5}


def spec_of(*, keep=3.0, web=40, own=12, hours=2000, discounts=None, **top):
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "study",
            "region": "us-east-1",
            "candidates": {"categories": ["c", "m", "r"], "min_generation": 6, "max_vcpus": 64},
            "planner": {"keep_unless_saving_percent": keep},
            "price_book": {"discount_percent": discounts or {}},
            "clusters": [CLUSTER],
            "workloads": [
                _service("web", web, cluster="main", zone_spread=3),
                _service("api", 30, cluster="main", zone_spread=3, vcpus=1, memory_gib=6),
                _service("own", own),
                {
                    "name": "nightly",
                    "kind": "batch",
                    "vcpu_hours": hours,
                    "runs_per_month": 20,
                    "memory_gib_per_vcpu": 4,
                    "deadline_hours": 5,
                },
            ],
            **top,
        }
    )


def _service(name, replicas, *, vcpus=2, memory_gib=4, **more):
    need = {"vcpus": vcpus, "memory_gib": memory_gib}
    return {"name": name, "kind": "service", "replicas": replicas, "per_replica": need, **more}


def owners(plan):
    return {change.owner for change in plan.changes}


def counts(plan, owner):
    return {
        (a.instance_type, a.purchase): a.count
        for a in plan.allocations
        if owner in {a.cluster and f"cluster {a.cluster}", *a.workloads}
    }


@pytest.fixture
def locked(plan, catalog):
    return plan(spec_of(), catalog)


def test_the_same_spec_moves_nothing(plan, catalog, locked):
    again = plan(spec_of(), catalog, previous=locked)

    assert again.changes == []
    assert again.model_copy(update={"changes": None}) == locked


@pytest.mark.parametrize(
    ("changed", "owner"),
    [
        pytest.param({"web": 41}, "cluster main", id="a replica more in the cluster"),
        pytest.param({"own": 13}, "own", id="a replica more outside it"),
        pytest.param({"hours": 2100}, "nightly", id="more batch work"),
    ],
)
def test_one_changed_workload_leaves_the_others_and_its_own_instances_alone(
    plan, catalog, check, locked, changed, owner
):
    """Instances are added where they are missing; nothing else is touched."""
    spec = spec_of(**changed)
    again = plan(spec, catalog, previous=locked)

    check(spec, catalog, again)
    assert owners(again) <= {owner}
    for other in {"cluster main", "own", "nightly"} - {owner}:
        assert counts(again, other) == counts(locked, other)
    for change in again.changes:
        assert "no longer does" in change.why
        assert all(change.after.get(name, 0) >= count for name, count in change.before.items())


@pytest.mark.parametrize("keep", [3.0, 60.0])
def test_a_saving_moves_only_what_it_is_worth(plan, catalog, check, locked, keep):
    """Half price for a family: above the threshold the fleet moves and says what it saves, below it stays."""
    spec = spec_of(keep=keep, discounts={"m7g": 50.0, "c7g": 50.0, "r7g": 50.0})
    fresh, again = plan(spec, catalog), plan(spec, catalog, previous=locked)

    check(spec, catalog, again)
    if keep > 50:
        assert again.changes == []
    else:
        assert owners(again) == {"cluster main", "own", "nightly"}
        assert all(change.why.startswith("saves ") for change in again.changes)
    # Whatever is kept is never more than the threshold dearer than the cheapest plan.
    assert fresh.monthly_usd >= again.monthly_usd * Decimal(1 - keep / 100) - Decimal("0.01")
    assert again.lower_bound_usd == fresh.lower_bound_usd


def test_what_may_not_be_bought_any_more_is_replaced(plan, catalog, check, locked):
    gone = {a.instance_type for a in locked.allocations}
    spec = spec_of(unavailable=[{"instance_type": name} for name in sorted(gone)])

    again = plan(spec, catalog, previous=locked)

    check(spec, catalog, again)
    assert not gone & {a.instance_type for a in again.allocations}


def test_a_workload_that_is_gone_is_named(plan, catalog, locked):
    spec = spec_of()
    fewer = spec.model_copy(update={"workloads": [w for w in spec.workloads if w.name != "own"]})

    again = plan(fewer, catalog, previous=locked)

    assert [(change.owner, change.after, change.why) for change in again.changes] == [
        ("own", {}, "no longer in the spec")
    ]


def test_a_budget_is_stronger_than_the_wish_to_keep(plan, catalog, locked):
    """What is locked costs more than the budget; the cheapest plan does not."""
    cheap = {"m7g": 50.0, "c7g": 50.0, "r7g": 50.0}
    fresh = plan(spec_of(keep=90.0, discounts=cheap), catalog)
    limit = float(fresh.monthly_usd) * 1.02

    again = plan(spec_of(keep=90.0, discounts=cheap, budget={"monthly_usd": limit}), catalog, previous=locked)

    assert again.status != "infeasible"
    assert float(again.monthly_usd) <= limit


def test_interruptible_work_keeps_its_spot_over_enough_types(plan, catalog):
    """A locked cluster on spot stays as it is, and grows without breaking the spread."""

    def spec(replicas):
        return FleetSpec.model_validate(
            {
                "version": 1,
                "name": "s",
                "region": "us-east-1",
                "candidates": {"categories": ["c", "m", "r"], "min_generation": 6, "max_vcpus": 32},
                "purchase": {"spot": {"min_instance_types": 4, "on_demand_base_percent": 25}},
                "planner": {"keep_unless_saving_percent": 10},
                "clusters": [{"name": "main"}],
                "workloads": [_service("burst", replicas, cluster="main", interruptible=True)],
            }
        )

    first = plan(spec(100), catalog)
    same, grown = plan(spec(100), catalog, previous=first), plan(spec(120), catalog, previous=first)

    assert same.changes == []
    spot = {a.instance_type for a in grown.allocations if a.purchase == "spot"}
    assert len(spot) >= 4
    steady = sum(n.count * n.replicas["burst"] for n in grown.nodes if n.purchase != "spot")
    assert steady >= 30
