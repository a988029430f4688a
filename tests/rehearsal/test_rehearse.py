"""Whole rehearsals with the real CLI: what passes, what fails, and that nothing is ever left."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from fleet.errors import MissingError, ProgramError
from fleet.rehearsal import rehearse
from fleet.rehearsal.server import simulated_aws

pytestmark = pytest.mark.engine

PROGRAMS = Path(__file__).parents[1] / "engine" / "programs"
PROJECT = "name: scratch\nruntime: python\nconfig:\n  aws:region: us-east-1\n"


@pytest.fixture(autouse=True)
def nothing_left(tmp_path, monkeypatch):
    """Whatever a rehearsal does, no temporary folder and no process of it is left."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("TMPDIR", str(scratch))
    yield
    assert list(scratch.iterdir()) == []
    assert _processes(str(scratch)) == []


def _processes(text):
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and text.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.fixture
def program(tmp_path):
    def write(text):
        folder = tmp_path / "program"
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(PROJECT)
        (folder / "__main__.py").write_text(text)
        return folder

    return write


def test_everything_can_be_rehearsed(cli):
    """One of every type is made, found, left alone by a second update, and removed; AWS is as empty as before."""
    report = rehearse(PROGRAMS / "everything", cli=cli, say=lambda _line: None)

    assert {check.claim: check.problems for check in report.checks if check.problems} == {}
    assert report.passed
    assert [step.name for step in report.steps] == ["up", "look", "up again", "destroy", "look again"]
    assert report.steps[2].outcome.endswith("same")
    assert min(check.count for check in report.checks) > 0
    assert any("24 hours" in note for note in report.notes)


def test_what_aws_refuses_fails_with_its_reason(cli, program):
    """A program that breaks a rule of AWS previews well and fails here, with the resource and the reason."""
    folder = program(
        "import pulumi_aws as aws\n"
        "aws.ec2.Instance('builder', ami='ami-0123456789abcdef0', instance_type='mac2.metal')\n"
    )

    with pytest.raises(ProgramError, match=r"builder \(aws:ec2/instance:Instance\).*needs a dedicated host"):
        rehearse(folder, cli=cli, say=lambda _line: None)


def test_unknown_type_is_not_passed_over(cli, program):
    """A type that cannot be simulated is an error, never a silent success."""
    with pytest.raises(ProgramError, match="does not know aws:s3/bucket:Bucket"):
        rehearse(program("import pulumi_aws as aws\naws.s3.Bucket('b')\n"), cli=cli, say=lambda _line: None)


def test_program_that_is_never_done_shows(cli, program):
    """A program that changes with every run fails the check of the second update."""
    folder = program(
        "import time\nimport pulumi_aws as aws\n"
        "aws.ebs.Volume('v', availability_zone='us-east-1a', size=1, tags={'at': str(time.time())})\n"
    )
    report = rehearse(folder, cli=cli, say=lambda _line: None)

    assert not report.passed
    assert [check.problems for check in report.checks if check.problems] == [("1 resources would update again",)]


def test_taken_port_is_named():
    """A port that somebody else has is an error that names it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MissingError, match=f"port {port} is taken"), simulated_aws(port):
            pass


def test_simulated_aws_that_dies_is_named(cli, program):
    """The simulated AWS killed in the middle of `up` is what the error says."""
    folder = program(
        "import pulumi, pulumi_aws as aws, os, signal, pathlib\n"
        "first = aws.ebs.Volume('first', availability_zone='us-east-1a', size=1)\n"
        "def stop(_):\n"
        "    for entry in pathlib.Path('/proc').glob('[0-9]*'):\n"
        "        try:\n"
        "            mine = b'moto_server' in (entry / 'cmdline').read_bytes()\n"
        "            same = os.environ['TMPDIR'].encode() in (entry / 'environ').read_bytes()\n"
        "        except OSError:\n"
        "            continue\n"
        "        if mine and same:\n"
        "            os.kill(int(entry.name), signal.SIGKILL)\n"
        "    return 1\n"
        "aws.ebs.Volume('second', availability_zone='us-east-1a', size=first.id.apply(stop))\n"
    )

    with pytest.raises(MissingError, match="ended in the middle of up"):
        rehearse(folder, cli=cli, say=lambda _line: None)


def test_simulated_aws_that_dies_while_it_is_asked_is_named(cli, program):
    """Killed between two commands of the CLI, the simulation is what the error names, and nothing is left."""
    folder = program("import pulumi_aws as aws\naws.ebs.Volume('v', availability_zone='us-east-1a', size=1)\n")

    def kill(line):
        if line.startswith("look"):
            os.kill(_moto(), signal.SIGKILL)

    with pytest.raises(MissingError, match="ended in the middle of the rehearsal"):
        rehearse(folder, cli=cli, say=kill)


def _moto():
    """The simulated AWS that this process started."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"moto_server" in (entry / "cmdline").read_bytes():
                return int(entry.name)
        except OSError:
            continue
    raise AssertionError("no simulated AWS runs")


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGTERM, id="terminated")]
)
def test_interrupted_rehearsal_leaves_nothing(cli, program, tmp_path, number):
    """Ctrl-C or a termination in the middle of `up` ends everything in seconds; the next rehearsal works."""
    folder = program(
        "import pathlib, time\nif pathlib.Path('stop').exists():\n"
        "    pathlib.Path('started').touch()\n    time.sleep(60)\n"
    )
    (folder / "stop").touch()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "fleet", "rehearse"]
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (folder / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 128 + number
    assert "fleet: interrupted" in said
    (folder / "stop").unlink()
    assert rehearse(folder, cli=cli, say=lambda _line: None).passed
