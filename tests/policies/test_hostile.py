"""Whatever a program says, the pack comes to an end, tells no secret, and keeps its messages short."""

import random
from datetime import date

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.stack.model import UNKNOWN, Resource, Secret, Stack

KINDS = [
    *("aws:ec2/instance:Instance", "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"),
    *("aws:batch/computeEnvironment:ComputeEnvironment", "aws:eks/nodeGroup:NodeGroup", "aws:ec2/fleet:Fleet"),
    *("aws:ec2/spotFleetRequest:SpotFleetRequest", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"),
    *("aws:ec2/dedicatedHost:DedicatedHost", "aws:ebs/volume:Volume", "aws:autoscaling/schedule:Schedule"),
    *("aws:ec2/capacityReservation:CapacityReservation", "aws:ec2/eip:Eip", "aws:ec2/natGateway:NatGateway"),
    *("aws:ec2/capacityBlockReservation:CapacityBlockReservation", "aws:lb/loadBalancer:LoadBalancer"),
    *("aws:eks/cluster:Cluster", "aws:ec2/launchConfiguration:LaunchConfiguration", "aws:ec2/ami:Ami"),
    *("aws:resourcegroups/resource:Resource", "pulumi:providers:aws", "aws:ec2/subnet:Subnet", "not a type"),
]
KEYS = [
    "instanceType",
    "tags",
    "minSize",
    "maxSize",
    "desiredCapacity",
    "size",
    "type",
    "iops",
    "throughput",
    "instanceCount",
    "hostId",
    "tenancy",
    "region",
    "availabilityZone",
    "launchTemplate",
    "mixedInstancesPolicy",
    "scalingConfig",
    "computeResources",
    "targetCapacitySpecification",
    "launchTemplateConfigs",
    "launchSpecifications",
    "recurrence",
    "autoscalingGroupName",
    "rootBlockDevice",
    "ebsBlockDevices",
    "blockDeviceMappings",
    "instanceMarketOptions",
    "capacityReservationSpecification",
    "networkInterfaces",
    "placement",
    "creditSpecification",
    "amiType",
    "ami",
    "imageId",
    "instanceTypes",
    "warmPool",
    "warmPoolConfig",
    "version",
    "upgradePolicy",
    "clusterName",
    "vpcZoneIdentifiers",
    "subnetIds",
    "subnetId",
    "availabilityZones",
    "tagSpecifications",
    "instanceFamily",
    "defaultTags",
    "startDate",
    "endDate",
    "loadBalancerType",
    "internal",
    "spotPrice",
    "targetCapacity",
    "onDemandTargetCapacity",
    "resourceArn",
    "instancePlatform",
    "instanceMatchCriteria",
    "associatePublicIpAddress",
]


def nested(depth):
    value = "x"
    for _ in range(depth):
        value = {"a": [value]}
    return value


VALUES = [
    *(-5, 1e308, 0.1, "nan", "-1e999", "", "\u221e", "\u202e\u2028\U0001f4a9" * 50, "\x00", "9" * 400, 10**17),
    *(True, None, [], {}, [[]], [None], {"": {}}, [{"key": 5, "value": []}], {"key": "x"}, nested(60)),
    *("0 8 * * *", "*/0 * * * *", "m7g.large", "p5.48xlarge", "mac2.metal", "2026-13-45T00:00:00Z", "spot"),
    *(UNKNOWN, Secret("s3cret"), Secret({"a": "s3cret"}), [UNKNOWN, Secret("s3cret")], {"marketType": 7}),
    {"instancesDistribution": [1, 2]},
    {"launchTemplate": {"overrides": [{"instanceType": "m7g.large", "weightedCapacity": "-3"}]}},
    {"capacityReservationTarget": {"capacityReservationId": UNKNOWN}},
    {"fleet:workload": "w " * 1000, "fleet:kind": "training", "fleet:memory-gib": "-1", "environment": "test"},
]
CONFIG = {
    "monthly-budget-exceeded": {"monthly_usd": 1, "unpriced": "fail"},
    "workload-budget-exceeded": {"budgets": [{"tag": "x", "value": "y", "monthly_usd": 1}]},
    "required-tags-missing": {"tags": ["owner"]},
    "region-not-allowed": {"regions": ["us-east-1"]},
    "family-not-allowed": {"families": ["m7g"]},
    "quota-exceeded": {"quotas": {"L-1216C47A": 1, "L-2CBA8B92": 0}},
    "carbon-budget-exceeded": {"kg_co2e_per_month": 1},
    "high-carbon-region": "advisory",
}


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def one(kind, name, inputs):
    return Resource(urn=f"urn:pulumi:dev::p::{kind}::{name}", type=kind, name=name, inputs=inputs)


def said(catalog, resources):
    """Everything that leaves the pack."""
    stack = Stack(project="p", name="dev", resources=tuple(resources), config={"aws:region": "us-east-1"})
    scene = Scene(stack, Given(today=date(2026, 12, 1), catalog=catalog))
    analysis = analyze(scene, rules(), read_settings(CONFIG, rules()))
    return [finding.message for finding in analysis.findings] + [reason for _, reason in analysis.notes]


@pytest.mark.parametrize("seed", range(8))
def test_nonsense_in_every_place_crashes_no_rule(catalog, seed):
    """Three hundred resources with values that fit nowhere: no crash, no secret, nothing endless."""
    dice = random.Random(seed)
    resources = [
        one(dice.choice(KINDS), f"r{i}", {key: dice.choice(VALUES) for key in dice.sample(KEYS, dice.randint(0, 12))})
        for i in range(300)
    ]
    texts = said(catalog, resources)

    assert [text for text in texts if "failed with" in text] == []
    assert [text for text in texts if "s3cret" in text or "UNKNOWN" in text] == []
    assert max(map(len, texts)) < 5000


def test_names_of_a_megabyte_stay_out_of_messages(catalog):
    """A URN is as long as the engine makes it; what is said about it is not."""
    long = [one(kind, "n" * 1_000_000, {"instanceType": "mac2.metal", "minSize": 1, "maxSize": 2}) for kind in KINDS]
    unknown = [one(kind, "u" * 1_000_000, {"instanceType": UNKNOWN, "maxSize": UNKNOWN}) for kind in KINDS]

    assert max(map(len, said(catalog, [*long, *unknown]))) < 5000


def test_ten_thousand_resources_are_judged(catalog):
    """Each one, whatever it is: the work grows with their number and not with its square."""
    inputs = {"instanceType": "m5.large", "minSize": 1, "maxSize": 3, "type": "gp2", "size": 100, "ami": "ami-1"}
    resources = [one(KINDS[i % len(KINDS)], f"r{i}", inputs) for i in range(10_000)]

    assert len(said(catalog, resources)) > 10_000
