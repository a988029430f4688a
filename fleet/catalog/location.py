"""Where a user's own snapshots are, and which of them is the newest."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["day_of", "snapshots", "user_folder"]

_MANIFEST = "manifest.json"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d+))?")
"""A day, and a number from the second snapshot of that day on: 2026-11-24, 2026-11-24.2."""


def user_folder(environment: Mapping[str, str]) -> Path:
    """Folder of the user's snapshots: `$XDG_DATA_HOME/fleet/catalog`, else `~/.local/share/fleet/catalog`."""
    base = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME") or Path.home()) / ".local" / "share")
    return Path(base) / "fleet" / "catalog"


def snapshots(folder: Path) -> list[Path]:
    """Snapshots of a folder, the newest figures first, of one day the last one first."""
    found = [path for path in folder.glob("*") if _NAME.fullmatch(path.name) and (path / _MANIFEST).is_file()]
    return sorted(found, key=lambda path: (day_of(path), _number(path)), reverse=True)


def day_of(snapshot: Path) -> str:
    """The day of a snapshot's newest figure; empty where the manifest cannot be read, so that it comes last."""
    try:
        return str(json.loads((snapshot / _MANIFEST).read_text(encoding="utf-8")).get("as_of", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _number(snapshot: Path) -> tuple[str, int]:
    day, number = snapshot.name.partition(".")[::2]
    return day, int(number or 1)
