"""What a Pulumi program needs to declare a fleet: the spec, a lock that matches it, and the stack's settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from fleet.catalog import Catalog
from fleet.catalog.spec_names import known
from fleet.errors import FleetError
from fleet.plans import lock_path, read_lock, require_fresh
from fleet.resources.fleet import FleetArgs
from fleet.resources.settings import read_settings
from fleet.spec import load_spec

__all__ = ["args_from_config", "read_args"]

_OBJECTS = ("clusters", "network", "networks", "reservations", "root_volume_gib", "schedule", "tags", "target_groups")


def args_from_config(config: pulumi.Config) -> FleetArgs:
    """Arguments of `Fleet` from the stack's configuration, keys as in docs/components.md.

    Stops the program with one clear line when the spec has problems or the lock is missing, broken or stale: no
    resource has been declared by then.
    """
    settings: dict[str, Any] = {key: config.get_object(key) for key in _OBJECTS}
    settings["protect"] = config.get_bool("protect")
    settings["target_cpu_percent"] = config.get_float("target_cpu_percent")
    given = {key: value for key, value in settings.items() if value is not None}
    try:
        return read_args(Path(config.get("spec") or "fleet.yaml"), given, _path(config.get("catalog")))
    except FleetError as error:
        raise pulumi.RunError(str(error)) from error
    except pulumi.InputPropertyError as error:
        raise pulumi.RunError(f"fleet:{error.property_path}: {error.reason}") from error


def read_args(
    spec_path: Path, settings: Mapping[str, Any] | None = None, catalog_path: Path | None = None
) -> FleetArgs:
    """Spec, lock and settings from files; FleetError when the lock was made from another spec."""
    catalog = Catalog.load(catalog_path)
    spec = load_spec(spec_path, None if catalog.plain else known(catalog))
    plan = read_lock(lock_path(spec_path))
    require_fresh(plan, spec)
    return FleetArgs(spec=spec, plan=plan, catalog=catalog, settings=read_settings(settings or {}))


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
