"""`fleet init`: a folder to start from."""

import json
import re
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Annotated, Any

import typer

from fleet.cli import voice
from fleet.cli.starter import WORKFLOW, starter_files
from fleet.errors import FleetError

__all__ = ["init", "requirement_of", "write_starter"]

_HARMLESS = frozenset({".git", ".gitignore", ".venv", "LICENSE", "README.md", "venv"})
"""What a folder may hold already: a fresh clone and an environment are as good as empty."""


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to fill; made when it is not there.")] = Path(),
    fleet_from: Annotated[
        str | None,
        typer.Option(
            "--fleet-from",
            metavar="GIT_URL",
            help="The git repository that the workflow installs fleet from, @REVISION at its end "
            "[default: what this installation came from].",
        ),
    ] = None,
) -> None:
    """Start a project: a commented fleet.yaml and the program.

    Writes fleet.yaml, Pulumi.yaml, __main__.py and a pull-request workflow into a folder that is empty or not there.

    Examples:
        fleet init
        fleet init my-fleet
        fleet init my-fleet --fleet-from https://git.example.com/tools/fleet.git@v0.1.0
    """
    requirement = _from_git(fleet_from) if fleet_from else _requirement()
    for path in write_starter(folder, requirement):
        typer.echo(f"wrote {path}")
    inside = "" if folder.resolve() == Path.cwd() else f"cd {folder}, "
    voice.say(f"next: {inside}edit fleet.yaml, then run 'fleet plan' and 'fleet preview'")
    if requirement is None:
        voice.say(
            f"before you push: this fleet was installed from a folder, which a pull request cannot reach; put its git "
            f"repository into FLEET of {folder / WORKFLOW} (or start again with --fleet-from GIT_URL)"
        )


def write_starter(folder: Path, requirement: str | None = None) -> list[Path]:
    """Write the starter files; FleetError, with nothing written, when the folder is not empty.

    `requirement` is what installs fleet in the workflow (PEP 508); without one the workflow says what to replace.
    """
    if folder.exists() and not folder.is_dir():
        raise FleetError(f"{folder} is a file (allowed an empty folder, or one that is not there yet)")
    there = sorted(item.name for item in folder.iterdir() if item.name not in _HARMLESS) if folder.exists() else []
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""  # noqa: PLR2004  (three names are enough)
        raise FleetError(
            f"{folder} is not empty (found {', '.join(there[:3])}{more}); nothing was written: name an empty folder"
        )
    written = []
    for name, text in starter_files(_name(folder), requirement).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        written.append(path)
    return written


def _requirement() -> str | None:
    """What installs this fleet elsewhere, as pip recorded where it came from (PEP 610); None for a folder or file."""
    here = distribution("fleet-planner")
    return requirement_of(here.version, json.loads(here.read_text("direct_url.json") or "{}"))


def requirement_of(version: str, origin: Mapping[str, Any]) -> str | None:
    """The requirement for an installation with that `direct_url.json`, empty for one from an index."""
    if not origin:
        return f"fleet-planner=={version}"
    if origin["url"].startswith("file:"):
        return None
    if "vcs_info" in origin:
        return f"fleet-planner @ {origin['vcs_info']['vcs']}+{origin['url']}@{origin['vcs_info']['commit_id']}"
    return f"fleet-planner @ {origin['url']}"


def _from_git(url: str) -> str:
    """The requirement for a git repository that the user names."""
    plain = url.removeprefix("git+")
    if not re.fullmatch(r"(https|ssh)://[^\s\"'$`\\]+", plain):
        raise FleetError(
            f"--fleet-from: not the address of a git repository (found {url[:200]!r}, allowed https://... or "
            "ssh://..., @REVISION at its end)"
        )
    return f"fleet-planner @ git+{plain}"


def _name(folder: Path) -> str:
    """A fleet's name made from the folder's: lower case letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-").lstrip("0123456789-")[:40].strip("-")
    return plain or "fleet"
