"""Plans made from small catalogs, and a checker that knows nothing of how plans are made."""

import json
import math
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from fleet.catalog import Catalog, eks_reserved
from fleet.planner import plan as make_plan
from fleet.spec.model import Batch, FleetSpec, Service

TODAY = date(2026, 12, 1)
SLACK = 1e-6


@pytest.fixture(scope="session")
def catalog():
    """The shipped catalog."""
    return Catalog.load()


@pytest.fixture
def shapes(tmp_path):
    """`shapes((name, vcpus, gib, usd), ...)` is a catalog of these allocatable shapes alone."""

    def build(*rows, pods=110):
        path = tmp_path / "shapes.json"
        keys = ("name", "vcpus", "memory_gib", "on_demand_usd")
        path.write_text(
            json.dumps(
                [{**dict(zip(keys, row, strict=True)), "architecture": "arm64", "max_pods": pods} for row in rows]
            )
        )
        return Catalog.load(path)

    return build


@pytest.fixture
def cluster_spec():
    """`cluster_spec({name: (replicas, vcpus, gib)}, **cluster)`: services on one shared cluster."""

    def build(services, *, top=None, each=None, **cluster):
        workloads = [
            {
                "name": name,
                "kind": "service",
                "cluster": "main",
                "replicas": count,
                "per_replica": {"vcpus": vcpus, "memory_gib": gib},
                **(each or {}),
            }
            for name, (count, vcpus, gib) in services.items()
        ]
        return FleetSpec.model_validate(
            {
                "version": 1,
                "name": "study",
                "region": "us-east-1",
                "clusters": [{"name": "main", **cluster}],
                "workloads": workloads,
                **(top or {}),
            }
        )

    return build


@pytest.fixture
def plan():
    """`plan(spec, catalog)` on the tests' day."""

    def run(spec, catalog, previous=None):
        return make_plan(spec, catalog, today=TODAY, previous=previous)

    return run


@pytest.fixture
def check():
    """`check(spec, catalog, plan)` fails when a plan breaks a promise: placement, capacity, zones, purchase, money."""

    def run(spec, catalog, found):
        assert found.status != "infeasible"
        _placed(spec, found)
        _within_capacity(spec, catalog, found)
        _allocations_match_nodes(found)
        _services_and_batch_fit(spec, catalog, found)
        _money(spec, catalog, found)

    return run


def _members(spec):
    return [w for w in spec.workloads if isinstance(w, Service) and w.cluster is not None]


def _placed(spec, found):
    for workload in _members(spec):
        by_zone = defaultdict(int)
        for node in found.nodes:
            by_zone[node.zone] += node.count * node.replicas.get(workload.name, 0)
        used = {zone: count for zone, count in by_zone.items() if count}
        assert sum(used.values()) == workload.replicas
        if workload.replicas >= workload.zone_spread:
            assert len(used) == workload.zone_spread
            assert max(used.values()) - min(used.values()) <= 1


def _within_capacity(spec, catalog, found):
    clusters = {cluster.name: cluster for cluster in spec.clusters}
    services = {workload.name: workload for workload in _members(spec)}
    for node in found.nodes:
        cluster, kind = clusters[node.cluster], catalog.types[node.instance_type]
        pods = min(cluster.max_pods_per_node, kind.max_pods)
        kept = (0.0, 0.0) if catalog.plain else eks_reserved(kind, pods)
        left = 1 - cluster.headroom_percent / 100
        over = cluster.node_overhead
        needs = [(services[name].per_replica, count) for name, count in node.replicas.items()]
        assert sum(n.vcpus * c for n, c in needs) <= (kind.vcpus - kept[0] - over.vcpus) * left + SLACK
        assert sum(n.memory_gib * c for n, c in needs) <= (kind.memory_gib - kept[1] - over.memory_gib) * left + SLACK
        assert sum(c for _, c in needs) <= pods - over.pods
        assert node.zone in catalog.offered(kind.name, spec.region)
        if node.purchase == "spot":
            assert all(services[name].interruptible for name in node.replicas)
        if any(services[name].exclusive_nodes for name in node.replicas):
            assert len(node.replicas) == 1


