"""A new plan renames nothing that did not change: a renamed resource is a replaced one, down to the network."""

from dataclasses import replace

import pytest

from fleet.plans import Node
from fleet.resources.design import design_fleet
from fleet.resources.karpenter import karpenter_manifests

ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]


@pytest.fixture
def names(declare_fleet, make_plan):
    """Type and name of everything that a plan of some allocations declares."""

    def declared(allocations, nodes=()):
        found = declare_fleet(by=make_plan(allocations, nodes=list(nodes)))
        return {(resource["type"], resource["name"]) for resource in found.resources}

    return declared


def test_another_type_in_one_group_renames_no_other(names, allocate):
    """Only resources of the group whose type changed go away."""
    steady = [allocate("live", "g6.2xlarge", 2, purchase="spot"), allocate("licensing", "m7i.2xlarge", 2)]
    before = names([*steady, allocate("chat", "g6e.12xlarge", 2)])
    after = names([*steady, allocate("chat", "p5.48xlarge", 1)])

    assert {name for _, name in before - after} == {"mixed-chat-g6e-12xlarge"}
    assert {name for _, name in after - before} == {"mixed-chat-p5-48xlarge"}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"instance_type": "g5g.2xlarge", "purchase": "spot", "workload": "live"}, id="an architecture"),
        pytest.param({"instance_type": "m8g.xlarge", "region": "eu-west-1", "workload": "licensing"}, id="a region"),
        pytest.param({"instance_type": "m8g.xlarge", "region": "ap-east-1", "workload": "licensing"}, id="one before"),
    ],
)
def test_what_comes_to_it_renames_nothing(names, allocate, spec, more):
    """Another architecture on spot, or another region (wherever it sorts), leaves every name as it was."""
    steady = [allocate("live", "g6.2xlarge", 2, purchase="spot"), allocate("licensing", "m7i.2xlarge", 2)]
    region = more.get("region", spec.region)
    added = allocate(**{"count": 2, **more, "zones": [f"{region}a", f"{region}b"]})

    before, after = names(steady), names([*steady, added])

    assert before < after


def nodes(counts, replicas):
    """Nodes of one type of the cluster in each zone."""
    return [
        Node(
            cluster="main", instance_type="c8g.4xlarge", purchase="on_demand", zone=zone, count=count, replicas=replicas
        )
        for zone, count in zip(ZONES, counts, strict=True)
        if count
    ]


def test_replicas_change_counts_and_no_names(names, allocate):
    """Even or uneven over the zones, the node groups are the same."""
    even = names(
        [allocate("web", "c8g.4xlarge", 6, cluster="main", workloads=["web"])], nodes=nodes((2, 2, 2), {"web": 7})
    )
    uneven = names(
        [allocate("web", "c8g.4xlarge", 9, cluster="main", workloads=["web"])], nodes=nodes((5, 2, 2), {"web": 7})
    )

    assert even == uneven


def test_exclusive_nodes_are_a_group_of_their_own(spec, make_plan, allocate, source):
    """Of equal nodes those of a workload that shares none carry its name and its taint, and the others do not."""
    workloads = [w.model_copy(update={"exclusive_nodes": True}) if w.name == "worker" else w for w in spec.workloads]
    plan = make_plan(
        [allocate("web", "c8g.4xlarge", 5, cluster="main", workloads=["web", "worker"])],
        nodes=[*nodes((1, 1, 1), {"web": 7}), *nodes((2, 0, 0), {"worker": 2})],
    )
    own = replace(source, spec=spec.model_copy(update={"workloads": workloads}), plan=plan)

    (cluster,) = design_fleet(own).clusters
    found = {
        group.name: (group.count, sorted(group.labels), [t.value for t in group.taints])
        for group in cluster.node_groups
    }
    assert found == {
        "main-c8g-4xlarge-us-east-1a": (1, ["workload.fleet/web"], []),
        "main-c8g-4xlarge-us-east-1b": (1, ["workload.fleet/web"], []),
        "main-c8g-4xlarge-us-east-1c": (1, ["workload.fleet/web"], []),
        "main-c8g-4xlarge-worker-us-east-1a": (2, ["workload.fleet/worker"], ["worker"]),
    }
    pools = [m["metadata"]["name"] for m in karpenter_manifests(own) if m["kind"] == "NodePool"]
    assert sorted(pools) == ["main-c8g-4xlarge", "main-c8g-4xlarge-worker"]
