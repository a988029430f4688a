"""Which Python runs a program or a plugin: the `virtualenv` option as Pulumi's own host reads it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from fleet.errors import MissingError

__all__ = ["choose_interpreter"]


def choose_interpreter(root: Path, options: Mapping[str, object], *, is_plugin: bool) -> Path:
    """The interpreter for a program or plugin whose project file lies in `root`.

    A relative `virtualenv` is joined to `root`. Without the option a plugin takes `<root>/venv`, never the ambient
    Python; a program takes `PULUMI_PYTHON_CMD`, else the Python that runs this host.
    """
    toolchain = str(options.get("toolchain") or "pip").lower()
    if toolchain not in {"pip", "uv"}:
        raise MissingError(
            f"the Python toolchain {toolchain!r} of {root} needs Pulumi's own language host; "
            "the stand-in knows pip and uv; install Pulumi from https://www.pulumi.com/docs/install"
        )
    named = options.get("virtualenv")
    if named:
        return _of_virtualenv(root / str(named))
    if toolchain == "uv":
        return _of_virtualenv(root / ".venv")
    if is_plugin:
        return _of_virtualenv(root / "venv")
    return Path(os.environ.get("PULUMI_PYTHON_CMD") or sys.executable)


def _of_virtualenv(folder: Path) -> Path:
    place = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    interpreter = folder.joinpath(*place)
    if not interpreter.exists():
        raise MissingError(
            f"the virtualenv {os.path.normpath(folder)} has no Python; it is named by (or the default of) "
            "`runtime.options.virtualenv`, relative to the folder of the project file; create it or correct the path"
        )
    return Path(os.path.normpath(interpreter))
