"""What the engine cannot pass on comes from the environment; paths start at the program's folder."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.catalog import Catalog
from fleet.errors import ConfigError
from fleet.result.baseline import Baseline, read_baseline
from fleet.result.exemptions import Waiver, read_exemptions
from fleet_policies.rule import Rule
from fleet_policies.scene import Given

if TYPE_CHECKING:
    from fleet.plans import Plan
    from fleet.spec import FleetSpec

__all__ = ["configured_region", "read_given"]

_SPEC = "fleet.yaml"
_EXEMPTIONS = "exemptions.yaml"


def read_given(environment: Mapping[str, str], folder: Path, rules: Mapping[str, Rule], baseline: str | None) -> Given:
    """What FLEET_TODAY, FLEET_CATALOG, FLEET_SPEC, FLEET_BASELINE and FLEET_EXEMPTIONS name. FleetError when broken.

    Without the variable, fleet.yaml and exemptions.yaml of the folder are read if they are there. `baseline` is the
    path that the configuration names; the variable wins.
    """
    catalog_path = environment.get("FLEET_CATALOG")
    catalog = Catalog.load(folder / catalog_path if catalog_path else None)
    spec_path = _named(environment, "FLEET_SPEC", folder, _SPEC)
    spec, plan = (None, None) if spec_path is None else _planned(spec_path, catalog)
    return Given(
        today=_today(environment),
        catalog=catalog,
        spec=spec,
        plan=plan,
        baseline=_baseline(environment.get("FLEET_BASELINE") or baseline, folder),
        waivers=_waivers(_named(environment, "FLEET_EXEMPTIONS", folder, _EXEMPTIONS), rules),
    )


def configured_region(environment: Mapping[str, str]) -> dict[str, str]:
    """The region that the AWS provider takes from the environment when the stack configures none."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    return {"aws:region": region} if region else {}


def _named(environment: Mapping[str, str], variable: str, folder: Path, usual: str) -> Path | None:
    """The file that a variable names, else the usual one if it is there."""
    named = environment.get(variable)
    if named:
        return folder / named
    return folder / usual if (folder / usual).is_file() else None


def _today(environment: Mapping[str, str]) -> date:
    given = environment.get("FLEET_TODAY")
    if not given:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise ConfigError(f"FLEET_TODAY is {given!r}; a date as 2026-12-31 is expected") from error


def _planned(spec_path: Path, catalog: Catalog) -> "tuple[FleetSpec, Plan | None]":
    """The spec, and the lock beside it when there is one."""
    # Most programs know nothing of the planner, and its models take a while to import.
    from fleet.catalog.spec_names import known  # noqa: PLC0415
    from fleet.plans import lock_path, read_lock  # noqa: PLC0415
    from fleet.spec import load_spec  # noqa: PLC0415

    lock = lock_path(spec_path)
    return load_spec(spec_path, known(catalog)), read_lock(lock) if lock.is_file() else None


def _baseline(named: str | None, folder: Path) -> Baseline | None:
    return read_baseline(folder / named) if named else None


def _waivers(path: Path | None, rules: Mapping[str, Rule]) -> tuple[Waiver, ...]:
    return () if path is None else read_exemptions(path, {name: rule.id for name, rule in rules.items()})
