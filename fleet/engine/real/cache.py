"""The cache folder outside every clone, and the lock that keeps two processes from building at once."""

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fleet.errors import MissingError

__all__ = ["UNFINISHED", "cli_folder", "exclusive", "remove_unfinished"]

UNFINISHED = ".unfinished-"
"""How the name of a folder begins in which the CLI is being made."""


def cli_folder(environment: Mapping[str, str], version: str) -> Path:
    """Where the CLI of this version is kept: `$XDG_CACHE_HOME/fleet/pulumi-cli/VERSION` (default `~/.cache`)."""
    home = Path(environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home()) / ".cache")
    return home / "fleet" / "pulumi-cli" / version


def remove_unfinished(folder: Path) -> None:
    """Remove what makers that were killed left behind; only for the one who holds the lock."""
    for left in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def exclusive(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of `folder` (made if missing); says so when another process holds it and waits.

    The lock is the operating system's: it ends with the process, however that ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder.parent / f"{folder.name}.lock").open("w")
    except OSError as problem:
        raise MissingError(
            f"the cache folder {folder} cannot be written ({problem.strerror}); "
            "make room or name another with XDG_CACHE_HOME"
        ) from problem
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is getting the Pulumi CLI; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
