"""Output of commands inside pages: each block is run, and what it printed stands in the page.

A page says `<!-- folder: FOLDER -->` where its commands run: a copy of a folder of the repository (`.` is the example
fleet), or `empty`. A block is

    <!-- run: COMMAND | keep N | exit CODE | in SUBFOLDER -->
    ...
    <!-- end -->

`keep` shows the first N lines (all without), `exit` is the code that is expected (0 without). Blocks of a page run in
order in one folder, so that one may use what an earlier one wrote.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "FLEET_TODAY": "2026-12-01"}

_FOLDER = re.compile(r"<!-- folder: (\S+) -->")
_BLOCK = re.compile(
    r"<!-- run: (?P<command>.+?)(?P<settings>(?: \| (?:keep|exit|in) \S+)*) -->.*?<!-- end -->", re.DOTALL
)
_EXAMPLE = ("fleet.yaml", "Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dev.yaml", "__main__.py")


def with_outputs(text: str) -> str:
    """The page with what its commands print today."""
    found = _FOLDER.search(text)
    if _BLOCK.search(text) is None:
        return text
    with tempfile.TemporaryDirectory() as folder:
        home = _filled(Path(folder), found[1] if found else ".")
        return _BLOCK.sub(lambda block: _block(block, home), text)


def _filled(folder: Path, source: str) -> Path:
    """A folder like the source's, inside one whose environment is ours; gives where commands run."""
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    if source == ".":
        for name in _EXAMPLE:
            shutil.copy(ROOT / name, folder)
        shutil.copytree(ROOT / "policies", folder / "policies")
        return folder
    home = folder / (source if source != "empty" else "work")  # `../../.venv` of an example leads to our environment
    if source == "empty":
        home.mkdir()
    else:
        shutil.copytree(ROOT / source, home, ignore=shutil.ignore_patterns("__pycache__"))
    return home


def _block(found: re.Match[str], home: Path) -> str:
    settings = dict(part.split() for part in found["settings"].split(" | ") if part)
    shown = _output(found["command"], home / settings.get("in", "."), int(settings.get("exit", 0)))
    keep = int(settings.get("keep", len(shown)))
    if len(shown) > keep:
        shown = [*shown[:keep], "..."]
    text = "\n".join([f"$ {found['command']}", *shown])
    return f"<!-- run: {found['command']}{found['settings']} -->\n```text\n{text}\n```\n<!-- end -->"


def _output(command: str, folder: Path, code: int) -> list[str]:
    """What a `fleet` command prints: its result, or what it says where there is none. Any other exit code stops us."""
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        capture_output=True, text=True, env=ENVIRONMENT, cwd=folder, check=False,
    )  # fmt: skip
    if done.returncode != code:
        raise SystemExit(f"'{command}' ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
    # How long it took differs from run to run.
    lines = (done.stdout or done.stderr).splitlines()
    return [re.sub(r", solved in [0-9.]+ s", "", line.rstrip()) for line in lines]
