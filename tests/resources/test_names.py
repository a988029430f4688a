"""Every name that a fleet gives to AWS is one that AWS takes, whatever its parts are called."""

import re

import pytest

from fleet.plans import Node, Plan
from fleet.resources import Settings
from fleet.resources.design import Source
from fleet.resources.karpenter import karpenter_manifests
from fleet.resources.names import NODE_GROUP, fitting
from fleet.resources.settings import read_settings
from fleet.spec import FleetSpec

MOST = {
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html and the same page of each other call
    "aws:eks/nodeGroup:NodeGroup": 63,
    "aws:iam/role:Role": 64,
    "aws:eks/cluster:Cluster": 100,
    "aws:resourcegroups/group:Group": 127,
    "aws:batch/computeEnvironment:ComputeEnvironment": 128,
    "aws:batch/jobDefinition:JobDefinition": 128,
    "aws:batch/jobQueue:JobQueue": 128,
    "aws:ec2/launchTemplate:LaunchTemplate": 128,
    "aws:iam/instanceProfile:InstanceProfile": 128,
    "aws:autoscaling/group:Group": 255,
    "aws:autoscaling/schedule:Schedule": 255,
    "aws:ec2/placementGroup:PlacementGroup": 255,
    "aws:ec2/securityGroup:SecurityGroup": 255,
}
"""Type -> the most characters in its name."""
SUFFIX = len("-1234567")
LONGEST = 40
"""The most characters that a spec takes in the name of a fleet, a cluster or a workload."""


@pytest.fixture
def called(spec, make_plan, plan, allocate):
    """Spec and plan of the mixed fleet with each name in them replaced; one workload has nodes of its own."""
    training = [allocate("pretrain", "p5.48xlarge", 4, zones=["us-east-1b"])]
    others = [a for a in plan.allocations if "pretrain" not in a.workloads]
    own = [
        Node(cluster="main", instance_type="c8g.4xlarge", purchase="on_demand", zone=z, count=1, replicas={"web": 7})
        for z in ("us-east-1a", "us-east-1b")
    ]
    alone = [w.model_copy(update={"exclusive_nodes": True}) if w.name == "web" else w for w in spec.workloads]
    given = spec.model_copy(update={"workloads": alone})
    planned = make_plan([*others, *training], nodes=own, schedules=plan.schedules)
    names = "|".join([spec.name, *(w.name for w in spec.workloads), *(c.name for c in spec.clusters)])

    def run(rename):
        def replaced(text, before=""):
            return re.sub(f'({before})"({names})"', lambda found: f'{found[1]}"{rename(found[2])}"', text)

        return (
            FleetSpec.model_validate_json(replaced(given.model_dump_json(exclude_unset=True), '"(?:name|cluster)":')),
            Plan.model_validate_json(replaced(planned.model_dump_json())),
        )

    return run


@pytest.fixture
def renamed(called, declare_fleet):
    """Everything that such a fleet declares, in a network with endpoints of its own."""

    def run(rename):
        of, by = called(rename)
        return declare_fleet(read_settings({"network": {"nat": "none"}}), of=of, by=by, named=of.name).resources

    return run


def padded(name):
    """As long as a spec lets a name be."""
    return name.ljust(LONGEST, "x")


def test_the_longest_names_fit_with_what_pulumi_appends(renamed):
    resources = renamed(padded)

    assert {r["type"] for r in resources} >= MOST.keys()
    too_long = [r for r in resources if len(r["name"]) + SUFFIX > MOST.get(r["type"], 1000)]
    assert too_long == []


def test_names_that_are_cut_stay_apart(renamed):
    long, short = renamed(padded), renamed(lambda name: name)

    assert len({(r["type"], r["name"]) for r in long}) == len(long) == len(short)


def test_karpenters_pools_fit_in_a_label(called, catalog):
    """Nodes carry the name of their pool in the label `karpenter.sh/nodepool`."""
    of, by = called(padded)
    manifests = karpenter_manifests(Source(spec=of, plan=by, catalog=catalog, settings=Settings()))

    pools = [m["metadata"]["name"] for m in manifests if m["kind"] == "NodePool"]
    assert pools
    assert [name for name in pools if len(name) > 63] == []


def test_names_that_fit_stay_as_they_are():
    name = "studio-main-c8g-4xlarge-spot-us-east-1a"

    assert fitting(name, NODE_GROUP) == name
    assert fitting("x" * 55, NODE_GROUP) == "x" * 55


def test_a_name_is_cut_in_the_same_way_each_time():
    """A pinned value: another cut would replace every such node group that is deployed."""
    name = "studio-of-the-north-production-main-cluster-c8g-4xlarge-us-east-1a"

    assert fitting(name, NODE_GROUP) == "studio-of-the-north-pro-a057f256-c8g-4xlarge-us-east-1a"


def test_names_that_aws_keeps_for_itself_are_set_apart(renamed):
    """A security group begins with `sg-` and a resource group with `aws` only where AWS made it."""
    security = [r["name"] for r in renamed(lambda name: f"sg-{name}") if r["type"].endswith(":SecurityGroup")]
    hosts = [r["name"] for r in renamed(lambda name: f"aws-{name}") if r["type"] == "aws:resourcegroups/group:Group"]

    assert security
    assert hosts
    assert [name for name in security if name.startswith("sg-")] == []
    assert [name for name in hosts if name.startswith("aws")] == []
