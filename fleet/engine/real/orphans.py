"""What killed runs leave behind: their processes, and their folders, whose logs of calls hold secrets in plain text.

Run as a script, by path, this is the guard of a run: it waits for the lock that goes with the run's process, however
that ends, and cleans up after it. Nothing of `fleet` is imported, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARKER", "end_strays", "guarded_folder"]

MARKER = "FLEET_WORKBENCH"
"""Environment variable that every process of a run carries, with the run's own folder as its value."""
_PREFIX = "fleet-engine-"
_OWNER = ".owner"
"""File that is locked as long as the process that owns a folder lives."""


@contextlib.contextmanager
def guarded_folder() -> Iterator[Path]:
    """A folder of this run's own; what carries its name and the folder itself go with the block, or with the process.

    Folders of runs that were killed, and whose guard was too, go before.
    """
    place = Path(tempfile.gettempdir())
    _remove_orphans(place)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    try:
        with (folder / "owner").open("w") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX)
            # Under its own name only when it is locked: nobody takes a folder that is just being made for an orphan.
            (folder / "owner").rename(folder / _OWNER)
            with _guard(folder):
                yield folder
    finally:
        end_strays(str(folder))
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _guard(folder: Path) -> Iterator[None]:
    """A process that outlives this one, if it is killed, long enough to clean up."""
    guard = subprocess.Popen(  # noqa: S603  (this very file)
        [sys.executable, "-I", "-S", __file__, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # In a session of its own: an interrupt from the terminal is not meant for it.
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.kill()
        guard.wait()


def _remove_orphans(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        # What cannot be had is in use, just being made, or another user's.
        with contextlib.suppress(OSError):
            _remove(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(folder: Path, lock: int) -> None:
    """End what a run left, and remove its folder, once its lock can be had."""
    with (folder / _OWNER).open("r+") as owner:
        fcntl.flock(owner, lock)
        end_strays(str(folder), patience=0)
        shutil.rmtree(folder, ignore_errors=True)


def end_strays(marker: str, *, patience: float = 3.0) -> list[int]:
    """End every process that still carries the marker of a run, and name them.

    Plugins notice within a second that their engine is gone; they get that second, then they are killed. Looks
    through /proc, so it finds nothing on systems without.
    """
    deadline = time.monotonic() + patience
    strays = _carriers(marker)
    while strays and time.monotonic() < deadline:
        time.sleep(0.05)
        strays = _carriers(marker)
    for process in strays:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return strays


def _carriers(marker: str) -> list[int]:
    wanted = f"{MARKER}={marker}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or another user's
    return found


if __name__ == "__main__":
    _remove(Path(sys.argv[1]), fcntl.LOCK_EX)
