"""Programs in other languages get the same components, with the same answers to bad arguments."""

import json

import pytest

KINDS = {
    "BatchQueue",
    "Cluster",
    "Fleet",
    "InferencePool",
    "MacFleet",
    "RenderPool",
    "ServicePool",
    "TrainingCluster",
}


def test_schema_offers_every_component(plugin):
    """An SDK made from the plugin has all components of a fleet."""
    schema = json.loads(plugin.schema())

    assert {token.removeprefix("fleet:index:") for token in schema["resources"]} == KINDS


def test_schema_describes_every_property(plugin):
    """Editors of every language can show what each component, argument and output means."""
    schema = json.loads(plugin.schema())

    entries = {**schema["resources"], **schema["types"]}
    missing = [token for token, entry in entries.items() if not entry.get("description")]
    for token, entry in entries.items():
        for part in ("inputProperties", "properties"):
            missing += [f"{token}.{key}" for key, prop in entry.get(part, {}).items() if not prop.get("description")]
    assert missing == []


def test_a_fleet_is_constructed_through_the_protocol(plugin, spec_text, lock_text):
    """A program in another language gets the planned group, and the totals as outputs."""
    outputs = plugin.construct("Fleet", "small", {"spec": spec_text, "lock": lock_text})

    groups = [r for r in plugin.monitor.resources if r["type"] == "aws:autoscaling/group:Group"]
    assert [(g["name"], g["inputs"]["desiredCapacity"], g["inputs"]["region"]) for g in groups] == [
        ("small-api-c8g-xlarge", 2, "us-east-2")
    ]
    assert (outputs["monthlyUsd"], outputs["groups"]) == (116.8, {"api": ["small-api-c8g-xlarge"]})


def test_a_pool_goes_into_the_callers_network(plugin, spec_text, lock_text):
    """A single component uses the subnets that it is given, and makes no network."""
    network = {"vpcId": "vpc-1", "subnetIds": {"us-east-2a": "subnet-a", "us-east-2b": "subnet-b"}}
    plugin.construct(
        "ServicePool", "small-api", {"spec": spec_text, "lock": lock_text, "workload": "api", "network": network}
    )

    (group,) = [r for r in plugin.monitor.resources if r["type"] == "aws:autoscaling/group:Group"]
    assert group["inputs"]["vpcZoneIdentifiers"] == ["subnet-a", "subnet-b"]
    assert not [r for r in plugin.monitor.resources if r["type"] == "aws:ec2/vpc:Vpc"]


NETWORK = {"vpcId": "vpc-1", "subnetIds": {"us-east-2a": "subnet-a"}}


@pytest.mark.parametrize(
    ("component", "change", "path", "words"),
    [
        pytest.param("Fleet", {"lock": ""}, "lock", "expected the text", id="an empty lock"),
        pytest.param("Fleet", {"lock": "{}"}, "lock", "Field required", id="a lock without its fields"),
        pytest.param("Fleet", {"spec": "version: 1\nname: Bad Name\n"}, "spec", "name", id="a broken spec"),
        pytest.param("Fleet", {"network": {"nat": "two"}}, "network.nat", "per_zone", id="a word that is not allowed"),
        pytest.param("Fleet", {"rootVolumeGib": {"api": 0}}, "rootVolumeGib.api", "1 to", id="a volume without a size"),
        pytest.param(
            "ServicePool", {"workload": "web", "network": NETWORK}, "workload", "there are api", id="no such workload"
        ),
        pytest.param(
            "RenderPool", {"workload": "api", "network": NETWORK}, "workload", "kind service", id="the wrong kind"
        ),
        pytest.param(
            "ServicePool",
            {"workload": "api", "network": NETWORK},
            "network.subnetIds",
            "us-east-2b",
            id="a zone without a subnet",
        ),
    ],
)
def test_a_bad_argument_is_named_by_its_path(plugin, spec_text, lock_text, *, component, change, path, words):
    """The caller learns which argument is wrong, in the spelling of the caller."""
    refusal = plugin.refusal(component, {"spec": spec_text, "lock": lock_text} | change)

    assert (refusal.path, words in refusal.reason) == (path, True)


def test_a_lock_of_another_spec_is_refused(plugin, spec_text, lock_text):
    """A stale lock never becomes resources."""
    changed = spec_text.replace("replicas: 4", "replicas: 40")

    refusal = plugin.refusal("Fleet", {"spec": changed, "lock": lock_text})

    assert (refusal.path, "fleet plan" in refusal.reason, plugin.monitor.resources) == ("lock", True, [])
