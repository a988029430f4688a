"""Spot counts at what its work costs in the end: what interruptions lose is done again, and paid again."""

import math

import pytest

from fleet.catalog.model import Price
from fleet.spec.model import FleetSpec


def spec_of(deadline_hours=6, **candidates):
    work = {
        "name": "night",
        "kind": "batch",
        "vcpu_hours": 400 * deadline_hours,
        "runs_per_month": 1,
        "memory_gib_per_vcpu": 0,
        "deadline_hours": deadline_hours,
        "interruptible": True,
    }
    top = {"version": 1, "name": "s", "region": "us-east-1", "candidates": candidates}
    return FleetSpec.model_validate({**top, "workloads": [work]})


def steady(catalog, low):
    """A spot type of 16 vCPUs in a bucket, and its percentage."""
    for name, kind in catalog.types.items():
        bucket = catalog.interruption(name, "us-east-1")
        if bucket is None or bucket.low_percent != low or kind.vcpus != 16 or kind.accelerator:
            continue
        if isinstance(catalog.spot(name, "us-east-1"), Price) and kind.category in {"c", "m", "r"}:
            return name, bucket.high_percent or bucket.low_percent
    raise AssertionError(f"no type of the bucket from {low} %")


@pytest.mark.parametrize(("low", "days"), [(0, 1), (5, 7), (20, 10)])
def test_batch_work_on_spot_pays_for_the_half_run_that_an_interruption_loses(catalog, plan, check, low, days):
    name, percent = steady(catalog, low)
    spec = spec_of(24 * days, instance_types=[name])

    found = plan(spec, catalog)

    check(spec, catalog, found)
    (bought,) = found.allocations
    lost = -math.log(1 - percent / 100) / 730 * 24 * days / 2
    done = bought.count * catalog.types[name].vcpus * bought.hours_per_month
    assert done * (1 - lost) == pytest.approx(400 * 24 * days, rel=1e-6)
    assert done > 400 * 24 * days
    (told,) = [text for text in found.assumptions if "half a run" in text]
    assert f"{1 / (1 - lost):.4f} times" in told


def test_of_two_spot_types_at_one_price_the_calmer_one_is_taken(catalog, plan, monkeypatch):
    restless, calm = steady(catalog, 20)[0], steady(catalog, 0)[0]
    price = catalog.spot(calm, "us-east-1")
    monkeypatch.setattr(type(catalog), "spot", lambda *_: price)

    found = plan(spec_of(24, instance_types=[restless, calm]), catalog)

    assert {a.instance_type for a in found.allocations} == {calm}


def test_how_often_a_type_is_interrupted_must_be_known_for_batch_work(catalog, plan):
    """Its price depends on it; that of a service does not."""
    unknown = [
        name
        for name in catalog.types
        if isinstance(catalog.spot(name, "us-east-1"), Price) and catalog.interruption(name, "us-east-1") is None
    ]

    found = plan(spec_of(instance_types=unknown[:1], burstable=True, bare_metal=True), catalog)

    assert "spot" not in {a.purchase for a in found.allocations}


@pytest.mark.parametrize("cluster", [None, "k"])
def test_a_service_says_what_an_interruption_adds_and_does_not_count(catalog, plan, cluster):
    work = {"name": "web", "kind": "service", "replicas": 20, "per_replica": {"vcpus": 2, "memory_gib": 4}}
    work |= {"interruptible": True} | ({"cluster": cluster} if cluster else {})
    top = {"version": 1, "name": "s", "region": "us-east-1", "candidates": {"categories": ["c", "m"]}}
    spec = FleetSpec.model_validate({**top, "clusters": [{"name": "k", "zones": 1}], "workloads": [work]})

    found = plan(spec, catalog)

    assert "spot" in {a.purchase for a in found.allocations}
    (told,) = [text for text in found.assumptions if "notice of 2 minutes" in text]
    assert told.startswith("cluster k:" if cluster else "web:")
