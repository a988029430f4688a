"""What a stack configures is read strictly, and every mistake is named by its path."""

import pulumi
import pytest

from fleet.resources import ClusterSettings, NetworkSettings, OfficeHours, Reservation, Settings, read_settings


def test_all_settings_are_read():
    """Every key means what docs/components.md says."""
    settings = read_settings(
        {
            "network": {"nat": "per_zone"},
            "networks": {"us-west-2": {"vpc_id": "vpc-1", "subnet_ids": {"us-west-2a": "subnet-1"}}},
            "reservations": {"pretrain": "cr-1", "tune": {"id": "cr-2", "zone": "us-east-1a"}},
            "clusters": {"main": {"existing": "shared", "admins": ["arn:aws:iam::1:role/a"]}},
            "schedule": {"start": "0 7 * * *", "stop": "0 20 * * *"},
            "tags": {"environment": "development"},
            "protect": True,
            "root_volume_gib": {"chat": 500.0},
            "target_groups": {"web": ["arn:1"]},
            "target_cpu_percent": 50,
        }
    )

    assert settings == Settings(
        networks={
            "*": NetworkSettings(nat="per_zone"),
            "us-west-2": NetworkSettings(vpc_id="vpc-1", subnet_ids={"us-west-2a": "subnet-1"}),
        },
        reservations={"pretrain": Reservation(id="cr-1"), "tune": Reservation(id="cr-2", zone="us-east-1a")},
        clusters={"main": ClusterSettings(existing="shared", admins=("arn:aws:iam::1:role/a",))},
        schedule=OfficeHours(start="0 7 * * *", stop="0 20 * * *"),
        tags={"environment": "development"},
        protect=True,
        root_volume_gib={"chat": 500},
        target_groups={"web": ("arn:1",)},
        target_cpu_percent=50.0,
    )


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        pytest.param({"netwrok": {}}, "netwrok", "did you mean 'network'", id="a misspelt key"),
        pytest.param(
            {"network": {"nat": "two"}}, "network.nat", "one, per_zone, none", id="a word that is not allowed"
        ),
        pytest.param({"network": {"vpc_id": "vpc-1"}}, "network", "subnet_ids", id="a VPC without subnets"),
        pytest.param({"network": "vpc-1"}, "network", "mapping", id="no mapping"),
        pytest.param({"schedule": {"start": "0 7 * *"}}, "schedule.start", "five fields", id="four fields"),
        pytest.param({"schedule": {"start": "0 7 * * *"}}, "schedule.stop", "required", id="no end"),
        pytest.param({"protect": "yes"}, "protect", "true or false", id="a word for a flag"),
        pytest.param({"root_volume_gib": {"web": 0}}, "root_volume_gib.web", "1 to", id="no size"),
        pytest.param({"root_volume_gib": {"web": "big"}}, "root_volume_gib.web", "'big'", id="a word for a size"),
        pytest.param({"target_cpu_percent": 0}, "target_cpu_percent", "more than 0", id="nothing to hold"),
        pytest.param({"reservations": {"a": {}}}, "reservations.a.id", "required", id="a reservation without id"),
        pytest.param({"clusters": {"a": {"admins": "me"}}}, "clusters.a.admins", "list", id="one for many"),
        pytest.param({"tags": {"a": 1}}, "tags.a", "text", id="a number for a text"),
    ],
)
def test_mistakes_are_named(given, path, words):
    """The message says where, what was found, and what is allowed."""
    with pytest.raises(pulumi.InputPropertyError) as caught:
        read_settings(given)

    assert (caught.value.property_path, words in caught.value.reason) == (path, True)
