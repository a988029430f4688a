"""The runner serves a language host as well: with addresses instead of the embedded monitor."""

import json
import subprocess
import sys
from concurrent import futures
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from fleet.engine.embedded.program import RUNNER


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    def __init__(self):
        self.names = []

    def GetDeploymentInfo(self, request, context):  # noqa: N802  (the protocol\'s name)
        return resource_pb2.DeploymentInfo()

    def RegisterResource(self, request, context):  # noqa: N802  (the protocol\'s name)
        self.names.append(request.name)
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::demo::{request.type}::{request.name}")

    def RegisterResourceOutputs(self, request, context):  # noqa: N802  (the protocol\'s name)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request, context):  # noqa: N802  (the protocol\'s name)
        return empty_pb2.Empty()


class Engine(engine_pb2_grpc.EngineServicer):
    def __init__(self):
        self.errors = []

    def Log(self, request, context):  # noqa: N802  (the protocol\'s name)
        if request.severity == engine_pb2.ERROR:
            self.errors.append(request.message)
        return empty_pb2.Empty()


@pytest.fixture
def engine():
    monitor, engine = Monitor(), Engine()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield address, monitor, engine
    server.stop(0).wait()


@pytest.fixture
def run(engine, program):
    address, monitor, log = engine

    def start(text):
        program.write("__main__.py", text)
        job = {
            "program": str(program.folder),
            "root_directory": str(program.folder),
            "project": "demo",
            "stack": "dev",
            "organization": "organization",
            "config": {"demo:size": "3"},
            "secret_keys": [],
            "dry_run": True,
            "parallel": 4,
            "arguments": [],
            "monitor": address,
            "engine": address,
        }
        done = subprocess.run(
            [sys.executable, "-u", str(RUNNER)],
            input=json.dumps(job),
            cwd=program.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done, monitor.names, log.errors

    return start


def test_a_program_runs_against_the_addresses_of_an_engine(run):
    done, names, errors = run(
        "import pulumi\nprint('printed')\nfor n in range(3):\n    pulumi.CustomResource('a:b:C', f'c{n}')\n"
        "assert pulumi.Config().require_int('size') == 3\n"
    )

    assert (done.returncode, done.stdout, errors) == (0, "printed\n", [])
    assert sorted(names) == ["c0", "c1", "c2", "demo-dev"]


def test_an_error_is_logged_once_and_told_by_the_exit_code(run):
    done, _, errors = run("def fail():\n    raise ValueError('no')\nfail()\n")

    assert done.returncode == 32
    assert done.stderr == ""
    assert len(errors) == 1
    assert errors[0].startswith("Program failed with an unhandled exception:\nTraceback (most recent call last):\n")
    assert "runner.py" not in errors[0]
    assert errors[0].endswith("ValueError: no\n")


def test_a_run_error_is_logged_as_it_is(run):
    done, _, errors = run("import pulumi\nraise pulumi.RunError('the quota is too small')\n")

    assert (done.returncode, errors) == (32, ["the quota is too small"])


def test_the_exit_code_of_the_program_is_kept(run):
    assert run("import sys\nsys.exit(5)\n")[0].returncode == 5


def test_the_runner_needs_nothing_of_ours():
    """A program's interpreter may not have fleet: what runs there imports the standard library and pulumi only."""
    child = RUNNER.parent / "embedded" / "child"
    for path in (RUNNER, *sorted(child.glob("*.py"))):
        text = Path(path).read_text()

        assert "import fleet" not in text, path
        assert "from fleet" not in text, path
