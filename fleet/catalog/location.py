"""Where snapshots lie: the one that ships with fleet, and those that a refresh wrote into the user's folder."""

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["chosen_snapshot", "newest_snapshot", "user_folder"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def user_folder(environment: Mapping[str, str]) -> Path:
    """Folder of the user's snapshots: `$XDG_DATA_HOME/fleet/catalog`, else `~/.local/share/fleet/catalog`."""
    base = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME") or Path.home()) / ".local" / "share")
    return Path(base) / "fleet" / "catalog"


def newest_snapshot(folder: Path) -> Path | None:
    """The newest dated snapshot of a folder; None when there is none."""
    if not folder.is_dir():
        return None
    dated = [path for path in folder.iterdir() if _DAY.fullmatch(path.name) and (path / "manifest.json").is_file()]
    return max(dated, default=None)


def chosen_snapshot(asked: Path | None, environment: Mapping[str, str]) -> Path | None:
    """What to load: the one asked for, `FLEET_CATALOG`, the newest of the user; None stands for the shipped one."""
    if asked is not None:
        return asked
    if environment.get("FLEET_CATALOG"):
        return Path(environment["FLEET_CATALOG"])
    return newest_snapshot(user_folder(environment))
