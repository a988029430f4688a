"""What a preview with the real CLI gives and how it fails: always in the program's own words, never with remains."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from fleet.engine.model import PolicyPack
from fleet.engine.real.processes import run
from fleet.engine.real.workbench import workbench
from fleet.errors import ConfigError, MissingError, PackError, ProgramError
from fleet.rehearsal.server import simulated_aws
from fleet.stack import Location

pytestmark = pytest.mark.engine

PROJECT = "name: scratch\nruntime: python\nconfig:\n  aws:region: us-east-1\n"


@pytest.fixture
def program(tmp_path):
    """Write a program and get its folder."""

    def write(text, project=PROJECT):
        folder = tmp_path / "program"
        folder.mkdir(exist_ok=True)
        (folder / "Pulumi.yaml").write_text(project)
        (folder / "__main__.py").write_text(text)
        return folder

    return write


@pytest.fixture(autouse=True)
def nothing_left(tmp_path, monkeypatch):
    """Whatever a test does, no temporary folder and no process of it is left."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield
    assert list(scratch.iterdir()) == []
    assert carriers(str(scratch)) == []


def carriers(text):
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (entry / "environ").read_bytes() and int(entry.name) != os.getpid():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_syntax_error_is_shown_as_the_programs_own(program, preview):
    """A program that cannot be compiled fails with its file and line, and no frame of ours."""
    with pytest.raises(ProgramError) as failure:
        preview(program("import pulumi\npulumi.export('x', 1\n"))

    assert "'(' was never closed" in str(failure.value)
    assert "__main__.py" in failure.value.traceback
    assert "fleet/engine" not in failure.value.traceback


def test_exception_is_shown_with_its_traceback(programs, preview):
    """A program that raises fails with its own message and line."""
    with pytest.raises(ProgramError, match="the budget is not approved") as failure:
        preview(programs / "raising")

    assert 'raise RuntimeError("the budget is not approved")' in failure.value.traceback


def test_exit_code_of_a_program_is_an_error(program, preview):
    """A program that leaves with a code other than 0 has failed."""
    with pytest.raises(ProgramError, match="7"):
        preview(program("import sys\nsys.exit(7)\n"))

    with pytest.raises(ProgramError, match="no budget"):
        preview(program("import sys\nsys.exit('no budget')\n"))


def test_log_output_and_run_errors_arrive(program, preview):
    """Warnings and prints are diagnostics, debug ones are not; a RunError is the program's refusal."""
    run_ = preview(
        program("import pulumi\npulumi.log.warn('mind the gap')\npulumi.log.debug('noise')\nprint('hello')\n")
    )
    with pytest.raises(ProgramError, match="no quota"):
        preview(program("import pulumi\nraise pulumi.RunError('no quota')\n"))

    assert run_.diagnostics == ("warning: mind the gap", "hello")


def test_configuration_and_secrets_reach_the_program(program, preview):
    """Values of Pulumi.yaml, of the stack's file and of the call arrive; no file of the user is written."""
    folder = program(
        "import pulumi\nrequire = pulumi.Config().require\npulumi.export('all', [require(key) for key in 'abc'])\n",
        PROJECT + "  a: project\n  b: project\n  c: project\n",
    )
    (folder / "Pulumi.dev.yaml").write_text("config:\n  scratch:b: stack\n  scratch:c: stack\n")

    run_ = preview(folder, config={"scratch:c": "call"})

    assert run_.stack.exports == {"all": ["project", "stack", "call"]}
    assert (folder / "Pulumi.dev.yaml").read_text() == "config:\n  scratch:b: stack\n  scratch:c: stack\n"
    assert sorted(file.name for file in folder.iterdir() if file.name != "__pycache__") == [
        "Pulumi.dev.yaml",
        "Pulumi.yaml",
        "__main__.py",
    ]


def test_lines_are_those_of_the_program(program, preview):
    """A resource inside a component has the line inside the program's folder that made it."""
    run_ = preview(program("import pulumi_aws as aws\n\naws.ebs.Volume('v', availability_zone='us-east-1a', size=1)\n"))

    found = {one.name: one.location for one in run_.stack.resources if one.type == "aws:ebs/volume:Volume"}
    assert found == {"v": Location(file="__main__.py", line=3)}


