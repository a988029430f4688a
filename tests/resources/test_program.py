"""The Pulumi program of the repository and of each example: short, guarded by the lock, and complete."""

import json
import runpy
import shutil
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime.config import set_all_config
from ruamel.yaml import YAML

from fleet.plans import lock_path, write_lock
from fleet.resources import args_from_config
from fleet.spec import load_spec, spec_sha256

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    "existing-vpc": "aws:lb/loadBalancer:LoadBalancer",
    "karpenter": "aws:eks/nodeGroup:NodeGroup",
    "mac-only": "aws:ec2/launchTemplate:LaunchTemplate",
    "minimal": "aws:autoscaling/group:Group",
}


@pytest.fixture
def folder(tmp_path, monkeypatch, spec_text, plan):
    """A project with a spec, a lock that fits it, and the program of the repository."""
    (tmp_path / "fleet.yaml").write_text(spec_text, encoding="utf-8")
    shutil.copy(ROOT / "__main__.py", tmp_path)
    fresh = plan.model_copy(update={"spec_sha256": spec_sha256(load_spec(tmp_path / "fleet.yaml"))})
    write_lock(fresh, lock_path(tmp_path / "fleet.yaml"))
    monkeypatch.chdir(tmp_path)
    set_all_config({}, [])
    yield tmp_path
    set_all_config({}, [])


def test_the_program_is_short():
    """A reader sees the whole program at a glance."""
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 20


def test_the_program_declares_the_fleet(folder, declare):
    """Spec and lock become the resources of all workloads."""
    declared = declare(lambda: runpy.run_path(str(folder / "__main__.py"), run_name="__main__") and {})

    assert "mixed-chat-g6e-12xlarge" in declared.names("aws:autoscaling/group:Group")


def test_the_stacks_settings_count(folder):
    """Configuration of the stack reaches the fleet."""
    set_all_config(
        {
            "fleet:network": '{"nat": "none"}',
            "fleet:protect": "true",
            "fleet:reservations": '{"pretrain": {"id": "cr-1", "zone": "us-east-1b"}}',
        },
        [],
    )
    settings = args_from_config(pulumi.Config("fleet")).settings

    assert (settings.networks["*"].nat, settings.protect) == ("none", True)
    assert settings.reservations["pretrain"].id == "cr-1"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(
            lambda folder: edit(folder / "fleet.yaml", "replicas: 24", "replicas: 25"), "fleet plan", id="another spec"
        ),
        pytest.param(lambda folder: (folder / "fleet.lock.json").unlink(), "fleet plan", id="no lock"),
        pytest.param(lambda folder: (folder / "fleet.lock.json").write_text("{"), "fleet.lock.json", id="half a lock"),
        pytest.param(
            lambda folder: edit(folder / "fleet.yaml", "replicas: 24", "replicas: many"), "fleet.yaml:", id="bad spec"
        ),
        pytest.param(lambda _: set_all_config({"fleet:network": '{"nat": "x"}'}, []), "fleet:network.nat", id="config"),
    ],
)
def test_nothing_is_declared_when_something_is_wrong(folder, declare, spoil, words):
    """One clear line, before the first resource."""
    spoil(folder)

    with pytest.raises(pulumi.RunError, match=words) as caught:
        declare(lambda: runpy.run_path(str(folder / "__main__.py"), run_name="__main__") and {})

    assert "Traceback" not in str(caught.value)


def edit(path, old, new):
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def defaults(project):
    """What the example's own Pulumi.yaml configures for whoever tries it."""
    config = YAML(typ="safe").load(project.read_text(encoding="utf-8")).get("config", {})
    texts = {}
    for key, given in config.items():
        value = given.get("value", given.get("default")) if isinstance(given, dict) else given
        texts[key if ":" in key else f"fleet:{key}"] = value if isinstance(value, str) else json.dumps(value)
    return texts


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_examples_run(declare, monkeypatch, name):
    """Each example declares what it is there to show."""
    monkeypatch.chdir(ROOT / "examples" / name)
    set_all_config(defaults(Path("Pulumi.yaml")), [])

    declared = declare(lambda: runpy.run_path("__main__.py", run_name="__main__") and {})

    set_all_config({}, [])
    assert declared.names(EXAMPLES[name])
