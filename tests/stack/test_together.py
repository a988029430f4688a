"""Several stacks as one: nothing is counted twice, and nothing is taken from another stack's settings."""

import pytest

from fleet.errors import DecodeError
from fleet.stack import Resource, Stack, together


def stack(name, *resources, **config):
    urns = [f"urn:pulumi:{name}::shop::aws:ec2/eip:Eip::{resource}" for resource in resources]
    items = tuple(Resource(urn=urn, type="aws:ec2/eip:Eip", name=urn.rpartition("::")[2]) for urn in urns)
    return Stack(project="shop", name=name, resources=items, config={k.replace("_", ":"): v for k, v in config.items()})


def test_one_stack_stays_as_it_is():
    alone = stack("prod", "a")

    assert together([alone]) is alone


def test_resources_of_all_are_there_in_the_order_of_the_files():
    found = together([stack("prod", "a", "b"), stack("dev", "a")])

    assert [resource.urn.split("::")[0].rpartition(":")[2] for resource in found.resources] == ["prod", "prod", "dev"]
    assert (found.project, found.name) == ("shop", "prod, dev")


def test_settings_on_which_stacks_disagree_hold_for_none():
    """A resource of the second stack is never priced in the region of the first."""
    east = stack("prod", "a", aws_region="us-east-1", aws_profile="one")
    west = stack("dev", "a", aws_region="us-west-2", aws_profile="one")

    assert together([east, west]).config == {"aws:profile": "one"}


def test_the_same_stack_twice_is_refused():
    with pytest.raises(DecodeError, match=r"two files hold the stack shop/prod.*fleet diff"):
        together([stack("prod", "a"), stack("prod", "a")])
