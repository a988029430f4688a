"""Programs and packs to run, and a preview with the real CLI."""

from datetime import date
from pathlib import Path

import pytest

from fleet.engine.real import preview_with_cli

HERE = Path(__file__).parent


@pytest.fixture
def programs():
    return HERE / "programs"


@pytest.fixture
def packs():
    return HERE / "packs"


@pytest.fixture(scope="session")
def day():
    return date(2026, 12, 1)


@pytest.fixture
def preview(cli, tmp_path):
    """Preview with the real CLI, the simulated provider and a throw-away backend; notices go into `said`."""
    said = []

    def run(folder, **options):
        wanted = {"throw_away": True, "simulated_aws": True, "say": said.append, **options}
        return preview_with_cli(folder, cli=cli, **wanted)

    run.said = said
    return run
