"""Writing a snapshot: all of it or nothing, and never over an older one before the new one is complete."""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fleet.catalog.snapshot import Table, read_snapshot, render

__all__ = ["write_snapshot"]


def write_snapshot(folder: Path, tables: Mapping[str, Table], *, day: date, as_of: date) -> Path:
    """Write tables as the snapshot `<folder>/<day>` and return its path; a failure leaves what was there.

    The files are written beside it, read back and checked, and renamed into place; a snapshot of the same day is
    moved aside first and restored if the rename fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / day.isoformat()
    staging = Path(tempfile.mkdtemp(prefix=f".{day}-", dir=folder))
    try:
        for name, content in render(tables, as_of=as_of).items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        read_snapshot(staging)
        _swap(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _swap(staging: Path, target: Path) -> None:
    """Put a finished folder in the place of another one; the other one comes back if that fails."""
    staging.chmod(0o755)
    if not target.exists():
        staging.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=".old-", dir=target.parent))
    target.rename(aside / target.name)
    try:
        staging.rename(target)
    except OSError:
        (aside / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
