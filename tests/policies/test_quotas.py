"""FQ601 counts what a stack may need at its maximum, in each region, as AWS counts it."""

from datetime import date

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.spec import FleetSpec
from fleet.stack.model import UNKNOWN, Resource, Stack

STANDARD, SPOT, MAC = "L-1216C47A", "L-34B43A08", "L-2CBA8B92"
EMPTY = {"version": 1, "name": "p", "region": "us-east-1", "workloads": []}
GROUP, TEMPLATE = "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def one(kind, name, inputs, **depends):
    urns = {key: (f"urn:pulumi:dev::p::{other}",) for key, other in depends.items()}
    return Resource(
        urn=f"urn:pulumi:dev::p::{kind}::{name}", type=kind, name=name, inputs=inputs, property_dependencies=urns
    )


def group(name="g", *, template=None, **inputs):
    launch = one(TEMPLATE, name, {"imageId": "ami-1", "instanceType": "m7g.2xlarge", **(template or {})})
    at = {"launchTemplate": f"{TEMPLATE}::{name}", "mixedInstancesPolicy": f"{TEMPLATE}::{name}"}
    return [launch, one(GROUP, name, {"minSize": 0, "launchTemplate": {"id": UNKNOWN}, **inputs}, **at)]


def split(**distribution):
    block = {
        "launchTemplateSpecification": {"launchTemplateId": UNKNOWN},
        "overrides": [{"instanceType": "m7g.2xlarge"}],
    }
    return {"mixedInstancesPolicy": {"instancesDistribution": distribution, "launchTemplate": block}}


def batch(kind="EC2", *types, most):
    resources = {"type": kind, "instanceTypes": list(types), "minVcpus": 0, "maxVcpus": most}
    return [one("aws:batch/computeEnvironment:ComputeEnvironment", "b", {"computeResources": resources})]


CASES = {
    "eight vCPUs for each of ten": (group(maxSize=10), STANDARD, 80),
    "the share of spot": (group(maxSize=10, **split(onDemandPercentageAboveBaseCapacity=50)), SPOT, 40),
    "the share on demand": (group(maxSize=10, **split(onDemandPercentageAboveBaseCapacity=50)), STANDARD, 40),
    "spot above the base": (
        group(maxSize=10, **split(onDemandBaseCapacity=4, onDemandPercentageAboveBaseCapacity=0)),
        SPOT,
        48,
    ),
    "hosts of a host resource group": (
        group(maxSize=3, template={"instanceType": "mac-m4.metal", "placement": {"hostResourceGroupArn": "arn:x"}}),
        MAC,
        3,
    ),
    "hosts by type and by family": (
        [
            one("aws:ec2/dedicatedHost:DedicatedHost", "a", {"instanceType": "mac-m4.metal"}),
            one("aws:ec2/dedicatedHost:DedicatedHost", "b", {"instanceFamily": "mac-m4"}),
        ],
        MAC,
        2,
    ),
    "a reservation, and nothing more for what runs in it": (
        [
            one(
                "aws:ec2/capacityReservation:CapacityReservation",
                "r",
                {"instanceType": "m7g.2xlarge", "instanceCount": 5, "instancePlatform": "Linux/UNIX"},
            ),
            *group(
                maxSize=5,
                template={
                    "capacityReservationSpecification": {"capacityReservationTarget": {"capacityReservationId": "cr-1"}}
                },
            ),
        ],
        STANDARD,
        40,
    ),
    "a family, in the size that overshoots most": (batch("EC2", "m7g", most=100), STANDARD, 144),
    "a family of accelerators": (batch("EC2", "p5", most=700), "L-417A185B", 768),
    "a family as spot": (batch("SPOT", "m7g", most=640), SPOT, 672),
    "what a warm pool keeps running beside the maximum": (
        group(maxSize=10, warmPool={"poolState": "Running", "minSize": 5}),
        STANDARD,
        120,
    ),
    "nothing for what a warm pool keeps stopped": (group(maxSize=10, warmPool={"minSize": 5}), STANDARD, 80),
    "a prepared capacity above the maximum": (
        group(maxSize=10, warmPool={"poolState": "Running", "maxGroupPreparedCapacity": 12}),
        STANDARD,
        96,
    ),
    "the maximum that a schedule raises it to": (
        [
            *group(maxSize=1),
            one(
                "aws:autoscaling/schedule:Schedule",
                "up",
                {"autoscalingGroupName": UNKNOWN, "recurrence": "0 8 * * *", "maxSize": 6},
                autoscalingGroupName=f"{GROUP}::g",
            ),
        ],
        STANDARD,
        48,
    ),
    "the sum of all groups": ([*group("a", maxSize=1), *group("b", maxSize=2)], STANDARD, 24),
}


