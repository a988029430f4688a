"""What the catalog does not know is told as that, never as a mistake of the spec or as dearer than the plan."""

import pytest

from fleet.catalog.model import Price
from fleet.planner.candidates import survey
from fleet.spec.model import FleetSpec
from tests.planner.frame.conftest import TODAY

SERVICE = {"kind": "service", "replicas": 6, "per_replica": {"vcpus": 2, "memory_gib": 4}, "zone_spread": 3}
BATCH = {"kind": "batch", "vcpu_hours": 100, "runs_per_month": 2, "deadline_hours": 4, "memory_gib_per_vcpu": 2}
KINDS = {
    "own nodes": {"workloads": [{"name": "web", **SERVICE}]},
    "shared nodes": {
        "clusters": [{"name": "main", "zones": 3}],
        "workloads": [{"name": "web", "cluster": "main", **SERVICE}],
    },
    "batch": {"workloads": [{"name": "web", **BATCH}]},
}


def spec_of(kind, region):
    return FleetSpec.model_validate({"version": 1, "name": "study", "region": region, **KINDS[kind]})


@pytest.mark.parametrize("kind", KINDS)
def test_a_region_without_prices_is_no_fault_of_the_candidates(catalog, plan, kind):
    found = plan(spec_of(kind, "sa-east-1"), catalog)

    (conflict,) = found.conflicts
    assert conflict.constraint == "prices of web"
    assert conflict.needed == "a price in sa-east-1"
    assert "fleet catalog refresh" in conflict.hint


@pytest.mark.parametrize("kind", KINDS)
def test_a_region_without_data_is_no_fault_of_the_zones(catalog, plan, kind):
    found = plan(spec_of(kind, "us-gov-west-1"), catalog)

    (conflict,) = found.conflicts
    assert "no data of us-gov-west-1" in conflict.allowed
    assert "fleet catalog refresh" in conflict.hint
    assert "zone_spread" not in conflict.hint


@pytest.mark.parametrize("kind", ["own nodes", "shared nodes"])
def test_more_zones_than_a_known_region_has_stay_a_limit_of_the_spec(catalog, plan, kind):
    """us-west-1 is known, with two zones."""
    found = plan(spec_of(kind, "us-west-1"), catalog)

    (conflict,) = found.conflicts
    assert conflict.needed.startswith("3 ")
    assert "2" in conflict.allowed
    assert "zone" in conflict.constraint
    assert "refresh" not in conflict.hint


@pytest.mark.parametrize("kind", KINDS)
def test_the_bound_is_said_to_hold_among_types_with_a_price(catalog, plan, kind):
    """Counted here from the catalog: each would do for the workload, and only its price is missing."""
    spec = spec_of(kind, "us-west-2")
    found = plan(spec, catalog)

    rejected = survey(spec, spec.workloads[0], catalog, "us-west-2", today=TODAY).rejected
    silent = [name for name, reasons in rejected.items() if reasons == {"no_price"}]
    assert all(not isinstance(catalog.on_demand(name, "us-west-2"), Price) for name in silent)
    (note,) = [text for text in found.assumptions if "the bound holds among those that have one" in text]
    counted = int(note.split(": ")[1].split()[0].replace(",", ""))
    assert len(silent) * 0.8 < counted <= len(silent)
    assert any("fleet catalog refresh" in step for step in found.next_steps)


def test_where_every_type_has_a_price_nothing_is_said(shapes, cluster_spec, plan):
    found = plan(cluster_spec({"a": (3, 1.0, 2.0)}), shapes(("small", 4, 16, 0.10), ("middle", 16, 32, 0.30)))

    assert not [text for text in (*found.assumptions, *found.next_steps) if "no price" in text]


def test_a_replica_larger_than_any_type_is_not_blamed_on_prices(catalog, plan):
    spec = spec_of("own nodes", "us-west-2").model_dump(mode="json", exclude_none=True)
    spec["workloads"][0]["per_replica"] = {"vcpus": 2000, "memory_gib": 4}

    (conflict,) = plan(FleetSpec.model_validate(spec), catalog).conflicts

    assert conflict.constraint == "candidates of web"
