"""`diff` tells what came, what went and which prices moved."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fleet.catalog import SHIPPED, Catalog
from fleet.catalog.building import columns_of
from fleet.catalog.difference import compare, difference_json, difference_text
from fleet.catalog.snapshot import Table, read_snapshot
from fleet.catalog.store import write_snapshot


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """The shipped snapshot with one price raised, one gone, one type gone and one new."""
    old = read_snapshot(SHIPPED)
    tables = {name.removesuffix(".csv"): old.rows(name.removesuffix(".csv")) for name in old.files}
    prices = [row for row in tables["on_demand/us-east-1"] if row["instance_type"] != "a1.large"]
    tables["on_demand/us-east-1"] = [
        row | {"usd": "0.5"} if row["instance_type"] == "m7g.large" else row for row in prices
    ]
    types = [row for row in tables["types"] if row["name"] != "t1.micro"]
    tables["types"] = [*types, types[0] | {"name": "a9.large", "family": "a9"}]
    done = {name: Table(columns=columns_of(name), rows=rows) for name, rows in tables.items()}
    day = date(2026, 12, 1)
    return Catalog.load(write_snapshot(tmp_path_factory.mktemp("user"), done, day=day, as_of=day))


@pytest.fixture(scope="module")
def found(changed):
    return compare(Catalog.load(SHIPPED), changed)


def test_types_that_came_and_went(found):
    assert (found.new_types, found.gone_types) == (("a9.large",), ("t1.micro",))


def test_prices_that_moved_and_went(found):
    moves = {(move.instance_type, move.purchase): move for move in found.moves if move.region == "us-east-1"}

    assert (moves["m7g.large", "on_demand"].before, moves["m7g.large", "on_demand"].after) == (
        Decimal("0.0816"),
        Decimal("0.5"),
    )
    assert moves["a1.large", "on_demand"].after is None
    assert {name for name, _ in moves} <= {"m7g.large", "a1.large", "t1.micro"}


def test_text_puts_the_largest_move_first(found):
    lines = difference_text(found).splitlines()

    assert lines[0] == "New types: a9.large"
    assert "m7g.large" in lines[5]
    assert "+512.7 %" in lines[5]


def test_json_has_every_move(found):
    assert len(difference_json(found)["moves"]) == len(found.moves)


def test_percent_of_what_had_no_price_is_unknown(found):
    move = replace(found.moves[0], before=None)

    assert move.percent is None
