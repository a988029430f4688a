"""The shipped catalog, read once, and snapshots that a test may break."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from fleet.catalog import SHIPPED, Catalog


@pytest.fixture(scope="session")
def catalog():
    return Catalog.load(SHIPPED)


@pytest.fixture(scope="session")
def today():
    return date(2026, 11, 24)


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped snapshot."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "snapshot"))


@pytest.fixture(scope="session")
def source_rows():
    """Rows of a source table by its name."""
    import csv

    def read(name):
        with (SHIPPED.parent / "sources" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
