"""Stacks for tests of prices: resources of a project `p` in stack `dev`, priced in us-east-1."""

from datetime import date

import pytest

from fleet.catalog import Catalog
from fleet.cost import estimate
from fleet.stack.model import Resource, Stack

TYPES = {
    "instance": "aws:ec2/instance:Instance",
    "template": "aws:ec2/launchTemplate:LaunchTemplate",
    "group": "aws:autoscaling/group:Group",
    "schedule": "aws:autoscaling/schedule:Schedule",
    "host": "aws:ec2/dedicatedHost:DedicatedHost",
    "volume": "aws:ebs/volume:Volume",
    "nodes": "aws:eks/nodeGroup:NodeGroup",
    "batch": "aws:batch/computeEnvironment:ComputeEnvironment",
    "fleet": "aws:ec2/fleet:Fleet",
    "reservation": "aws:ec2/capacityReservation:CapacityReservation",
    "provider": "pulumi:providers:aws",
}


@pytest.fixture(scope="session")
def catalog():
    return Catalog.load()


@pytest.fixture
def make():
    """A resource by a short kind (or a full type token), its name and inputs; `uses` names what properties refer to."""

    def build(kind, name, inputs=None, *, uses=None, **more):
        token = TYPES.get(kind, kind)
        urn = f"urn:pulumi:dev::p::{token}::{name}"
        depends = {key: (other.urn,) for key, other in (uses or {}).items()}
        return Resource(urn=urn, type=token, name=name, inputs=inputs or {}, property_dependencies=depends, **more)

    return build


@pytest.fixture
def price(catalog):
    """The estimate of resources, by name."""

    def run(*resources, config=None):
        config = {"aws:region": "us-east-1"} if config is None else config
        stack = Stack(project="p", name="dev", resources=resources, config=config)
        found = estimate(stack, catalog, today=date(2026, 12, 1))
        return {resource.name: resource for resource in found.resources}, found

    return run
