"""The action, the reusable workflow, the hook and the guide name only what is there."""

import os
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")


def read(text):
    return YAML(typ="safe", pure=True).load(text)


@pytest.fixture(scope="module")
def action():
    return read((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def workflow():
    return read((ROOT / ".github" / "workflows" / "fleet.yml").read_text(encoding="utf-8"))


def test_every_input_that_is_read_is_declared_and_every_declared_one_is_read(action):
    assert set(re.findall(r"inputs\.([\w-]+)", str(action["runs"]))) == set(action["inputs"])


def test_the_script_writes_every_output_that_a_later_step_reads(action):
    read_by = re.findall(r"steps\.preview\.outputs\.([\w-]+)", str(action))
    written = re.findall(r'echo "(\w+)=', (ROOT / "scripts" / "pull-request").read_text(encoding="utf-8"))

    assert set(read_by) == set(written) == {"code", "result", "artifact"}


def test_the_script_gets_every_variable_that_it_takes(action):
    step = next(step for step in action["runs"]["steps"] if step.get("id") == "preview")
    script = (ROOT / "scripts" / "pull-request").read_text(encoding="utf-8")
    given = set(step["env"]) | {"RUNNER_TEMP", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"}

    assert set(re.findall(r"\$\{?([A-Z][A-Z_]+)", script)) == given


def test_no_expression_stands_in_a_command(action):
    """What a pull request's author chooses reaches a shell by the environment only."""
    assert [step["run"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")] == []


def test_scripts_that_are_run_are_there(action):
    named = re.findall(r"GITHUB_ACTION_PATH/([\w/.-]+)", str(action))

    assert sorted(named) == ["scripts/pull-request", "scripts/sticky_comment.py"]
    assert all((ROOT / name).is_file() for name in named)
    assert os.access(ROOT / "scripts" / "pull-request", os.X_OK)


def test_nothing_is_written_to_a_pull_request_of_a_fork(action):
    writing = [s for s in action["runs"]["steps"] if "sticky_comment" in str(s) or "upload-sarif" in str(s)]

    assert len(writing) == 2
    assert all("head.repo.full_name == github.repository" in step["if"] for step in writing)


def test_the_verdict_is_the_last_step_and_runs_whatever_happened_to_comment_or_upload(action):
    last = action["runs"]["steps"][-1]

    assert (last["run"], last["if"]) == ('exit "${CODE:-3}"', "${{ !cancelled() }}")


def test_the_reusable_workflow_hands_its_inputs_on(action, workflow):
    # `on` is the key that YAML 1.1 reads as true.
    call = workflow.get("on", workflow.get(True))["workflow_call"]
    steps = workflow["jobs"]["preview"]["steps"]

    assert set(steps[-1]["with"]) <= set(action["inputs"])
    assert set(steps[-1]["with"]) | {"action", "ref"} == set(call["inputs"])
    assert set(re.findall(r"inputs\.([\w-]+)", str(steps))) == set(call["inputs"])


def test_the_guide_shows_inputs_and_hooks_that_exist(action):
    blocks = [read(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]
    github, gitlab, hook = blocks
    hooks = read((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert set(github["jobs"]["fleet"]["steps"][-1]["with"]) <= set(action["inputs"])
    assert gitlab["fleet"]["artifacts"]["reports"]["junit"] in gitlab["fleet"]["script"][-1]
    assert [h["id"] for h in hook["repos"][0]["hooks"]] == [h["id"] for h in hooks]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("fleet.yaml", True),
        ("fleet.lock.json", True),
        ("infra/fleet.dev.yaml", True),
        ("infra/fleet.dev.lock.json", True),
        ("myfleet.yaml", False),
        ("package.lock.json", False),
    ],
)
def test_the_hook_runs_for_specs_and_locks(name, wanted):
    hook = read((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]

    assert bool(re.search(hook["files"], name)) is wanted
