"""Source tables and API records -> the tables of a snapshot. Used by the build script and the refresh, never by a plan."""

from fleet.catalog.building.build import build
from fleet.catalog.building.columns import COLUMNS

__all__ = ["COLUMNS", "build"]
