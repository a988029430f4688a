"""Source tables and API records -> the tables of a snapshot. For the build script and the refresh, never for a plan."""

from fleet.catalog.building.build import build, complete, curated_facts
from fleet.catalog.building.columns import COLUMNS, columns_of
from fleet.catalog.building.reading import Sources, zone_letters

__all__ = ["COLUMNS", "Sources", "build", "columns_of", "complete", "curated_facts", "zone_letters"]
