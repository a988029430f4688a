"""What pages say of the prices that ship is what the catalog has."""

from pathlib import Path

import pytest

from fleet.catalog import Catalog
from fleet.catalog.model import Price

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def coverage():
    """Region -> types offered there that EC2 sells on demand, and how many have that price; known regions only."""
    catalog, found = Catalog.load(), {}
    for region in catalog.regions:
        sold = [t.name for t in catalog.types.values() if "on-demand" in t.usage_classes]
        offered = [name for name in sold if catalog.offered(name, region)]
        priced = sum(isinstance(catalog.on_demand(name, region), Price) for name in offered)
        found[region] = (len(offered), priced)
    return found


def test_the_catalog_page_has_a_line_of_every_region(coverage):
    known = sorted((region, *figures) for region, figures in coverage.items() if figures[0])
    rows = [f"| {region} | {offered:,} | {priced:,} |" for region, offered, priced in known]

    page = (ROOT / "docs" / "catalog.md").read_text(encoding="utf-8")

    table = page.split("| --- | ---: | ---: |\n")[1].split("\n\n")[0].splitlines()
    assert table == rows


def test_the_readme_names_how_few_prices_there_are_outside_the_best_region(coverage):
    offered, priced = coverage["us-east-1"]
    others = [figures for region, figures in coverage.items() if region != "us-east-1" and figures[1]]
    share = sum(p for _, p in others) / sum(o for o, _ in others)
    silent = sum(1 for figures in coverage.values() if not figures[1])

    limits = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split("## Limits")[1].split())

    said = (
        f"on-demand prices of {priced:,} of {offered:,} types in us-east-1, of {100 * share:.0f} % in "
        f"{len(others)} other regions and none in {silent}"
    )
    assert said in limits
    assert "fleet catalog refresh" in limits
