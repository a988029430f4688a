"""The resource graph of each component, reviewed as a file. `make golden` rewrites them; read the difference."""

import os
from pathlib import Path

import pytest

from fleet.resources import (
    BatchQueue,
    BatchQueueArgs,
    Cluster,
    ClusterArgs,
    InferencePool,
    MacFleet,
    MacFleetArgs,
    Placement,
    PoolArgs,
    RenderPool,
    ServicePool,
    TrainingCluster,
    TrainingClusterArgs,
)
from fleet.resources.design import design_fleet

FOLDER = Path(__file__).parent / "golden"
PLACEMENTS = {
    "us-east-1": Placement(
        region="us-east-1", vpc_id="vpc-1", subnet_ids={f"us-east-1{letter}": f"subnet-{letter}" for letter in "abc"}
    )
}


def golden(name: str, text: str) -> None:
    """Compares with the reviewed file, or rewrites it when asked to."""
    path = FOLDER / f"{name}.json"
    if os.environ.get("FLEET_WRITE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("component", "workload"),
    [
        pytest.param(ServicePool, "licensing", id="service on two types, one under a savings plan"),
        pytest.param(InferencePool, "chat", id="inference on NVIDIA"),
        pytest.param(InferencePool, "embed", id="inference on Inferentia"),
        pytest.param(RenderPool, "live", id="rendering on spot with an on-demand base"),
    ],
)
def test_golden_graph_of_a_pool(declare, source, component, workload):
    """A pool declares what the reviewed file says, and nothing else."""
    (design,) = [pool for pool in design_fleet(source).pools if pool.workload == workload]

    declared = declare(lambda: component(f"mixed-{workload}", PoolArgs(design=design, placements=PLACEMENTS)) and {})

    golden(workload, declared.graph())


def test_golden_graph_of_a_cluster(declare, source):
    """A cluster declares its control plane, addons and node groups as reviewed."""
    (design,) = design_fleet(source).clusters

    declared = declare(lambda: Cluster("mixed-main", ClusterArgs(design=design, placements=PLACEMENTS)) and {})

    golden("cluster", declared.graph())


def test_golden_graph_of_a_queue(declare, source):
    """A queue declares its compute environments and job definition as reviewed."""
    (design,) = design_fleet(source).queues

    declared = declare(lambda: BatchQueue("mixed-nightly", BatchQueueArgs(design=design, placements=PLACEMENTS)) and {})

    golden("batch", declared.graph())


def test_golden_graph_of_a_training_cluster(declare, source):
    """Training in a capacity block declares 32 EFA cards and stands at 0 nodes, as reviewed."""
    (design,) = design_fleet(source).trainings
    args = TrainingClusterArgs(design=design, placements=PLACEMENTS)

    declared = declare(lambda: TrainingCluster("mixed-pretrain", args) and {})

    golden("training", declared.graph())


def test_golden_graph_of_a_mac_fleet(declare, source):
    """Macs that stay and Macs that are leased, as reviewed."""
    (design,) = design_fleet(source).macs

    declared = declare(lambda: MacFleet("mixed-ios", MacFleetArgs(design=design, placements=PLACEMENTS)) and {})

    golden("mac", declared.graph())


def test_golden_graph_of_the_network(declare_fleet):
    """The network of a fleet: private subnets, one NAT gateway, S3 without it."""
    declared = declare_fleet()
    kinds = ("vpc", "subnet", "nat", "internet", "route", "eip", "defaultSecurityGroup")
    declared.resources = [r for r in declared.resources if r["type"].split("/")[-1].split(":")[0].startswith(kinds)]

    golden("network", declared.graph())
