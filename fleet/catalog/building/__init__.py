"""Source tables and API records -> the tables of a snapshot. For the build script and the refresh, never for a plan."""

from fleet.catalog.building.build import build
from fleet.catalog.building.columns import COLUMNS

__all__ = ["COLUMNS", "build"]
