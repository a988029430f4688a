"""`fleet export karpenter` writes the locked plan, and only a lock that fits the spec."""

import pytest
from ruamel.yaml import YAML

from fleet.cli.export import app
from fleet.errors import ConfigError, StaleLock
from fleet.plans import lock_path, write_lock
from fleet.spec import load_spec, spec_sha256


@pytest.fixture
def spec_file(tmp_path, spec_text, plan):
    """A spec with a lock that fits it."""
    path = tmp_path / "fleet.yaml"
    path.write_text(spec_text, encoding="utf-8")
    write_lock(plan.model_copy(update={"spec_sha256": spec_sha256(load_spec(path))}), lock_path(path))
    return path


def run(*arguments):
    """The command's exit code."""
    return app(args=["karpenter", *map(str, arguments)], standalone_mode=False)


def test_manifests_go_to_standard_output(spec_file, capsys):
    """What is printed is a YAML stream that kubectl takes."""
    code = run("--spec", spec_file, "--cluster-name", "main-1")

    kinds = [manifest["kind"] for manifest in YAML(typ="safe").load_all(capsys.readouterr().out)]
    assert (code, kinds) == (0, ["EC2NodeClass"] * 2 + ["NodePool"] * 3)


def test_manifests_go_to_a_file(spec_file, tmp_path):
    """With --output nothing but the file is written."""
    run("--spec", spec_file, "--output", tmp_path / "karpenter.yaml")

    assert (tmp_path / "karpenter.yaml").read_text(encoding="utf-8").startswith("---\napiVersion: karpenter")


def test_a_stale_lock_is_refused(spec_file):
    """Karpenter never gets a plan for another spec."""
    spec_file.write_text(spec_file.read_text(encoding="utf-8").replace("replicas: 30", "replicas: 31"))

    with pytest.raises(StaleLock, match="fleet plan"):
        run("--spec", spec_file)


def test_a_fleet_without_clusters_says_so(tmp_path, make_plan, allocate):
    """An empty stream would look like success."""
    path = tmp_path / "fleet.yaml"
    path.write_text(
        "version: 1\nname: a\nregion: us-east-1\nworkloads:\n"
        "  - {name: api, kind: service, replicas: 2, per_replica: {vcpus: 2, memory_gib: 4}}\n",
        encoding="utf-8",
    )
    plan = make_plan([allocate("api", "c8g.xlarge", 1)], spec_sha256=spec_sha256(load_spec(path)))
    write_lock(plan, lock_path(path))

    with pytest.raises(ConfigError, match="no cluster with nodes"):
        run("--spec", path)
