"""`fleet init`: a folder that loads, and nothing of the user's overwritten."""

import ast
import json
from types import SimpleNamespace

import pytest

from fleet.catalog import Catalog
from fleet.cli.init import requirement_of, write_starter
from fleet.errors import FleetError
from fleet.plans import read_lock
from fleet.spec import load_spec


def test_what_init_writes_loads(tmp_path) -> None:
    folder = tmp_path / "My Fleet 2"

    written = write_starter(folder)
    spec = load_spec(folder / "fleet.yaml")

    assert spec.name == "my-fleet-2"
    assert {path.relative_to(folder).as_posix() for path in written} == {
        ".github/workflows/fleet.yml",
        "Pulumi.yaml",
        "__main__.py",
        "fleet.yaml",
    }
    ast.parse((folder / "__main__.py").read_text())


def test_every_commented_workload_is_good_once_uncommented(tmp_path) -> None:
    write_starter(tmp_path)
    path = tmp_path / "fleet.yaml"
    text = path.read_text()

    path.write_text(text.replace("\n  # ", "\n  ").replace("# budget", "budget"))

    assert [workload.kind for workload in load_spec(path).workloads] == [
        "service",
        "batch",
        "inference",
        "apple_builds",
    ]
    assert load_spec(path).budget.monthly_usd == 10000


def test_a_fresh_clone_is_as_good_as_empty(tmp_path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("mine")

    write_starter(tmp_path)

    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["fleet.yaml", "notes.txt", "__main__.py"])
def test_a_folder_with_files_is_refused_and_left_as_it_is(tmp_path, name) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(FleetError, match=f"is not empty \\(found {name}\\); nothing was written"):
        write_starter(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_no_folder(tmp_path) -> None:
    (tmp_path / "x").write_text("mine")

    with pytest.raises(FleetError, match="is a file"):
        write_starter(tmp_path / "x")


REPOSITORY = "https://git.example.com/tools/fleet.git"


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        ({}, "fleet-planner==1.2.0"),
        (
            {"url": REPOSITORY, "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            f"fleet-planner @ git+{REPOSITORY}@c0ffee",
        ),
        (
            {"url": "https://files.example.com/fleet_planner-1.2.0.whl", "archive_info": {}},
            "fleet-planner @ https://files.example.com/fleet_planner-1.2.0.whl",
        ),
        ({"url": "file:///home/me/fleet", "dir_info": {"editable": True}}, None),
        ({"url": "file:///home/me/fleet", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}}, None),
    ],
    ids=["index", "git", "archive", "folder", "git of this machine"],
)
def test_the_workflow_installs_only_what_another_machine_can_reach(origin, requirement) -> None:
    assert requirement_of("1.2.0", origin) == requirement


def test_a_fleet_from_a_folder_leaves_one_place_to_fill_in_and_says_so(fleet, tmp_path, monkeypatch) -> None:
    origin = json.dumps({"url": "file:///home/me/fleet", "dir_info": {}})
    here = SimpleNamespace(version="1.2.0", read_text=lambda _: origin)
    monkeypatch.setattr("fleet.cli.init.distribution", lambda _: here)

    ran = fleet("init", str(tmp_path / "mine"))
    workflow = (tmp_path / "mine/.github/workflows/fleet.yml").read_text()

    assert ran.code == 0
    assert "before you push" in ran.err
    assert workflow.count("OWNER/REPOSITORY") == 1
    assert "# replace by the repository that holds fleet" in workflow
    assert "fleet-planner==" not in workflow


def test_the_repository_that_is_named_goes_into_the_workflow(fleet, tmp_path) -> None:
    ran = fleet("init", str(tmp_path / "mine"), "--fleet-from", f"{REPOSITORY}@v1")
    workflow = (tmp_path / "mine/.github/workflows/fleet.yml").read_text()

    assert ran.code == 0
    assert "before you push" not in ran.err
    assert f'FLEET: "fleet-planner @ git+{REPOSITORY}@v1"\n' in workflow
    assert "OWNER" not in workflow


@pytest.mark.parametrize("address", ["OWNER/REPOSITORY", "https://a b", 'https://x"; rm -rf', "file:///home/me"])
def test_what_is_no_address_of_a_repository_is_refused(fleet, tmp_path, address) -> None:
    ran = fleet("init", str(tmp_path / "mine"), "--fleet-from", address)

    assert ran.code == 2
    assert "--fleet-from: not the address of a git repository" in ran.err
    assert not (tmp_path / "mine").exists()


def test_the_starter_leaves_room_for_the_operating_system(fleet, tmp_path) -> None:
    """Replicas that fill a node to the last byte of its nominal memory would not start."""
    write_starter(tmp_path)
    assert fleet("plan", "--spec", str(tmp_path / "fleet.yaml"), "--today", "2026-12-01").code == 0
    (service,) = load_spec(tmp_path / "fleet.yaml").workloads
    kinds = Catalog.load().types

    for allocation in read_lock(tmp_path / "fleet.lock.json").allocations:
        on_each = -(-service.replicas // allocation.count)
        memory = kinds[allocation.instance_type].memory_gib
        assert on_each * service.per_replica.memory_gib <= memory - 0.5
