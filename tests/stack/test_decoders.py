"""Files that others made are read as stacks, whichever they are; what is broken says so."""

import json

import pytest

from fleet.errors import DecodeError
from fleet.stack import UNKNOWN, Location, Secret, Stack, decode_file, decode_monitor, decode_state, decode_stream

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PREFIX = "urn:pulumi:prod::shop::"
ROOT = f"{PREFIX}pulumi:pulumi:Stack::shop-prod"
PROVIDER = f"{PREFIX}pulumi:providers:aws::default_7_51_1"
WEB = f"{PREFIX}my:index:Site$aws:ec2/instance:Instance::web"

STATE = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2026-11-24T04:12:50Z", "magic": "9efd", "version": "v3.250.0"},
        "resources": [
            {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": {"url": "https://x"}},
            {
                "urn": PROVIDER,
                "custom": True,
                "id": "p-1",
                "type": "pulumi:providers:aws",
                "inputs": {"__internal": {}, "region": "us-east-1", "version": "7.51.1"},
            },
            {
                "urn": WEB,
                "custom": True,
                "id": "i-1",
                "type": "aws:ec2/instance:Instance",
                "inputs": {"__defaults": [], "instanceType": "m7g.large", "userData": {**SECRET, "ciphertext": "v1:x"}},
                "outputs": {"instanceType": "m7g.large", "arn": "arn:aws:x", "userData": {**SECRET, "ciphertext": "y"}},
                "parent": ROOT,
                "protect": True,
                "provider": f"{PROVIDER}::p-1",
                "dependencies": [ROOT],
                "propertyDependencies": {"userData": None, "subnetId": [ROOT]},
                "aliases": [f"{PREFIX}aws:ec2/instance:Instance::old"],
                "customTimeouts": {"create": 5400},
                "sourcePosition": "project:///.venv/lib/site-packages/x.py#3",
                "stackTrace": [
                    {"sourcePosition": "project:///../sdk/y.py#4"},
                    {},
                    {"sourcePosition": "project:///parts/site.py#7,3"},
                    {"sourcePosition": "project:///__main__.py#9"},
                ],
            },
            {"urn": f"{PREFIX}a:b:C::gone", "custom": True, "id": "x", "type": "a:b:C", "delete": True},
            {"urn": f"{PREFIX}a:b:C::read", "custom": True, "id": "y", "type": "a:b:C", "external": True},
        ],
    },
}
PREVIEW = {
    "config": {"aws:region": "us-east-1", "shop:password": "[secret]"},
    "steps": [
        {"op": "same", "urn": ROOT, "oldState": STATE["deployment"]["resources"][0],
         "newState": STATE["deployment"]["resources"][0]},
        {
            "op": "update",
            "urn": WEB,
            "oldState": STATE["deployment"]["resources"][2],
            "newState": {
                "urn": WEB,
                "custom": True,
                "type": "aws:ec2/instance:Instance",
                "inputs": {"instanceType": "m8g.large", "userData": "[secret]", "subnetId": UNKNOWN_TEXT},
                "provider": f"{PROVIDER}::p-1",
                "sourcePosition": "project:///__main__.py#6",
            },
        },
        {"op": "delete", "urn": f"{PREFIX}a:b:C::old", "oldState": {"urn": f"{PREFIX}a:b:C::old", "custom": True,
                                                                 "type": "a:b:C", "inputs": {"n": 1}}},
    ],
    "changeSummary": {"same": 1, "update": 1, "delete": 1},
}  # fmt: skip


def event(number, **content):
    return json.dumps({"sequence": number, "timestamp": 1, **content})


def step(number, kind, op, new=None, old=None, urn=WEB):
    metadata = {"op": op, "urn": urn, "type": urn.split("::")[2].split("$")[-1], "old": old, "new": new}
    return event(number, **{kind: {"metadata": metadata}})


