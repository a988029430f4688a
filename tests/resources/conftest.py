"""Hand-made plans, the shipped catalog, and a recorder of what a program declares."""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pulumi
import pytest

with warnings.catch_warnings():
    # The SDK warns about modules of its own while it loads.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pulumi_aws import ec2

    assert ec2.LaunchTemplate

from fleet.catalog import Catalog
from fleet.plans import Allocation, CatalogStamp, Lease, Node, Plan, Schedule, WaitMinutes
from fleet.resources import Fleet, FleetArgs, Settings
from fleet.resources.design import Source
from fleet.spec import FleetSpec, parse_spec

SPEC = """
version: 1
name: mixed
region: us-east-1
tags: {team: platform, environment: production}
clusters:
  - {name: main, zones: 3, max_pods_per_node: 110, root_volume_gib: 50}
workloads:
  - {name: web, kind: service, cluster: main, language: swift, replicas: 30, zone_spread: 3,
     per_replica: {vcpus: 2, memory_gib: 4}}
  - {name: worker, kind: service, cluster: main, replicas: 4, interruptible: true,
     per_replica: {vcpus: 2, memory_gib: 4}}
  - {name: licensing, kind: service, replicas: 24, zone_spread: 3, per_replica: {vcpus: 4, memory_gib: 16}}
  - {name: nightly, kind: batch, vcpu_hours: 4000, runs_per_month: 22, memory_gib_per_vcpu: 4, deadline_hours: 6,
     interruptible: true}
  - {name: pretrain, kind: training, framework: pytorch, accelerator_stacks: [cuda, neuron], accelerators: 32,
     deadline_days: 14}
  - {name: chat, kind: inference, framework: vllm, accelerator_stacks: [cuda], model_memory_gib: 150,
     tokens_per_second: 9000, throughput: {l40s: 1500, h100: 5200}}
  - {name: embed, kind: inference, framework: pytorch, accelerator_stacks: [neuron], model_memory_gib: 6, replicas: 4}
  - {name: live, kind: rendering, streams: 24, interruptible: true, needs: [video_encode, fp8],
     streams_per_accelerator: {l4: 6, l40s: 14}}
  - {name: ios, kind: apple_builds, platforms: [ios, macos], builds_per_weekday: 320, minutes_per_build: 14,
     min_macos: "26"}
"""


def allocation(workload: str, instance_type: str, count: int, **given: Any) -> Allocation:
    """One allocation with what a test does not care about filled in."""
    values = {
        "workloads": [workload],
        "instance_type": instance_type,
        "purchase": "on_demand",
        "region": "us-east-1",
        "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "count": count,
        "unit_hourly_usd": 1,
        "hours_per_month": 730,
        "monthly_usd": 730 * count,
        "shares": {workload: 1.0},
        "price_as_of": date(2026, 7, 20),
        "price_source": "test",
    }
    return Allocation(**(values | given))


ZONE = ["us-east-1b"]
ALLOCATIONS = [
    allocation("web", "c8g.4xlarge", 6, cluster="main", workloads=["web"]),
    allocation("web", "m7i.2xlarge", 1, cluster="main", workloads=["web"], zones=ZONE),
    allocation("worker", "c7g.2xlarge", 2, cluster="main", workloads=["worker"], purchase="spot", zones=ZONE),
    allocation("worker", "c8g.2xlarge", 1, cluster="main", workloads=["worker"], purchase="spot", zones=ZONE),
    allocation("licensing", "m8a.4xlarge", 6),
    allocation("licensing", "m7i.2xlarge", 2, purchase="savings_plan"),
    allocation("nightly", "m7g.4xlarge", 3, hours_per_month=132),
    allocation("nightly", "c8g.4xlarge", 4, purchase="spot", hours_per_month=132),
    allocation("nightly", "m7i.4xlarge", 5, purchase="spot", hours_per_month=132),
    allocation("pretrain", "p5.48xlarge", 4, purchase="capacity_block", zones=ZONE, hours_per_month=336, job_usd=55000),
    allocation("chat", "g6e.12xlarge", 2, zones=ZONE),
    allocation("embed", "inf2.xlarge", 4),
    allocation("live", "g6.4xlarge", 1),
    allocation("live", "g6.2xlarge", 2, purchase="spot"),
    allocation("live", "g6e.2xlarge", 2, purchase="spot"),
    allocation("ios", "mac2-m2.metal", 5, purchase="dedicated_host", zones=["us-east-1a", "us-east-1b"]),
]
NODES = [
    Node(cluster="main", instance_type="c8g.4xlarge", purchase="on_demand", zone=zone, count=2, replicas={"web": 7})
    for zone in ("us-east-1a", "us-east-1b", "us-east-1c")
]
LEASES = [Lease(start_hour=6, hours=86, count=2), Lease(start_hour=30, hours=30, count=1)]
WEEK = Schedule(
    workload="ios",
    instance_type="mac2-m2.metal",
    needed=[1] * 168,
    leased=[2] * 168,
    always_on=2,
    leases=LEASES,
    wait_minutes=WaitMinutes(p50=0, p95=4, p99=9),
)


