"""The repository as its readers find it: small files, no marks of unfinished work, nothing of a machine or a person."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
PYTHON = [name for name in TRACKED if name.endswith(".py")]
TEXT = [name for name in TRACKED if name.endswith((".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".mod", ".json"))]
# Spelled apart, so that this file does not find itself.
UNFINISHED = re.compile(
    "|".join(["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", r"mark\.sk" + "ip", r"pytest\.sk" + r"ip\("])
)
MACHINE = re.compile("|".join(["/wo" + "rk/", "/root" + "/", "files\\.python" + "hosted", "proxy\\.golang" + "\\.org"]))


@pytest.mark.parametrize("name", [n for n in PYTHON if n.startswith(("fleet/", "policies/"))])
def test_a_module_is_at_most_400_lines(name):
    """A file that grows beyond this holds more than one noun."""
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 400


def test_no_mark_of_unfinished_work_and_no_skipped_test():
    """What is not done is an open issue, not a comment; a test that is left out hides a gap."""
    found = [name for name in PYTHON if UNFINISHED.search((ROOT / name).read_text(encoding="utf-8"))]

    assert found == []


def test_no_path_of_a_machine_and_no_address_of_a_package_index():
    found = [name for name in TEXT if MACHINE.search((ROOT / name).read_text(encoding="utf-8"))]

    assert found == []


def test_the_program_is_short():
    """At most 20 lines: the program says what is there, the package knows how."""
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 20


def test_no_cache_or_built_file_is_tracked():
    assert [n for n in TRACKED if n.endswith((".pyc", ".whl", ".so", ".exe")) or "__pycache__" in n] == []
