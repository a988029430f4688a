"""What `explain` says that one step of a limit saves is what planning again with that step saves."""

from datetime import date

import pytest

from fleet.planner import explain
from fleet.spec.model import FleetSpec

HOURS = 730
STANDARD, SPOT = "L-1216C47A", "L-34B43A08"


def spec_of(workload, code, limit, types, **top):
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": "us-east-1",
            "candidates": {"instance_types": types},
            "quotas": {"limits": [{"code": code, "limit": limit}]},
            "workloads": [{"name": "work", **workload}],
            **top,
        }
    )


def price_of(spec, catalog, found, code):
    told = explain(spec, catalog, "work", today=date(2026, 12, 1), plan=found)
    (binding,) = [binding for binding in told.binding if binding.constraint == f"quota {code} in us-east-1"]
    assert binding.step == f"one more vCPU of {code} in us-east-1"
    return binding.hourly_usd


WEB = {"kind": "service", "replicas": 30, "per_replica": {"vcpus": 2, "memory_gib": 4}}
NIGHT = {
    "kind": "batch",
    "vcpu_hours": 73_000,
    "runs_per_month": 1,
    "memory_gib_per_vcpu": 2,
    "deadline_hours": HOURS,
    "interruptible": True,
}


@pytest.mark.parametrize(
    ("workload", "code", "types"),
    [
        pytest.param(WEB, STANDARD, ["m7i.large", "x2iedn.xlarge"], id="service: m7i, or x2iedn of another quota"),
        pytest.param(NIGHT, SPOT, ["m7i.large"], id="batch: spot, or on demand"),
    ],
)
def test_a_vcpu_of_a_quota_saves_what_planning_with_it_saves(catalog, plan, workload, code, types):
    """Two vCPUs are one node more of the cheap type: the price of part instances holds for a whole one."""
    tight = spec_of(workload, code, 20, types)
    found, more = (plan(spec, catalog) for spec in (tight, spec_of(workload, code, 20 + 4, types)))

    saved = float(found.monthly_usd - more.monthly_usd) / HOURS

    assert saved > 0
    assert price_of(tight, catalog, found, code) * 4 == pytest.approx(saved, rel=0.02)


def test_a_quota_of_a_cluster_saves_no_more_than_its_price_and_the_gaps(catalog, plan):
    """The linear program's saving falls with every step, so that its first step is the most that each saves."""
    workload, types = {**WEB, "cluster": "k"}, ["m7i.xlarge", "m7i.2xlarge", "x2iedn.xlarge", "x2iedn.2xlarge"]
    top = {"clusters": [{"name": "k", "zones": 1}]}
    tight = spec_of(workload, STANDARD, 32, types, **top)
    found, more = (plan(spec, catalog) for spec in (tight, spec_of(workload, STANDARD, 32 + 8, types, **top)))

    price = price_of(tight, catalog, found, STANDARD)

    gaps = sum(float(some.monthly_usd - some.lower_bound_usd) for some in (found, more)) / HOURS
    saved = float(found.monthly_usd - more.monthly_usd) / HOURS
    assert 0 < saved <= price * 8 + gaps


def test_a_quota_with_room_has_no_price(catalog, plan):
    roomy = spec_of(WEB, STANDARD, 1_000, ["m7i.large", "x2iedn.xlarge"])
    told = explain(roomy, catalog, "work", today=date(2026, 12, 1), plan=plan(roomy, catalog))

    assert not [binding for binding in told.binding if binding.constraint.startswith("quota")]
