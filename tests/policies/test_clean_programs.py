"""Programs of the shapes that people write, run for real: nothing above advisory, and advisories that one shares."""

import json
import shutil
from pathlib import Path

import pytest

from fleet.catalog import Catalog
from fleet.engine.embedded import catalog_answers, run_program
from fleet.result.grammar import parse_message

HERE = Path(__file__).parent / "clean"
PRODUCTION = json.loads((Path(__file__).parents[2] / "policies" / "config.json").read_text())
PROJECT = "name: clean\nruntime: python\nconfig:\n  aws:region: us-east-1\n"
ADVISORIES = {
    # A database has no price here, and says so.
    "data_pipeline": [("FC104", "facts")],
    # gp3 has no sourced price in eu-west-1: the root volume is left out of the amount, and that is said.
    "two_regions": [("FC104", "web-eu-west-1")],
}
"""What a reviewer would say about them, by program: rule and resource. The others get none."""


@pytest.fixture(scope="module")
def answers():
    return catalog_answers(Catalog.load())


@pytest.mark.parametrize("program", sorted(HERE.glob("*.py")), ids=lambda path: path.stem)
def test_a_clean_program_is_left_in_peace(program, told, answers, tmp_path):
    """Under the configuration for production: no mandatory finding, and only the advisories that were agreed on."""
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    shutil.copy(program, tmp_path / "__main__.py")
    stack = run_program(tmp_path, answers=answers).stack
    report = told.analyze(stack, config=PRODUCTION)
    names = {resource.urn: resource.name for resource in stack.resources}
    found = sorted((parse_message(f.message).id, names[f.urn]) for f in report.findings)

    assert [f.message for f in report.findings if f.level == "mandatory"] == []
    assert found == ADVISORIES.get(program.stem, [])