@pytest.mark.parametrize("case", CASES)
def test_a_quota_holds_exactly_what_may_be_needed(catalog, case):
    """At the need it is silent, one below it fires with the need."""
    resources, code, need = CASES[case]

    assert found(catalog, resources, {code: need}) == []
    assert f"{need} " in found(catalog, resources, {code: need - 1})[0]


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param(group(maxSize=UNKNOWN), id="a size that is not known"),
        pytest.param(group(maxSize=1, warmPool={"poolState": UNKNOWN, "minSize": UNKNOWN}), id="a warm pool"),
        pytest.param(group(maxSize=1, template={"instanceType": UNKNOWN}), id="a type that is not known"),
        pytest.param([one("aws:ec2/dedicatedHost:DedicatedHost", "h", {"instanceType": UNKNOWN})], id="a host"),
        pytest.param(group(maxSize=1, template={"instanceType": "m99g.large"}), id="a type of which no shape is known"),
        pytest.param(group(maxSize=UNKNOWN, template={"instanceType": "m99g.large"}), id="neither shape nor size"),
        pytest.param(batch("EC2", "m7g", "m99g", most=1), id="a family of which no shape is known"),
        pytest.param([one("aws:ec2/instance:Instance", "i", {"instanceType": "m10i.metal-96xl"})], id="an instance"),
        pytest.param([one("aws:ec2/dedicatedHost:DedicatedHost", "h", {"instanceFamily": "mac-m9"})], id="a new host"),
        pytest.param(
            [
                one(
                    "aws:ec2/capacityReservation:CapacityReservation",
                    "r",
                    {"instanceType": "m99g.large", "instanceCount": 1000, "instancePlatform": "Linux/UNIX"},
                )
            ],
            id="a reservation",
        ),
    ],
)
def test_what_is_not_known_may_pass_any_quota_that_it_may_touch(catalog, resources):
    """The gate fails on what could be."""
    code = MAC if "dedicatedHost" in resources[0].type else STANDARD

    assert "not proved to hold" in found(catalog, resources, {code: 1_000_000})[0]


def test_a_type_of_which_no_shape_is_known_takes_nothing_where_it_may_not_grow(catalog):
    """No instances, no need."""
    assert found(catalog, group(maxSize=0, template={"instanceType": "m99g.large"}), {STANDARD: 1}) == []


def test_a_quota_is_one_of_each_region(catalog):
    """What stands elsewhere takes nothing of it, and a limit given by code holds in each region."""
    resources = [*group("a", maxSize=1, region="us-east-1"), *group("b", maxSize=2, region="us-east-2")]

    assert found(catalog, resources, {STANDARD: 16}) == []
    both = found(catalog, resources, {STANDARD: 7})
    assert {(message.split()[1], "us-east-2" in message) for message in both} == {("8", False), ("16", True)}
    assert ["us-east-2" in message for message in found(catalog, resources, {STANDARD: 8})] == [True]


def test_a_number_that_is_not_known_touches_the_quota_of_its_type_only(catalog):
    """A reservation of unknown size is of a known type: P instances may be too many, standard ones are not."""
    inputs = {"instanceType": "p5.48xlarge", "instanceCount": UNKNOWN, "instancePlatform": "Linux/UNIX"}
    resources = [one("aws:ec2/capacityReservation:CapacityReservation", "r", inputs), *group(maxSize=1)]

    assert found(catalog, resources, {STANDARD: 8}) == []
    assert "not proved to hold its limit of 1,000" in found(catalog, resources, {"L-417A185B": 1000})[0]


def test_a_group_of_known_types_touches_only_their_quotas(catalog):
    """How many there will be is not known, but they are no accelerators."""
    assert found(catalog, group(maxSize=UNKNOWN), {"L-417A185B": 0}) == []
    assert len(found(catalog, group(maxSize=UNKNOWN), {STANDARD: 1_000_000})) == 1


def test_limits_of_the_spec_hold_less_what_is_in_use_and_options_win(catalog):
    """16 with 8 in use leave 8 in their region; the same code in the options takes their place."""
    limits = [
        {"code": STANDARD, "region": "us-east-1", "limit": 16, "in_use": 8},
        {"code": STANDARD, "region": "us-west-2", "limit": 0, "in_use": 0},
    ]

    assert found(catalog, group(maxSize=1), None, limits) == []
    assert "16 vCPU" in found(catalog, group(maxSize=2), None, limits)[0]
    assert "limit is 8" in found(catalog, group(maxSize=2), None, limits)[0]
    assert found(catalog, group(maxSize=2), {STANDARD: 16}, limits) == []
    assert len(found(catalog, group(maxSize=2), {SPOT: 16}, limits)) == 1
    assert found(catalog, group(maxSize=2), None) == []


def found(catalog, resources, quotas, limits=None):
    stack = Stack(project="p", name="dev", resources=tuple(resources), config={"aws:region": "us-east-1"})
    mine = {"quota-exceeded": rules()["quota-exceeded"]}
    spec = None if limits is None else FleetSpec.model_validate({**EMPTY, "quotas": {"limits": limits}})
    scene = Scene(stack, Given(today=date(2026, 12, 1), catalog=catalog, spec=spec))
    options = {} if quotas is None else {"quotas": quotas}
    analysis = analyze(scene, mine, read_settings({"quota-exceeded": options}, mine))
    return [finding.message for finding in analysis.findings]