NEW = {"urn": WEB, "custom": True, "type": "aws:ec2/instance:Instance", "inputs": {"instanceType": "m8g.large"}}
STREAM = [
    "a line that the program printed",
    event(0, diagnosticEvent={"message": "debug", "severity": "debug"}),
    event(1, preludeEvent={"config": {"aws:region": "us-east-1"}}),
    step(2, "resourcePreEvent", "create", {"urn": ROOT, "type": "pulumi:pulumi:Stack"}, urn=ROOT),
    step(3, "resourcePreEvent", "create", NEW),
    step(4, "resOutputsEvent", "create", {**NEW, "outputs": {"instanceType": "m8g.large", "arn": UNKNOWN_TEXT}}),
    step(5, "resOutputsEvent", "create", {"urn": ROOT, "outputs": {"url": UNKNOWN_TEXT}}, urn=ROOT),
    event(6, policyEvent={"message": "x", "policyName": "p"}),
    event(7, summaryEvent={"resourceChanges": {"create": 2}}),
]


@pytest.fixture
def read(tmp_path):
    def run(content) -> Stack:
        path = tmp_path / "file"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return decode_file(path)

    return run


def test_a_state_file_is_a_stack(read):
    stack = read(STATE)
    web = stack.by_urn()[WEB]

    assert (stack.project, stack.name, stack.exports) == ("shop", "prod", {"url": "https://x"})
    assert [resource.operation for resource in stack.resources] == ["same", "same", "same", "delete", "read"]
    assert web.inputs == {"instanceType": "m7g.large", "userData": Secret(None)}
    assert web.outputs == {"instanceType": "m7g.large", "arn": "arn:aws:x", "userData": Secret(None)}
    assert (web.id, web.parent, web.provider, web.protect) == ("i-1", ROOT, PROVIDER, True)
    assert web.dependencies == (ROOT,)
    assert web.property_dependencies == {"subnetId": (ROOT,)}
    assert web.location == Location(file="parts/site.py", line=7)
    assert web.options == {
        "aliases": [f"{PREFIX}aws:ec2/instance:Instance::old"],
        "customTimeouts": {"create": 5400},
    }
    assert stack.by_urn()[PROVIDER].inputs == {"region": "us-east-1", "version": "7.51.1"}


def test_a_checkpoint_of_a_file_backend_is_a_stack(read):
    latest = {"version": 3, "checkpoint": {"stack": "organization/shop/prod", "latest": STATE["deployment"]}}

    assert read(latest) == read(STATE)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({"version": 3, "deployment": None}, id="nothing"),
        pytest.param({"version": 3, "deployment": {"manifest": {}}}, id="no resources"),
        pytest.param({"version": 3, "checkpoint": {"stack": "organization/shop/prod"}}, id="a new checkpoint"),
    ],
)
def test_an_empty_state_is_an_empty_stack(read, state):
    assert read(state).resources == ()


def test_a_preview_has_new_and_old_state(read):
    stack = read(PREVIEW)
    web = stack.by_urn()[WEB]

    assert (stack.project, stack.name) == ("shop", "prod")
    assert stack.config == {"aws:region": "us-east-1"}
    assert [resource.operation for resource in stack.resources] == ["same", "update", "delete"]
    assert web.inputs == {"instanceType": "m8g.large", "userData": Secret(None), "subnetId": UNKNOWN}
    assert web.old_inputs == {"instanceType": "m7g.large", "userData": Secret(None)}
    assert web.old_outputs is not None
    assert web.location == Location(file="__main__.py", line=6)
    assert stack.resources[2].inputs == {"n": 1}


def test_a_replacement_is_one_resource(read):
    old = STATE["deployment"]["resources"][2]
    new = PREVIEW["steps"][1]["newState"]
    steps = [
        {"op": "create-replacement", "urn": WEB, "oldState": old, "newState": new},
        {"op": "replace", "urn": WEB, "oldState": old, "newState": new},
        {"op": "delete-replaced", "urn": WEB, "oldState": old},
    ]

    (web,) = read({"steps": steps}).resources

    assert web.operation == "replace"
    assert web.inputs["instanceType"] == "m8g.large"
    assert web.old_inputs["instanceType"] == "m7g.large"


