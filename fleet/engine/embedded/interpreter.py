"""Which Python runs a program or a pack."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fleet.errors import MissingError

__all__ = ["environment_python", "pack_python", "program_python"]


def program_python(root: Path, options: Mapping[str, Any]) -> str:
    """The interpreter of a program: its `virtualenv` (relative to Pulumi.yaml), else the one that runs this."""
    named = options.get("virtualenv")
    if named:
        instead = ", or take the option out: the Python that runs fleet then runs the program"
        return environment_python(root / str(named), f"the option virtualenv of {root / 'Pulumi.yaml'}", instead)
    if options.get("toolchain") == "uv" and (root / ".venv").is_dir():
        return environment_python(root / ".venv", "the toolchain uv")
    return sys.executable


def pack_python(folder: Path, options: Mapping[str, Any]) -> tuple[str, str | None]:
    """The interpreter of a pack, and a note when it is not the one that the engine would take.

    The engine joins `virtualenv` to the pack's folder and takes `venv` in it when none is named, never the Python
    around it. A pack without any environment runs with the one that runs this, and the note says so.
    """
    named = options.get("virtualenv")
    if named:
        return environment_python(folder / str(named), f"the option virtualenv of {folder / 'PulumiPolicy.yaml'}"), None
    if (folder / "venv").is_dir():
        return environment_python(folder / "venv", "the pack"), None
    return sys.executable, (
        f"the policy pack in {folder} names no virtual environment and has no folder venv; it runs with "
        f"{sys.executable}, the Pulumi command line would refuse it"
    )


def environment_python(environment: Path, named_by: str, instead: str = "") -> str:
    """The interpreter of a virtual environment; MissingError with what to do, or do `instead`, where there is none."""
    for candidate in (environment / "bin" / "python", environment / "Scripts" / "python.exe"):
        if candidate.is_file():
            return str(candidate)
    found = shutil.which("python3") or sys.executable
    raise MissingError(
        f"the virtual environment {environment}, named by {named_by}, does not exist; "
        f"make it with '{found} -m venv {environment}' and install the requirements into it{instead}"
    )