def test_unknown_type_can_be_previewed(program, preview):
    """A type that the simulated provider does not know passes a preview, its outputs unknown."""
    run_ = preview(
        program(
            "import pulumi\nimport pulumi_aws as aws\nbucket = aws.s3.Bucket('b')\npulumi.export('arn', bucket.arn)\n"
        )
    )

    assert repr(run_.stack.exports["arn"]) == "UNKNOWN"


def test_unanswered_call_is_named(program, preview):
    """A provider call that the stand-in cannot answer fails, and says how to supply the answer."""
    with pytest.raises(ProgramError, match="--invokes FILE"):
        preview(program("import pulumi_aws as aws\naws.ec2.get_vpc(default=True)\n"))


def test_virtualenv_option_is_obeyed(program, preview):
    """A program whose virtualenv does not exist fails and names it; one that exists is the one that runs."""
    project = "name: scratch\nruntime:\n  name: python\n  options:\n    virtualenv: {}\n"
    with pytest.raises(MissingError, match=r"no-such-environment.*or take the option out"):
        preview(program("", project.format("no-such-environment")))

    run_ = preview(program("import pulumi, sys\npulumi.export('prefix', sys.prefix)\n", project.format(sys.prefix)))

    assert run_.stack.exports == {"prefix": sys.prefix}


def test_pack_needs_its_own_environment(program, preview, tmp_path):
    """A pack that names an environment which is not there is refused before anything runs."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: {name: python, options: {virtualenv: ../nowhere}}\n")

    with pytest.raises(MissingError, match="nowhere"):
        preview(program(""), packs=[PolicyPack(folder=pack)])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        pytest.param("raise RuntimeError('pack is broken')", "pack is broken", id="raises at start"),
        pytest.param("import no_such_module", "no_such_module", id="cannot be imported"),
    ],
)
def test_broken_pack_is_a_pack_error(program, preview, tmp_path, code, text):
    """A pack that cannot start is an error of the pack, with its own words."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(code + "\n")

    with pytest.raises(PackError, match=text) as failure:
        preview(program(""), packs=[PolicyPack(folder=pack)])

    assert str(pack / "__main__.py") in str(failure.value)


