"""Types that stand in on demand where AWS has no capacity: they suffice, come in order of price, and cost no plan."""

from decimal import Decimal

import pytest

from fleet.spec.model import FleetSpec

TWO = {"on_demand": {"fallback_types": 2}}


def spec_of(*workloads, **top):
    return FleetSpec.model_validate(
        {"version": 1, "name": "t", "region": "us-east-1", "workloads": list(workloads), **top}
    )


def service(name="web", *, replicas=8, vcpus=2, gib=4, **more):
    need = {"vcpus": vcpus, "memory_gib": gib}
    return {"name": name, "kind": "service", "replicas": replicas, "per_replica": need, "min_nodes": 2, **more}


def names(plan, workload="web"):
    return {a.instance_type: [fallback.instance_type for fallback in a.fallbacks] for a in plan.of(workload)}


def test_nothing_stands_in_unless_it_is_asked_for(plan, shapes):
    """A spec that does not speak of fallbacks gets none."""
    catalog = shapes(("a.8", 8, 32, 1.0), ("b.8", 8, 32, 1.1))

    assert names(plan(spec_of(service()), catalog)) == {"a.8": []}


def test_what_stands_in_does_no_less_and_the_cheapest_comes_first(plan, shapes):
    """As many vCPUs, no fewer replicas, no less memory, in order of price, as many as asked for."""
    catalog = shapes(
        ("a.8", 8, 16, 1.0), ("tight.8", 8, 15.9, 1.01), ("big.16", 16, 64, 1.05), ("d.8", 8, 64, 1.4),
        ("c.8", 8, 32, 1.2), ("b.8", 8, 16, 1.3),
    )  # fmt: skip
    web = service(replicas=4, min_nodes=1)

    assert names(plan(spec_of(web, purchase=TWO), catalog)) == {"a.8": ["c.8", "b.8"]}


def test_fallbacks_change_nothing_of_the_plan(plan, catalog):
    """Counts, cost and bound are those of the plan without them; only their names and a note are added."""
    web, ask = service(replicas=40, zone_spread=3), {"fallback_types": 3, "max_extra_percent": 30}

    limits = {"candidates": {"min_generation": 6, "categories": ["c", "m"]}}

    without = plan(spec_of(web, **limits), catalog)
    with_them = plan(spec_of(web, **limits, purchase={"on_demand": ask}), catalog)

    assert [a.model_copy(update={"fallbacks": []}) for a in with_them.allocations] == without.allocations
    assert (with_them.monthly_usd, with_them.lower_bound_usd) == (without.monthly_usd, without.lower_bound_usd)
    assert any("stands in, for up to" in text for text in with_them.assumptions)


@pytest.mark.parametrize("cluster", [None, "main"], ids=["on nodes of its own", "on shared nodes"])
def test_fallbacks_are_what_a_look_at_every_type_finds(plan, catalog, cluster):
    """Against the whole catalog, by hand: same architecture and size, sold in the zones, within the limit, by price."""
    ask = {"on_demand": {"fallback_types": 5, "max_extra_percent": 20}}
    limits = {"categories": ["c", "m", "r"], "min_generation": 6}
    clusters = [{"name": "main", "zones": 2}]
    web = service(replicas=60, zone_spread=2, gib=6, **({"cluster": cluster} if cluster else {}))
    web.pop("min_nodes")
    found = plan(spec_of(web, purchase=ask, candidates=limits, clusters=clusters), catalog)

    assert found.allocations
    for allocation in found.allocations:
        own = catalog.types[allocation.instance_type]
        able = []
        for kind in catalog.types.values():
            price = catalog.on_demand(kind.name, "us-east-1")
            usd = getattr(price, "usd", None)
            if (
                usd is not None
                and kind.name != own.name
                and usd <= allocation.unit_hourly_usd * Decimal("1.2")
                and (kind.architecture, kind.vcpus) == (own.architecture, own.vcpus)
                and (kind.memory_gib == own.memory_gib if cluster else kind.memory_gib >= own.memory_gib)
                and (kind.max_pods == own.max_pods or not cluster)
                and kind.category in {"c", "m", "r"}
                and (kind.generation or 0) >= 6
                and not kind.bare_metal
                and not kind.burstable
                and set(allocation.zones) <= set(catalog.offered(kind.name, "us-east-1"))
            ):
                able.append((usd, kind.name))

        assert [(f.unit_hourly_usd, f.instance_type) for f in allocation.fallbacks] == sorted(able)[:5]


def test_measured_work_counts_where_the_spec_measures(plan, catalog):
    """By CoreMark, a slower core of as many vCPUs does less: Graviton2 does not stand in for Graviton3."""
    prices = {"c7g.xlarge": 0.1, "c6g.xlarge": 0.12, "c8g.xlarge": 0.2}
    limits = {"candidates": {"instance_types": list(prices)}, "price_book": {"on_demand_usd": prices}}
    measured = {"performance": {"metric": "coremark", "reference": "c6g"}}
    batch = {
        "name": "web", "kind": "batch", "vcpu_hours": 960, "deadline_hours": 10, "runs_per_month": 4,
        "memory_gib_per_vcpu": 1,
    }  # fmt: skip

    assert names(plan(spec_of(batch, purchase=TWO, **limits, **measured), catalog)) == {"c7g.xlarge": ["c8g.xlarge"]}
    assert names(plan(spec_of(batch, purchase=TWO, **limits), catalog)) == {"c7g.xlarge": ["c6g.xlarge", "c8g.xlarge"]}