def plan_of(allocations: list[Allocation], **given: Any) -> Plan:
    """A plan of some allocations."""
    values = {
        "name": "mixed",
        "planned_on": date(2026, 12, 1),
        "spec_sha256": "0" * 64,
        "catalog": CatalogStamp(as_of=date(2026, 7, 20), sha256="0" * 64, regions=["us-east-1"]),
        "status": "optimal",
        "monthly_usd": 12345.67,
        "one_off_usd": 55000,
        "lower_bound_usd": 12000,
        "gap_percent": 0.1,
        "allocations": allocations,
        "nodes": [],
        "rejections": [],
        "conflicts": [],
        "schedules": [],
        "quotas": [],
        "assumptions": [],
        "next_steps": [],
    }
    return Plan(**(values | given))


@dataclass
class Declared:
    """What a program declared under mocks."""

    resources: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of(self, type_: str) -> list[dict[str, Any]]:
        """Inputs of all resources of a type, in order of name."""
        found = [r for r in self.resources if r["type"] == type_]
        return [entry["inputs"] for entry in sorted(found, key=lambda entry: entry["name"])]

    def one(self, type_: str, name: str) -> dict[str, Any]:
        """Inputs of one resource."""
        (found,) = [r for r in self.resources if r["type"] == type_ and r["name"] == name]
        return found["inputs"]

    def names(self, type_: str) -> list[str]:
        """Names of all resources of a type, sorted."""
        return sorted(r["name"] for r in self.resources if r["type"] == type_)

    def graph(self) -> str:
        """Text for a golden file: sorted, integers as integers, None left out."""
        ordered = sorted(self.resources, key=lambda entry: (entry["type"], entry["name"]))
        return json.dumps(ordered, indent=1, sort_keys=True) + "\n"


class Recorder(pulumi.runtime.Mocks):
    """Answers as AWS would, as far as components look: ids, ARNs and names."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        inputs = normal(args.inputs)
        self.declared.resources.append({"type": args.typ, "name": args.name, "inputs": inputs})
        computed = {"arn": f"arn:{args.name}", "name": args.inputs.get("name") or args.name, "latestVersion": 1}
        more = {"nodeGroupName": args.name, "allocationId": f"eipalloc-{args.name}"}
        return f"{args.name}-id", {**computed, **more, **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        raise AssertionError(f"components look nothing up, but {args.token} was called")


def normal(value: Any) -> Any:
    """Values as a reader expects them: whole floats as integers, None left out of mappings."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: normal(entry) for key, entry in value.items() if entry is not None}
    return [normal(entry) for entry in value] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.fixture(scope="session")
def spec() -> FleetSpec:
    return parse_spec(SPEC, "fleet.yaml")


@pytest.fixture(scope="session")
def spec_text() -> str:
    return SPEC


@pytest.fixture(scope="session")
def plan() -> Plan:
    return plan_of(ALLOCATIONS, nodes=NODES, schedules=[WEEK])


@pytest.fixture
def source(spec, plan, catalog) -> Source:
    return Source(spec=spec, plan=plan, catalog=catalog, settings=Settings())


@pytest.fixture
def allocate() -> Callable[..., Allocation]:
    return allocation


@pytest.fixture
def make_plan() -> Callable[..., Plan]:
    return plan_of


@pytest.fixture
def declare() -> Callable[[Callable[[], dict[str, Any] | None]], Declared]:
    """Runs a program under mocks and gives what it declared; raises what the program raised."""

    def run(program: Callable[[], dict[str, Any] | None]) -> Declared:
        declared = Declared()
        pulumi.runtime.set_mocks(Recorder(declared), project="fleet", stack="test", preview=False)

        @pulumi.runtime.test
        def body() -> Any:
            outputs = program() or {}
            return pulumi.Output.all(**outputs).apply(declared.outputs.update)

        body()
        return declared

    return run


@pytest.fixture
def declare_fleet(declare, spec, plan, catalog) -> Callable[..., Declared]:
    """The mixed fleet under mocks, with settings, spec or plan replaced."""

    def run(
        settings: Settings | None = None, *, of: FleetSpec = spec, by: Plan = plan, named: str = "mixed"
    ) -> Declared:
        args = FleetArgs(spec=of, plan=by, catalog=catalog, settings=settings or Settings())

        def program() -> dict[str, Any]:
            fleet = Fleet(named, args)
            return {"monthly_usd": fleet.monthly_usd, "one_off_usd": fleet.one_off_usd, "groups": fleet.groups}

        return declare(program)

    return run
