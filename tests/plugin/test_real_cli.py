"""The real CLI makes a package of the plugin folder."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from fleet.engine.real.workbench import workbench

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parents[2]


def test_the_cli_reads_the_plugins_schema(cli):
    """`pulumi package get-schema ./plugin`, with which `pulumi package add` begins, gives described components."""
    with workbench(ROOT, cli=cli, environment=os.environ, say=lambda _: None, throw_away=True) as bench:
        command = [str(cli.path), "package", "get-schema", str(ROOT / "plugin")]
        done = subprocess.run(
            command, cwd=bench.folder, env=bench.environment, capture_output=True, text=True, timeout=120, check=False
        )

    assert done.returncode == 0, done.stderr
    schema = json.loads(done.stdout)
    fleet = schema["resources"]["fleet:index:Fleet"]
    assert (schema["name"], fleet["isComponent"]) == ("fleet", True)
    assert fleet["description"].startswith("The whole fleet of a plan")
    assert {"spec", "lock"} <= set(fleet["requiredInputs"])