def _allocations_match_nodes(found):
    counted = defaultdict(int)
    for node in found.nodes:
        counted[node.cluster, node.instance_type, node.purchase] += node.count
    for allocation in found.allocations:
        if allocation.cluster is not None:
            key = (allocation.cluster, allocation.instance_type, allocation.purchase)
            assert counted.pop(key) == allocation.count
            assert sum(allocation.shares.values()) == pytest.approx(1, abs=1e-4)
    assert not counted


def _services_and_batch_fit(spec, catalog, found):
    for workload in spec.workloads:
        mine = found.of(workload.name)
        kinds = [(catalog.types[a.instance_type], a) for a in mine]
        if isinstance(workload, Service) and workload.cluster is None:
            need = workload.per_replica
            held = sum(
                math.floor(min(k.vcpus / need.vcpus, k.memory_gib / need.memory_gib) + SLACK) * a.count
                for k, a in kinds
            )
            assert held >= workload.replicas
        if isinstance(workload, Batch):
            each = [
                (min(float(k.vcpus), k.memory_gib / (workload.memory_gib_per_vcpu or SLACK)) * a.count, a)
                for k, a in kinds
            ]
            capacity = sum(c for c, _ in each)
            useful = sum(c * _kept(catalog, a, workload.deadline_hours) for c, a in each)
            assert useful >= workload.vcpu_hours / workload.deadline_hours - SLACK
            hours = {a.hours_per_month for _, a in each}
            assert max(hours) * useful == pytest.approx(workload.vcpu_hours * workload.runs_per_month, rel=1e-6)
            base = spec.rules_for(workload).spot.on_demand_base_percent / 100
            if workload.interruptible and base:
                assert sum(c for c, a in each if a.purchase != "spot") >= base * capacity - SLACK


def _kept(catalog, allocation, run_hours):
    """The share of its work that a spot node keeps, when an interruption loses half a run of it."""
    if allocation.purchase != "spot":
        return 1.0
    bucket = catalog.interruption(allocation.instance_type, allocation.region)
    stays_a_month = 1 - (bucket.high_percent or bucket.low_percent) / 100
    return 1 + math.log(stays_a_month) / 730 * run_hours / 2


def _prices(spec, catalog, allocation, listed):
    """What an hour may cost: the list price less what is negotiated; under each savings plan that covers the type."""
    kind = catalog.types[allocation.instance_type]
    discounts = spec.price_book.discount_percent
    if allocation.purchase in {"on_demand", "savings_plan"}:
        listed *= 1 - Decimal(str(discounts.get(kind.family, discounts.get("*", 0)))) / 100
    if allocation.purchase != "savings_plan":
        return {listed}
    return {
        listed * (1 - Decimal(str(plan.discount_percent)) / 100)
        for plan in spec.purchase.savings_plans
        if plan.kind == "compute" or (plan.family, plan.region) == (kind.family, allocation.region)
    }


def _money(spec, catalog, found):
    for a in found.allocations:
        price = catalog.price(a.instance_type, a.region, "on_demand" if a.purchase == "savings_plan" else a.purchase)
        assert a.unit_hourly_usd in _prices(spec, catalog, a, price.usd)
        assert a.price_as_of == price.as_of
        if a.job_usd is None:
            assert a.monthly_usd >= (a.count * a.unit_hourly_usd * Decimal(str(a.hours_per_month))) - Decimal("0.01")
    monthly = sum((a.monthly_usd for a in found.allocations), Decimal(0))
    once = sum((a.job_usd for a in found.allocations if a.job_usd is not None), Decimal(0))
    assert abs(found.monthly_usd - monthly) < Decimal("0.001")
    assert abs(found.one_off_usd - once) < Decimal("0.001")
    total = monthly + once
    assert found.lower_bound_usd <= total + Decimal("0.001")
    if found.lower_bound_usd > 0:
        assert found.gap_percent == pytest.approx(float((total / found.lower_bound_usd - 1) * 100), abs=0.001)
