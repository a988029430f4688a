"""What only a real process shows: Ctrl-C, a full disk, a reader that leaves, and what a shell completes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

FLEET = [sys.executable, "-m", "fleet"]


def test_an_interrupted_plan_says_so_in_one_line(planned):
    """The spec is a pipe that nobody writes to: when it is open, the command waits in it."""
    os.mkfifo(planned / "slow.yaml")
    process = subprocess.Popen(
        [*FLEET, "plan", "--spec", "slow.yaml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with (planned / "slow.yaml").open("w"):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (130, "", "fleet: interrupted\n")


def test_an_interrupt_while_it_solves_leaves_the_lock(planned, fleet, monkeypatch):
    from fleet import planner

    def interrupted(*_, **__):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(planner, "plan", interrupted)
    before = (planned / "fleet.lock.json").read_bytes()

    ran = fleet("plan", "--fresh")

    assert (ran.code, ran.out, ran.err) == (130, "", "fleet: interrupted\n")
    assert (planned / "fleet.lock.json").read_bytes() == before


def test_a_full_disk_is_a_message(planned):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*FLEET, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == "fleet: no space left on device\n"


def test_a_reader_that_leaves_is_no_error(planned):
    done = subprocess.run(
        f"{sys.executable} -m fleet catalog query | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("typed", "offered"), [("fleet pl", "plan"), ("fleet catalog s", "show"), ("fleet plan --fr", "--fresh")]
)
def test_a_shell_completes_commands_and_options(typed, offered):
    """The protocol of bash: words and the position of the cursor in, one candidate a line out."""
    words = typed.split()
    surroundings = {"_FLEET_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}

    done = subprocess.run(FLEET, env={**os.environ, **surroundings}, capture_output=True, text=True, check=False)

    assert done.stdout.split() == [offered]
