"""Values keep their meaning on the way from and to Pulumi's wire form."""

import pytest

from fleet.stack import UNKNOWN, Secret, from_wire, has_secret, has_unknown, to_wire, walk

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
OUTPUT = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
REFERENCE = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:pulumi:dev::demo::a:b:C::c"}
SENTINELS = [
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        *[pytest.param(text, UNKNOWN, id=f"sentinel {number}") for number, text in enumerate(SENTINELS)],
        pytest.param({"a": [1.0, 2.5, None, True, "x"]}, {"a": [1, 2.5, None, True, "x"]}, id="plain"),
        pytest.param(1e300, 1e300, id="a number too large for an integer"),
        pytest.param({**SECRET, "value": "hush"}, Secret("hush"), id="a secret"),
        pytest.param({**SECRET, "value": {"a": SENTINELS[2]}}, Secret({"a": UNKNOWN}), id="unknown inside a secret"),
        pytest.param({**SECRET, "ciphertext": "v1:abc"}, Secret(None), id="encrypted"),
        pytest.param({**SECRET, "ciphertext": "[secret]"}, Secret(None), id="redacted in the stream"),
        pytest.param("[secret]", Secret(None), id="redacted in a preview"),
        pytest.param({**SECRET, "value": "[secret]"}, Secret(None), id="a redacted secret"),
        pytest.param({**SECRET, "plaintext": '{"a":1}'}, Secret({"a": 1}), id="shown"),
        pytest.param({**SECRET, "value": {**SECRET, "value": 1}}, Secret(1), id="a secret in a secret"),
        pytest.param({**OUTPUT, "value": 1, "dependencies": ["urn"]}, 1, id="an output value"),
        pytest.param({**OUTPUT, "dependencies": ["urn"]}, UNKNOWN, id="an unknown output value"),
        pytest.param({**OUTPUT, "value": 1, "secret": True}, Secret(1), id="a secret output value"),
        pytest.param({**OUTPUT, "secret": True}, Secret(UNKNOWN), id="an unknown secret output value"),
        pytest.param(REFERENCE, "urn:pulumi:dev::demo::a:b:C::c", id="a component"),
        pytest.param({**REFERENCE, "id": "c-1"}, "c-1", id="a resource"),
        pytest.param({**REFERENCE, "id": ""}, UNKNOWN, id="a resource to be created"),
        pytest.param({**REFERENCE, "id": SENTINELS[2]}, UNKNOWN, id="a resource with an unknown id"),
    ],
)
def test_wire_values_have_their_meaning(wire, value):
    assert from_wire(wire) == value


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": [UNKNOWN, 1, "x", None]}, id="unknown"),
        pytest.param(Secret({"a": UNKNOWN}), id="secret"),
        pytest.param(Secret(None), id="a secret that is not known here"),
    ],
)
def test_values_come_back_from_the_wire_as_they_were(value):
    assert from_wire(to_wire(value)) == value


def test_walking_a_value_meets_every_part_of_it():
    assert list(walk({"a": [1, Secret("x")]})) == [{"a": [1, Secret("x")]}, [1, Secret("x")], 1, Secret("x"), "x"]


def test_unknowns_and_secrets_are_found_at_any_depth():
    deep: object = UNKNOWN
    for _ in range(5000):
        deep = [Secret(deep)]

    assert has_unknown(deep)
    assert has_secret(deep)
    assert not has_unknown({"a": [1, Secret("x")]})
    assert not has_secret([UNKNOWN])


def test_an_unknown_is_neither_true_nor_false():
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(UNKNOWN)
