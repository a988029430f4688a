"""`fleet init`: a folder to start from."""

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Annotated

import typer

from fleet.cli import voice
from fleet.cli.starter import starter_files
from fleet.errors import FleetError

__all__ = ["init", "write_starter"]

_HARMLESS = frozenset({".git", ".gitignore", ".venv", "LICENSE", "README.md", "venv"})
"""What a folder may hold already: a fresh clone and an environment are as good as empty."""


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to fill; made when it is not there.")] = Path(),
) -> None:
    """Start a project: a commented fleet.yaml and the program.

    Writes fleet.yaml, Pulumi.yaml, __main__.py and a pull-request workflow into a folder that is empty or not there.

    Examples:
        fleet init
        fleet init my-fleet
    """
    for path in write_starter(folder):
        typer.echo(f"wrote {path}")
    inside = "" if folder.resolve() == Path.cwd() else f"cd {folder}, "
    voice.say(f"next: {inside}edit fleet.yaml, then run 'fleet plan' and 'fleet preview'")


def write_starter(folder: Path) -> list[Path]:
    """Write the starter files; FleetError, with nothing written, when the folder is not empty."""
    if folder.exists() and not folder.is_dir():
        raise FleetError(f"{folder} is a file (allowed an empty folder, or one that is not there yet)")
    there = sorted(item.name for item in folder.iterdir() if item.name not in _HARMLESS) if folder.exists() else []
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""  # noqa: PLR2004  (three names are enough)
        raise FleetError(
            f"{folder} is not empty (found {', '.join(there[:3])}{more}); nothing was written: name an empty folder"
        )
    written = []
    for name, text in starter_files(_name(folder), _requirement()).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        written.append(path)
    return written


def _requirement() -> str:
    """What installs this fleet elsewhere: the commit it came from, where pip knows it (PEP 610), else its version."""
    here = distribution("fleet-planner")
    origin = json.loads(here.read_text("direct_url.json") or "{}")
    if "vcs_info" in origin:
        source = f"{origin['vcs_info']['vcs']}+{origin['url']}@{origin['vcs_info']['commit_id']}"
        return f"fleet-planner @ {source}"
    return f"fleet-planner=={here.version}"


def _name(folder: Path) -> str:
    """A fleet's name made from the folder's: lower case letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-").lstrip("0123456789-")[:40].strip("-")
    return plain or "fleet"