@pytest.mark.parametrize("kind", ["ResourceValidationPolicy", "StackValidationPolicy"])
def test_rule_that_raises_is_a_pack_error(program, preview, tmp_path, kind):
    """A rule of a foreign pack that raises ends the preview, and the pack is named."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(
        f"from pulumi_policy import PolicyPack, {kind}\n"
        "def check(args, report):\n    raise ValueError('rule is broken')\n"
        f"PolicyPack('p', [{kind}(name='r', description='d', validate=check)])\n"
    )

    with pytest.raises(PackError, match="rule is broken") as failure:
        preview(program(""), packs=[PolicyPack(folder=pack)])

    assert str(pack) in str(failure.value)


def test_component_package_runs(program, preview, tmp_path):
    """A component written as a Python plugin is started by the engine and makes its children."""
    source = Path(__file__).parent / "plugins" / "thing"
    plugin = tmp_path / "thing"
    plugin.mkdir()
    for file in source.iterdir():
        if file.is_file():
            (plugin / file.name).write_text(file.read_text().replace("VIRTUALENV", sys.prefix))
    project = PROJECT + f"plugins:\n  providers:\n    - name: thing\n      path: {plugin}\n"

    run_ = preview(
        program(
            "import pulumi\n"
            "class Thing(pulumi.ComponentResource):\n"
            "    def __init__(self, name, size):\n"
            "        super().__init__('thing:index:Thing', name, {'size': size}, None, remote=True)\n"
            "Thing('t', 12)\n",
            project,
        )
    )

    volumes = [one for one in run_.stack.resources if one.type == "aws:ebs/volume:Volume"]
    assert [(one.name, one.inputs["size"]) for one in volumes] == [("t", 12)]
    assert volumes[0].parent == "urn:pulumi:dev::scratch::thing:index:Thing::t"


def test_stack_may_be_named_in_full(program, preview):
    """A stack named with its organization and project is the same stack, with the same file of configuration."""
    folder = program("import pulumi\npulumi.export('x', [pulumi.get_stack(), pulumi.Config().require('size')])\n")
    (folder / "Pulumi.prod.yaml").write_text("config:\n  scratch:size: 9\n")

    stack = preview(folder, stack="acme/scratch/prod").stack

    assert (stack.name, stack.exports) == ("prod", {"x": ["prod", "9"]})


def test_missing_plugin_is_something_missing(program, preview):
    """A program in a language, or with a provider, that nothing here can run says what is to be installed."""
    with pytest.raises(MissingError, match="pulumi-language-nodejs"):
        preview(program("", "name: scratch\nruntime: nodejs\n"))
    with pytest.raises(MissingError, match="pulumi-resource-nowhere"):
        preview(program("import pulumi\npulumi.CustomResource('nowhere:index:Thing', 't', {})\n"))


def test_folder_without_a_project_is_refused(preview, tmp_path):
    """A folder without Pulumi.yaml is an error that says what is missing."""
    with pytest.raises((ConfigError, ProgramError), match=r"Pulumi\.yaml"):
        preview(tmp_path)


def test_own_backend_is_used_and_old_state_compared(program, cli, preview, tmp_path):
    """With a login and a stack the preview works on it: operations, and inputs before and after."""
    text = "import pulumi_aws as aws\naws.ebs.Volume('v', availability_zone='us-east-1a', size={}, type='gp3')\n{}"
    (tmp_path / "backend").mkdir()
    environment = {
        **os.environ,
        "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(tmp_path / "home"),
        "FLEET_SIMULATED_STATE": str(tmp_path / "state.json"),
    }
    folder = program(text.format(10, "aws.ebs.Volume('old', availability_zone='us-east-1a', size=1)\n"))
    with simulated_aws() as aws:
        environment["AWS_ENDPOINT_URL"] = aws.endpoint
        with workbench(
            folder, cli=cli, environment=environment, say=print, stack="prod", simulated_aws=True, throw_away=False
        ) as bench:
            for command in (["stack", "init", "prod"], ["up", "--yes", "--skip-preview", *bench.arguments()]):
                done = run([str(cli.path), *command], cwd=folder, environment=bench.environment, on_line=print)
                assert done.code == 0, done.stderr

    program(text.format(20, "aws.ebs.Volume('new', availability_zone='us-east-1b', size=1)\n"))
    changed = preview(folder, stack="prod", throw_away=None, environment=environment)

    seen = {one.name: one for one in changed.stack.resources if one.type == "aws:ebs/volume:Volume"}
    assert {name: one.operation for name, one in seen.items()} == {"v": "update", "old": "delete", "new": "create"}
    assert (seen["v"].old_inputs["size"], seen["v"].inputs["size"]) == (10, 20)
    assert {one.operation for one in changed.stack.resources if one.name.startswith("default_")} == {"same"}
    assert changed.stack.name == "prod"
    assert not any("throw-away" in line for line in preview.said)


def test_without_a_login_a_throw_away_stack_is_taken(program, preview, tmp_path):
    """Nothing selected and nobody logged in: a local backend and the stack `dev`, and that is said."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
    environment |= {"PULUMI_HOME": str(tmp_path / "nobody")}

    run_ = preview(
        program("import pulumi\npulumi.export('x', pulumi.get_stack())\n"), throw_away=None, environment=environment
    )

    assert run_.stack.exports == {"x": "dev"}
    assert any("throw-away local backend and the stack 'dev'" in line for line in preview.said)


