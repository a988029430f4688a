"""Writing a snapshot: all of it or nothing, and beside the older ones, never over them."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path

from fleet.catalog.snapshot import Table, read_snapshot, render
from fleet.errors import CatalogError, FleetError, MissingError

__all__ = ["check_writable", "locked", "write_snapshot"]

_STAGING = ".unfinished-"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def check_writable(folder: Path) -> None:
    """CatalogError when snapshots cannot be written to a folder, before anything is read for them."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise CatalogError(f"snapshots cannot be written to '{folder}': '{there}' is no folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise CatalogError(f"snapshots cannot be written to '{folder}': no permission to write to '{there}'")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder of snapshots for one writer, waiting while another one has it. The folder is made if need be.

    The lock is the kernel's: it ends with its process, however that ends. What a writer that was killed left
    unfinished is removed.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            for left in folder.glob(f"{_STAGING}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            os.close(handle)


def write_snapshot(folder: Path, tables: Mapping[str, Table], *, day: date, as_of: date) -> Path:
    """Write tables as the snapshot `<folder>/<day>` (`<day>.2` when that is there) and return its path.

    The files are written beside it, read back and checked, and put in place by one rename: there is never half a
    snapshot under its name, and no older one is touched. CatalogError or MissingError when that is not possible.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
        try:
            for name, content in render(tables, as_of=as_of).items():
                path = staging / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            read_snapshot(staging)
            staging.chmod(0o755)
            return staging.rename(_free(folder, day))
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _free(folder: Path, day: date) -> Path:
    """The first name of a day that no snapshot has."""
    names = (f"{day}" if number == 1 else f"{day}.{number}" for number in count(1))
    return next(folder / name for name in names if not (folder / name).exists())


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """What the disk refuses, as an error of ours: a full one is something missing, the rest a wrong folder."""
    try:
        yield
    except OSError as exc:
        kind: type[FleetError] = MissingError if exc.errno in _FULL else CatalogError
        raise kind(
            f"the snapshot cannot be written to '{folder}': {exc.strerror or exc}; the old snapshot stays"
        ) from exc
