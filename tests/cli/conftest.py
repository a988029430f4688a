"""The command line run in process, in a folder of its own that holds the example fleet."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAY = "2026-12-01"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def example(tmp_path, monkeypatch):
    """A folder with the example's program and spec, without its lock; the current folder."""
    for name in ("fleet.yaml", "Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dev.yaml", "__main__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    # Pulumi.yaml names the environment of the checkout.
    (tmp_path / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("FLEET_TODAY", raising=False)
    monkeypatch.delenv("FLEET_CATALOG", raising=False)
    return tmp_path


@pytest.fixture
def fleet(capfd):
    """`fleet(*arguments)` runs the command and gives its exit code and output; a traceback of ours fails the test."""
    from fleet.cli import main

    def run(*arguments: str) -> Ran:
        capfd.readouterr()
        code = main(list(arguments))
        out, err = capfd.readouterr()
        assert "fleet/cli" not in out + err
        return Ran(code, out, err)

    return run


@pytest.fixture(scope="session")
def example_lock(tmp_path_factory):
    """The lock of the example, planned once for all tests of a process."""
    from fleet.cli import main

    folder = tmp_path_factory.mktemp("planned")
    shutil.copy(ROOT / "fleet.yaml", folder / "fleet.yaml")
    assert main(["plan", "--spec", str(folder / "fleet.yaml"), "--today", DAY]) == 0
    return folder / "fleet.lock.json"


@pytest.fixture
def planned(example, example_lock):
    """The example folder with its lock."""
    shutil.copy(example_lock, example / "fleet.lock.json")
    return example