@pytest.fixture
def waiting(cli, program, tmp_path, monkeypatch):
    """`fleet preview --engine pulumi` of a program that waits, in a process of its own; gives it when it waits."""
    folder = program("import time, pathlib\npathlib.Path('started').touch()\ntime.sleep(60)\n")
    scratch = tmp_path / "interrupted"
    scratch.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "fleet", "preview", "--engine", "pulumi", "--policy-pack", str(root / "policies")],
        cwd=folder,
        env={**environment, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _until((folder / "started").exists)
    return process, scratch


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, 143, id="a cancelled CI job"),
        pytest.param(signal.SIGHUP, 129, id="a closed terminal"),
    ],
)
@pytest.mark.parametrize("times", [pytest.param(1, id="once"), pytest.param(3, id="again and again")])
def test_interrupted_command_leaves_nothing(waiting, number, code, times):
    """However a preview is interrupted, and however impatiently, it ends in seconds with everything it started."""
    process, scratch = waiting
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.1)
    _, said = process.communicate(timeout=30)

    assert "fleet: interrupted" in said
    # A signal after the clean-up, while Python itself ends, may be what ends it.
    assert process.returncode in ({code} if times == 1 else {code, -number})
    assert list(scratch.iterdir()) == []
    assert carriers(str(scratch)) == []


def test_killed_command_line_is_named(waiting):
    """When the Pulumi CLI is killed the command says so, and leaves nothing."""
    process, scratch = waiting
    os.kill(_running(scratch, "preview", "--json"), signal.SIGKILL)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 2
    assert "ended by signal 9" in said
    assert list(scratch.iterdir()) == []
    assert carriers(str(scratch)) == []


def test_killed_command_leaves_nothing(waiting):
    """A preview that was killed cannot clean up: its guard ends its processes and removes its folder."""
    process, scratch = waiting
    process.kill()
    process.communicate(timeout=30)

    _until(lambda: not carriers(str(scratch)))
    assert list(scratch.iterdir()) == []


def test_next_run_removes_what_a_killed_one_left(waiting, program, preview, monkeypatch):
    """Where the guard was killed as well, the next preview ends the processes and removes the folder."""
    process, scratch = waiting
    os.kill(_running(scratch, "orphans.py"), signal.SIGKILL)
    process.kill()
    process.communicate(timeout=30)
    assert list(scratch.iterdir()) != []
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    preview(program("import pulumi\npulumi.export('x', 1)\n"))

    assert list(scratch.iterdir()) == []
    assert carriers(str(scratch)) == []
    monkeypatch.undo()


def test_folder_of_a_run_that_goes_on_is_left_alone(program, preview, cli, tmp_path):
    """A run takes away the remains of killed runs only, never the folder of one that is at work."""
    with workbench(
        program("import pulumi\n"),
        cli=cli,
        environment=dict(os.environ),
        say=print,
        simulated_aws=True,
        throw_away=True,
    ) as bench:
        preview(program("import pulumi\n"))

        assert bench.scratch.is_dir()


@pytest.fixture
def pack_that(tmp_path):
    """A foreign pack whose rule does what is given."""

    def write(what):
        pack = tmp_path / "pack"
        pack.mkdir()
        (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
        (pack / "__main__.py").write_text(
            "import sys, time\nfrom pulumi_policy import PolicyPack, ResourceValidationPolicy\n"
            f"def check(args, report):\n    {what}\n"
            "PolicyPack('p', [ResourceValidationPolicy(name='r', description='d', validate=check)])\n"
        )
        return PolicyPack(folder=pack)

    return write


def test_policy_that_never_answers_does_not_hang_the_preview(program, preview, pack_that):
    """The engine would wait for ever for such a rule; the preview ends, and says what may be the reason."""
    with pytest.raises(ProgramError, match="a policy never returned"):
        preview(program("import pulumi\n"), packs=[pack_that("time.sleep(100)")], silence=8)


def test_policy_that_leaves_its_process_is_told_at_once(program, preview, pack_that):
    """Under gRPC's threads a `sys.exit` would only never answer: the pack ends, with the policy's own lines."""
    pack = pack_that("sys.exit('no licence')")

    with pytest.raises(PackError, match="SystemExit: no licence") as failure:
        preview(program("import pulumi\n"), packs=[pack])

    assert f'File "{pack.folder}/__main__.py", line 4, in check' in str(failure.value)


def _running(scratch, *words):
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text()
            if all(word in command for word in words) and str(scratch).encode() in (entry / "environ").read_bytes():
                return int(entry.name)
        except OSError:
            continue
    raise AssertionError(f"nothing runs with {words}")


def _until(claim, seconds=30):
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.05)
