"""Where a refresh writes the user's own snapshots."""

from collections.abc import Mapping
from pathlib import Path

__all__ = ["user_folder"]


def user_folder(environment: Mapping[str, str]) -> Path:
    """Folder of the user's snapshots: `$XDG_DATA_HOME/fleet/catalog`, else `~/.local/share/fleet/catalog`."""
    base = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME") or Path.home()) / ".local" / "share")
    return Path(base) / "fleet" / "catalog"