def test_a_preview_without_steps_changes_nothing(read):
    assert read({"config": {}, "changeSummary": {}}).resources == ()


def test_a_streaming_preview_is_a_stack(read):
    stack = read("\n".join(STREAM))
    web = stack.by_urn()[WEB]

    assert (stack.project, stack.name, stack.config) == ("shop", "prod", {"aws:region": "us-east-1"})
    assert stack.exports == {"url": UNKNOWN}
    assert (web.operation, web.inputs) == ("create", {"instanceType": "m8g.large"})
    assert web.outputs == {"instanceType": "m8g.large", "arn": UNKNOWN}
    assert web.old_inputs is None


def test_a_stream_that_is_cut_short_is_refused_unless_a_part_is_asked_for():
    cut = STREAM[:6]

    with pytest.raises(DecodeError, match="ends before its summary; the file is cut short"):
        decode_stream(cut)
    assert len(decode_stream(cut, partial=True).resources) == 2


def test_a_file_saved_with_a_byte_order_mark_is_read(read):
    assert read("\ufeff" + json.dumps(STATE)) == read(STATE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "it is empty", id="empty"),
        pytest.param(json.dumps(STATE)[:400], "cut short or broken JSON", id="a state that is cut short"),
        pytest.param("\n".join([*STREAM[:5], STREAM[5][:40]]), "ends before its summary", id="a stream that is cut"),
        pytest.param("name: demo\nruntime: python\n", "it is no JSON", id="yaml"),
        pytest.param("[1, 2]", "it holds a list", id="a list"),
        pytest.param('{"schema": 1, "findings": []}', r"its keys: findings, schema", id="a result of fleet"),
        pytest.param({"deployment": []}, "this is no state file", id="a deployment of the wrong kind"),
        pytest.param({"deployment": {"resources": {}}}, "'deployment.resources' is a dict", id="resources of a kind"),
        pytest.param({"deployment": {"resources": [1]}}, r"deployment.resources\[0\] is a int", id="a number"),
        pytest.param({"deployment": {"resources": [{"type": "x"}]}}, "has no usable 'urn'; found None", id="no urn"),
        pytest.param(
            {"deployment": {"resources": [{"urn": ROOT, "inputs": [1]}]}},
            r"resources\[0\].inputs is a list",
            id="inputs of the wrong kind",
        ),
        pytest.param({"steps": {}}, "this is no preview", id="steps of the wrong kind"),
        pytest.param({"steps": [{"op": "create"}]}, r"steps\[0\] has no 'urn'", id="a step without a urn"),
        pytest.param(
            {"steps": [{"op": "teleport", "urn": ROOT}]}, "unknown operation 'teleport'", id="an operation of tomorrow"
        ),
        pytest.param('{"a":' * 100_000, "nested too deeply|cut short", id="nested without end"),
    ],
)
def test_what_cannot_be_read_says_why_and_which_file(read, content, message):
    with pytest.raises(DecodeError, match=message) as caught:
        read(content)

    assert "file: " in str(caught.value)


def test_bytes_that_are_no_text_say_so(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(DecodeError, match=r"is not text \(byte 0 is no UTF-8\)"):
        decode_file(path)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(DecodeError, match="No such file"):
        decode_file(tmp_path / "none.json")


def test_a_large_state_is_read_whole(read):
    resources = [
        {"urn": f"{PREFIX}a:b:C::r{number}", "custom": True, "type": "a:b:C", "inputs": {"tags": {"a": "b"}, "n": 1.0}}
        for number in range(10_000)
    ]
    stack = decode_state({"version": 3, "deployment": {"resources": resources}})

    assert len(stack.resources) == 10_000


@pytest.mark.parametrize(
    "report",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"resources": [{}], "exports": {}, "not_answered": []}, id="a record without a name"),
        pytest.param({"resources": [], "exports": {}, "not_answered": [1]}, id="a bad token"),
    ],
)
def test_a_broken_report_of_the_monitor_is_an_error(report):
    with pytest.raises(DecodeError, match="the program's report is broken"):
        decode_monitor(report, project="shop", name="prod", config={})
