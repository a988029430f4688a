"""Packs run beside each other as in the engine, each with the Python that it names."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fleet.engine.model import PolicyPack
from fleet.engine.packs import read_pack_config, run_pack, run_packs
from fleet.engine.packs.schema import violations
from fleet.errors import ConfigError, MissingError, PackError
from fleet.stack import Resource, Stack

URN = "urn:pulumi:dev::demo::aws:ebs/volume:Volume::v"
VOLUME = Resource(urn=URN, type="aws:ebs/volume:Volume", name="v", inputs={"type": "gp2"})
STACK = Stack(project="demo", name="dev", resources=(VOLUME,))

FIXES = """\
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy
    PolicyPack("fixes", [ResourceValidationPolicy(
        "gp3", "d", remediate=lambda args: {**args.props, "type": "gp3"} if args.props["type"] == "gp2" else None,
        enforcement_level=EnforcementLevel.REMEDIATE)])
    """
SAYS = """\
    import os, sys
    from pulumi_policy import PolicyPack, ResourceValidationPolicy, StackValidationPolicy
    def stack(args, report):
        report(" ".join(f"{r.name}={r.props.get('type')}" for r in args.resources))
        report(os.environ.get("CHOSEN", "none"), "urn:of:nobody")
    PolicyPack("says", [
        ResourceValidationPolicy("inputs", "d", lambda args, report: report(args.props["type"])),
        StackValidationPolicy("stack", "d", stack)])
    """


@pytest.fixture
def pack(tmp_path):
    def write(name, text, project="runtime: python\n"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "PulumiPolicy.yaml").write_text(project)
        (folder / "__main__.py").write_text(textwrap.dedent(text))
        return folder

    return write


def texts(run, rule):
    return [finding.message.removeprefix("d\n") for finding in run.findings if finding.rule == rule]


def test_every_pack_sees_what_all_packs_remediated_whatever_their_order(pack, tmp_path):
    says, fixes = pack("says", SAYS), pack("fixes", FIXES)

    first, second = run_packs([PolicyPack(folder=says), PolicyPack(folder=fixes)], tmp_path, STACK)

    assert texts(first, "inputs") == ["gp3"]
    assert texts(first, "stack")[0] == "v=gp3"
    assert [(item.before, item.after) for item in second.remediations] == [({"type": "gp2"}, {"type": "gp3"})]
    assert first.stack.by_urn()[URN].inputs == second.stack.by_urn()[URN].inputs == {"type": "gp3"}


def test_a_finding_about_nobody_is_the_root_stacks(pack, tmp_path):
    run = run_pack(pack("says", SAYS), tmp_path, STACK)

    assert {finding.urn for finding in run.findings if finding.rule == "stack"} == {
        "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
    }


def test_resources_that_are_only_read_or_are_deleted_are_not_analyzed(pack, tmp_path):
    others = tuple(
        Resource(urn=f"{URN}-{operation}", type=VOLUME.type, name=operation, operation=operation, inputs=VOLUME.inputs)
        for operation in ("read", "delete")
    )

    run = run_pack(pack("says", SAYS), tmp_path, Stack(project="demo", name="dev", resources=(VOLUME, *others)))

    assert texts(run, "inputs") == ["gp2"]
    assert texts(run, "stack")[0] == "v=gp2"


def test_without_remediation_the_inputs_stay(pack, tmp_path):
    run = run_pack(pack("fixes", FIXES), tmp_path, STACK, remediate=False)

    assert run.remediations == ()
    assert run.stack == STACK


def environment(folder):
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nCHOSEN={folder.name} exec {sys.executable} "$@"\n')
    python.chmod(0o755)


@pytest.mark.parametrize(
    ("policy", "method"), [("ResourceValidationPolicy", "Analyze"), ("StackValidationPolicy", "AnalyzeStack")]
)
def test_a_policy_that_leaves_the_process_is_told_at_once_with_its_own_lines(pack, tmp_path, policy, method):
    leaves = pack(
        "leaves",
        f"""\
        import sys
        from pulumi_policy import PolicyPack, {policy}
        def leave(args, report):
            sys.exit("no licence")
        PolicyPack("leaves", [{policy}("leave", "d", leave)])
        """,
    )
    started = time.monotonic()

    with pytest.raises(PackError) as caught:
        run_pack(leaves, tmp_path, STACK)

    assert time.monotonic() - started < 60
    assert f"its process ended during {method}:" in str(caught.value)
    assert f'File "{leaves}/__main__.py", line 4, in leave' in str(caught.value)
    assert str(caught.value).endswith("SystemExit: no licence")
    assert "grpc" not in str(caught.value)


def test_a_pack_reads_an_empty_input(pack, tmp_path):
    reads = pack("reads", f"import sys\nREAD = sys.stdin.read()\n{textwrap.dedent(SAYS)}")

    assert texts(run_pack(reads, tmp_path, STACK), "inputs") == ["gp2"]


def test_a_pack_ends_when_who_runs_it_is_killed(pack, tmp_path):
    slow = pack(
        "slow",
        f"""\
        import os, pathlib, time
        from pulumi_policy import PolicyPack, ResourceValidationPolicy
        def wait(args, report):
            pathlib.Path({str(tmp_path)!r}, "pid").write_text(str(os.getpid()))
            time.sleep(60)
        PolicyPack("slow", [ResourceValidationPolicy("wait", "d", wait)])
        """,
    )
    code = (
        "import pathlib\nfrom fleet.engine.packs import run_pack\nfrom fleet.stack import Resource, Stack\n"
        f"volume = Resource(urn={URN!r}, type='aws:ebs/volume:Volume', name='v')\n"
        f"run_pack(pathlib.Path({str(slow)!r}), pathlib.Path({str(tmp_path)!r}), "
        "Stack(project='demo', name='dev', resources=(volume,)))\n"
    )
    runner = subprocess.Popen([sys.executable, "-c", code])
    told = tmp_path / "pid"
    within(60, lambda: told.exists() and told.read_text() != "")

    runner.kill()
    runner.wait()

    within(10, lambda: not is_alive(int(told.read_text())))


def within(seconds, claim):
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(process):
    """Whether a process is there and no zombie that nobody has reaped."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_virtual_environment_stands_relative_to_the_packs_folder(pack, tmp_path):
    environment(tmp_path / "shared")
    folder = pack("says", SAYS, "runtime: {name: python, options: {virtualenv: ../shared}}\n")

    run = run_pack(folder, tmp_path, STACK)

    assert texts(run, "stack")[1] == "shared"
    assert run.notes == ()