def test_accelerators_stand_in_when_they_serve_no_less(plan, catalog):
    """An L4 with more vCPUs carries the same streams; less of an L4 does not, and nothing beyond the limit counts."""
    live = {"name": "web", "kind": "rendering", "streams": 30, "streams_per_accelerator": {"l4": 6, "l40s": 14}}
    ask = {"on_demand": {"fallback_types": 3, "max_extra_percent": 60}}
    types = {"candidates": {"instance_types": ["g6.xlarge", "g6.2xlarge", "g6.4xlarge", "g6f.4xlarge", "gr6.4xlarge"]}}
    found = plan(spec_of({**live, **types}, purchase=ask), catalog)

    assert names(found) == {"g6.xlarge": ["g6.2xlarge"]}


def test_a_quota_that_has_no_room_for_it_keeps_a_type_out(plan, catalog):
    """g6.2xlarge needs twice the vCPUs of g6.xlarge: with a quota for exactly the plan it cannot stand in."""
    live = {"name": "web", "kind": "rendering", "streams": 30, "streams_per_accelerator": {"l4": 6}}
    tight = {"limits": [{"code": "L-DB2E81BA", "limit": 20}]}

    with_room = plan(spec_of(live, purchase=TWO), catalog)
    without = plan(spec_of(live, purchase=TWO, quotas=tight), catalog)

    assert names(with_room)["g6.xlarge"][0] == "g6.2xlarge"
    assert names(without) == {"g6.xlarge": []}
    assert any("nothing stands in for g6.xlarge" in text for text in without.assumptions)


def test_what_has_no_capacity_does_not_stand_in(plan, shapes):
    """A pool that the spec lists as empty is no way out."""
    catalog = shapes(("a.8", 8, 32, 1.0), ("b.8", 8, 32, 1.1), ("c.8", 8, 32, 1.2))
    found = plan(spec_of(service(), purchase=TWO, unavailable=[{"instance_type": "b.8"}]), catalog)

    assert names(found) == {"a.8": ["c.8"]}


def test_shared_nodes_get_what_all_their_workloads_agree_to(plan, shapes):
    """One workload that asks for none, or for a lower price, holds for the nodes that it shares."""
    catalog = shapes(("a.8", 8, 32, 1.0), ("b.8", 8, 32, 1.1), ("c.8", 8, 32, 1.4))
    cluster = {"clusters": [{"name": "main"}]}

    def shared(rules):
        one = service("one", cluster="main", purchase={"on_demand": {"fallback_types": 2}})
        other = service("other", cluster="main", purchase=rules)
        for workload in (one, other):
            workload.pop("min_nodes")
        return {tuple(f) for f in names(plan(spec_of(one, other, **cluster), catalog), "one").values()}

    assert shared({}) == {()}
    assert shared({"on_demand": {"fallback_types": 2, "max_extra_percent": 20}}) == {("b.8",)}


def test_locked_fallbacks_keep_their_place_while_they_still_do(plan, shapes):
    """EKS replaces a node group when its types change: a new price alone moves none of them."""
    before = shapes(("a.8", 8, 32, 1.0), ("b.8", 8, 32, 1.1), ("c.8", 8, 32, 1.2), ("d.8", 8, 32, 1.3))
    spec = spec_of(service(), purchase=TWO)
    lock = plan(spec, before)
    after = shapes(("a.8", 8, 32, 1.0), ("b.8", 8, 32, 1.25), ("c.8", 8, 32, 1.2), ("d.8", 8, 32, 1.15))

    kept, fresh = plan(spec, after, previous=lock), plan(spec, after)

    assert names(kept) == {"a.8": ["b.8", "c.8"]}
    assert [str(f.unit_hourly_usd) for f in kept.of("web")[0].fallbacks] == ["1.250000", "1.200000"]
    assert names(fresh) == {"a.8": ["d.8", "c.8"]}


def test_spot_and_training_have_no_fallbacks(plan, catalog):
    """Spot falls back within its group, and the nodes of a training job are equal."""
    spot = service(replicas=60, interruptible=True)
    train = {
        "name": "train", "kind": "training", "framework": "pytorch", "accelerator_stacks": ["cuda"],
        "accelerators": 16, "deadline_days": 3, "purchase": {**TWO, "capacity_blocks": False},
    }  # fmt: skip
    found = plan(spec_of(spot, train, purchase=TWO), catalog)

    assert [a.fallbacks for a in found.allocations if a.purchase == "spot" or "train" in a.workloads] != []
    assert not any(a.fallbacks for a in found.allocations if a.purchase == "spot" or "train" in a.workloads)
    assert not any(text.startswith("train: nothing stands in") for text in found.assumptions)
