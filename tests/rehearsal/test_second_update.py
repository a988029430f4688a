"""A changed workload and a second `pulumi up` of the example: the real CLI says what it touches."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fleet.cli.run import main
from fleet.engine.real import workbench
from fleet.engine.real.events import read_events
from fleet.rehearsal.server import simulated_aws
from fleet.simulated_aws.cloud import ENDPOINT
from fleet.simulated_aws.store import STATE

pytestmark = pytest.mark.engine

EXAMPLE = Path(__file__).parents[2]
FILES = ("Pulumi.yaml", "__main__.py", "fleet.yaml", "fleet.lock.json")
LOCKED = "planned_on"


@pytest.fixture
def example(tmp_path):
    """The example fleet in a folder of its own, run by the interpreter of the tests."""
    folder = tmp_path / "example"
    folder.mkdir()
    for name in FILES:
        shutil.copy(EXAMPLE / name, folder / name)
    project = folder / "Pulumi.yaml"
    project.write_text(project.read_text().replace("virtualenv: .venv", f"virtualenv: {sys.prefix}"))
    return folder


@pytest.fixture
def changed(example, cli):
    """`changed(before, after)` edits the spec, plans again and updates the stack: operation -> URNs, "same" left out.

    The first call comes after an update that made everything.
    """
    with (
        simulated_aws() as aws,
        workbench(
            example, cli=cli, environment=_without_account(), say=print, simulated_aws=True, throw_away=True
        ) as bench,
    ):
        variables = {
            **bench.environment,
            ENDPOINT: aws.endpoint,
            STATE: str(bench.scratch / "simulated.json"),
            "PULUMI_DEBUG_COMMANDS": "true",
        }

        def up():
            log = bench.scratch / "events.jsonl"
            log.unlink(missing_ok=True)
            command = [str(bench.cli.path), "up", "--yes", "--skip-preview", "--event-log", str(log)]
            done = subprocess.run(
                [*command, *bench.arguments()], cwd=example, env=variables, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout[-2000:]
            found = {}
            for resource in read_events(log.read_text(encoding="utf-8").splitlines()).stack.resources:
                found.setdefault(resource.operation, []).append(resource.urn)
            found.pop("same", None)
            return found

        def change(before, after):
            spec = example / "fleet.yaml"
            text = spec.read_text()
            assert text.count(before) == 1
            spec.write_text(text.replace(before, after))
            planned_on = json.loads((example / "fleet.lock.json").read_text())[LOCKED]
            assert main(["plan", "--spec", str(spec), "--today", planned_on]) == 0
            return up()

        assert list(up()) == ["create"]
        yield change


def _without_account():
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def test_a_change_of_replicas_touches_its_workload_only(changed):
    """More replicas of a service touch its own resources; of one on shared nodes its cluster's; nothing is replaced."""
    own = changed("replicas: 24\n", "replicas: 30\n")
    shared = changed("replicas: 120\n", "replicas: 150\n")

    assert own.keys() | shared.keys() <= {"create", "update", "delete"}
    assert set(_owners(own)) == {("fleet:index:ServicePool", "studio-licensing")}
    assert set(_owners(shared)) == {("fleet:index:Cluster", "studio-main")}


def _owners(operations):
    """Of everything that was touched, the component below the fleet and the start of the name."""
    for urn in (urn for urns in operations.values() for urn in urns):
        kinds, name = urn.split("::")[2].split("$"), urn.split("::")[3]
        yield kinds[1], "-".join(name.split("-")[:2])