def test_the_folder_venv_of_a_pack_is_taken_when_none_is_named(pack, tmp_path):
    folder = pack("says", SAYS)
    environment(folder / "venv")

    assert texts(run_pack(folder, tmp_path, STACK), "stack")[1] == "venv"


def test_a_pack_without_an_environment_runs_and_says_that_the_command_line_would_refuse_it(pack, tmp_path):
    run = run_pack(pack("says", SAYS), tmp_path, STACK)

    assert texts(run, "stack")[1] == "none"
    assert len(run.notes) == 1
    assert "names no virtual environment and has no folder venv" in run.notes[0]


def test_an_environment_that_does_not_exist_is_an_error(pack, tmp_path):
    folder = pack("says", SAYS, "runtime: {name: python, options: {virtualenv: nowhere}}\n")

    with pytest.raises(MissingError, match=r"nowhere, named by the option virtualenv of .*PulumiPolicy\.yaml"):
        run_pack(folder, tmp_path, STACK)


@pytest.mark.parametrize(
    ("text", "config"),
    [
        pytest.param("", {}, id="empty"),
        pytest.param('{"all": "advisory"}', {"all": "advisory"}, id="a level"),
    ],
)
def test_a_configuration_file_is_read(tmp_path, text, config):
    path = tmp_path / "config.json"
    path.write_text(text)

    assert read_pack_config(path) == config


@pytest.mark.parametrize("text", [pytest.param("{", id="broken"), pytest.param("[]", id="a list")])
def test_a_bad_configuration_file_is_an_error_that_names_it(tmp_path, text):
    path = tmp_path / "config.json"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"config\.json"):
        read_pack_config(path)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        pytest.param({"type": "integer"}, [1, 2.0], [1.5, "1", True, None], id="integer"),
        pytest.param({"type": "number"}, [1, 1.5], ["1", False], id="number"),
        pytest.param({"type": ["string", "null"]}, ["a", None], [1], id="several types"),
        pytest.param({"enum": ["a", 1]}, ["a", 1], ["b"], id="enum"),
        pytest.param({"const": 3}, [3], [4], id="const"),
        pytest.param({"minimum": 1, "exclusiveMaximum": 3}, [1, 2], [0, 3], id="bounds"),
        pytest.param({"maximum": 1, "exclusiveMinimum": 0}, [1], [0, 2], id="other bounds"),
        pytest.param({"minLength": 1, "maxLength": 2, "pattern": "^a"}, ["a", "ab"], ["", "abc", "b"], id="text"),
        pytest.param({"minItems": 1, "maxItems": 2, "uniqueItems": True}, [[1], [1, 2]], [[], [1, 1], [1, 2, 3]],
                     id="list"),
        pytest.param({"items": {"type": "string"}}, [["a"], []], [[1]], id="items"),
        pytest.param({"required": ["a"]}, [{"a": 1}], [{}], id="required"),
        pytest.param({"properties": {"a": {"type": "string"}}, "additionalProperties": False}, [{}, {"a": "x"}],
                     [{"a": 1}, {"b": 1}], id="properties"),
        pytest.param({"additionalProperties": {"type": "string"}}, [{"x": "y"}], [{"x": 1}], id="additional"),
        pytest.param({"anyOf": [{"const": 1}, {"const": 2}]}, [1, 2], [3], id="any of"),
        pytest.param({"oneOf": [{"minimum": 1}, {"minimum": 5}]}, [1], [0, 6], id="one of"),
        pytest.param({"allOf": [{"minimum": 1}, {"maximum": 2}]}, [1, 2], [0, 3], id="all of"),
        pytest.param({"not": {"const": 1}}, [2], [1], id="not"),
        pytest.param({"format": "date", "x-own": 1}, ["anything", 3], [], id="keywords that do not restrict"),
    ],
)  # fmt: skip
def test_schemas_restrict_options_as_json_schema_says(schema, good, bad):
    assert [violations(schema, value) for value in good] == [[] for _ in good]
    assert [bool(violations(schema, value)) for value in bad] == [True for _ in bad]
