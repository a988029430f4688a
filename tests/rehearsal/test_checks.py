"""The checks of a rehearsal find what is not as it was planned."""

import pytest

from fleet.rehearsal import Check, Report, Step, checks, summary
from fleet.rehearsal.inventory import Inventory
from fleet.simulated_aws.store import Store
from fleet.stack import Resource

GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
HOST = "aws:ec2/dedicatedHost:DedicatedHost"
INSTANCE = "aws:ec2/instance:Instance"


def resource(kind, identity, **inputs):
    return Resource(urn=f"urn:{identity}", type=kind, name=identity, id=identity, inputs=inputs)


def group(minimum, maximum, desired, running):
    instances = [{"InstanceId": f"i-{n}"} for n in range(running)]
    return {"MinSize": minimum, "MaxSize": maximum, "DesiredCapacity": desired, "Instances": instances}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "state.json")


def test_missing_resource_is_found(store):
    """A resource that Pulumi recorded and AWS does not list is a problem."""
    found = Inventory(entries={TEMPLATE: {"there": {}}})
    check = checks.check_existence([resource(TEMPLATE, "there"), resource(TEMPLATE, "lost")], found, store)

    assert (check.count, len(check.problems)) == (2, 1)
    assert "lost" in check.problems[0]


@pytest.mark.parametrize(
    ("has", "problems"),
    [
        pytest.param(group(1, 4, 2, 2), 0, id="as planned"),
        pytest.param(group(1, 4, 3, 3), 1, id="another size"),
        pytest.param(group(1, 4, 2, 1), 1, id="too few instances run"),
        pytest.param(group(0, 9, 5, 0), 4, id="everything else"),
    ],
)
def test_sizes_of_groups(has, problems):
    """Minimum, maximum and desired size are those of the program, and that many instances run."""
    planned = resource(GROUP, "g", minSize=1, maxSize=4, desiredCapacity=2)

    assert len(checks.check_groups([planned], Inventory(entries={GROUP: {"g": has}})).problems) == problems


def test_group_without_a_desired_size_has_its_minimum():
    """Without a desired capacity the minimum is what should run."""
    planned = resource(GROUP, "g", minSize=3, maxSize=4)

    assert checks.check_groups([planned], Inventory(entries={GROUP: {"g": group(3, 4, 3, 3)}})).problems == ()


def test_templates_have_their_type():
    """A launch template of another type than the program's is a problem."""
    planned = resource(TEMPLATE, "t", instanceType="m7g.large", imageId="ami-1")
    check = checks.check_templates([planned], {"t": {"InstanceType": "m5.large", "ImageId": "ami-1"}})

    assert check.problems == ("t should have type m7g.large, and has m5.large",)


def test_macs_have_a_host_each():
    """Two Mac instances on one host, one on none, and a host of another type are problems."""
    found = Inventory(
        entries={
            HOST: {"h-1": {"HostProperties": {"InstanceType": "mac2.metal"}}},
            INSTANCE: {
                "i-1": {"InstanceType": "mac2.metal", "Placement": {"HostId": "h-1"}},
                "i-2": {"InstanceType": "mac2.metal", "Placement": {"HostId": "h-1"}},
                "i-3": {"InstanceType": "mac2.metal", "Placement": {}},
                "i-4": {"InstanceType": "m7g.large", "Placement": {}},
            },
        }
    )
    check = checks.check_hosts([resource(HOST, "h-1", instanceType="mac2-m2.metal")], found)

    assert check.problems == (
        "h-1 should have type mac2-m2.metal, and has mac2.metal",
        "i-3 is a Mac instance on no host",
        "host h-1 runs 2 instances",
    )


@pytest.mark.parametrize(
    ("operations", "problems"),
    [
        pytest.param({"same": 9, "read": 1}, (), id="nothing"),
        pytest.param({"same": 8, "update": 1}, ("1 resources would update again",), id="one update"),
    ],
)
def test_second_update_changes_nothing(operations, problems):
    """Whatever a second update would do is a problem."""
    assert checks.check_unchanged(operations).problems == problems


def test_remains_are_found(store):
    """Whatever is left in AWS or in the records after destroy is a problem."""
    store.put("aws:eks/addon:Addon", "us-east-1/c:vpc-cni", {})
    check = checks.check_gone(Inventory(entries={TEMPLATE: {"lt-1": {}}}), 5, store)

    assert check.problems == (
        "lt-1 (aws:ec2/launchTemplate:LaunchTemplate) is still there",
        "us-east-1/c:vpc-cni (aws:eks/addon:Addon) is still recorded",
    )


def test_what_was_there_is_told_by_type():
    """A person sees how many instances of which type ran, the hosts, and the nodes that clusters want."""
    found = Inventory(
        entries={
            INSTANCE: {
                f"i-{n}": {"InstanceType": kind} for n, kind in enumerate(["m7g.large", "m8g.large", "m8g.large"])
            },
            HOST: {"h-1": {"HostProperties": {"InstanceType": "mac2.metal"}}},
            "aws:eks/nodeGroup:NodeGroup": {"a": {"scalingConfig": {"desiredSize": 2}}},
        }
    )

    assert found.described() == [
        "3 instances: 2 x m8g.large, 1 x m7g.large",
        "1 dedicated hosts: 1 x mac2.metal",
        "2 nodes wanted by 1 node groups",
    ]
    assert Inventory().described() == []


def test_summary_shows_problems_in_full():
    """The report names steps, checks and every problem, and whether it passed; a claim about nothing is not ok."""
    report = Report(
        project="studio",
        steps=(Step(name="up", seconds=1.25, outcome="3 create"),),
        checks=(Check(claim="it exists", count=3, problems=("web is missing",)), Check(claim="it is a Mac", count=0)),
        was_there=("2 instances: 2 x m7g.large",),
        notes=("the clock was moved",),
    )

    assert summary(report) == (
        "rehearsal of studio on a simulated AWS\n"
        "  up                  1.2 s  3 create\n"
        "what AWS had\n"
        "  2 instances: 2 x m7g.large\n"
        "checks\n"
        "  FAIL it exists (3 looked at)\n"
        "       web is missing\n"
        "  -    it is a Mac (0 looked at)\n"
        "note: the clock was moved\n"
        "failed in 1.2 s; nothing left this machine\n"
    )
