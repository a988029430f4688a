"""`fleet init`: a folder that loads, and nothing of the user's overwritten."""

import ast

import pytest

from fleet.cli.init import write_starter
from fleet.errors import FleetError
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
