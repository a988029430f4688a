"""A plain list of shapes is a catalog that knows these types and nothing else."""

import json
from decimal import Decimal

import pytest

from fleet.catalog import Catalog, Price, Unpriced
from fleet.errors import CatalogError

_SHAPES = [
    {"name": "small", "architecture": "arm64", "vcpus": 2, "memory_gib": 7.5, "max_pods": 29, "on_demand_usd": 0.1},
    {"name": "large", "architecture": "x86_64", "vcpus": 8, "memory_gib": 30, "max_pods": 110, "on_demand_usd": 0.37},
]


@pytest.fixture
def write(tmp_path):
    def put(content):
        path = tmp_path / "shapes.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return put


def test_types_are_those_of_the_list(write):
    found = Catalog.load(write(_SHAPES))

    assert found.plain
    assert list(found.types) == ["large", "small"]
    assert (found.type("small").vcpus, found.type("small").memory_gib, found.type("small").max_pods) == (2, 7.5, 29)


def test_price_and_offer_hold_in_every_zone(write):
    found = Catalog.load(write(_SHAPES))

    for region in ("us-east-1", "eu-west-1"):
        assert found.on_demand("large", region).usd == Decimal("0.37")
        assert found.offered("large", region) == found.zones(region)


def test_nothing_else_is_known(write):
    found = Catalog.load(write(_SHAPES))
    others = [
        found.price("large", "us-east-1", way) for way in ("spot", "savings_plan", "capacity_block", "dedicated_host")
    ]

    assert all(isinstance(price, Unpriced) for price in others)
    assert found.type("large").generation is None
    assert not found.accelerators


def test_fingerprint_is_of_the_file(write):
    one = Catalog.load(write(_SHAPES)).sha256
    other = Catalog.load(write([_SHAPES[0]])).sha256

    assert one != other
    assert Catalog.load(write(_SHAPES)).sha256 == one


def test_order_of_the_list_does_not_matter(write):
    forth, back = Catalog.load(write(_SHAPES)), Catalog.load(write(_SHAPES[::-1]))

    assert dict(forth.types) == dict(back.types)
    assert isinstance(forth.on_demand("small", "us-east-1"), Price)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("[", "cannot be read as a JSON list", id="cut"),
        pytest.param({"a": 1}, "expected a list of objects", id="no list"),
        pytest.param([], "expected a list of objects", id="empty"),
        pytest.param([3], "entry 1: expected an object, found int", id="no object"),
        pytest.param([_SHAPES[0], _SHAPES[0]], "'small' is there 2 times", id="twice"),
        pytest.param([_SHAPES[0] | {"vcpus": 0}], "vcpus must be a number above 0, found 0", id="nothing"),
        pytest.param([_SHAPES[0] | {"vcpus": "2"}], "vcpus must be a number above 0, found '2'", id="text"),
        pytest.param([_SHAPES[0] | {"cpu": 2}], "unknown field 'cpu'", id="unknown field"),
        pytest.param([_SHAPES[0] | {"architecture": "arm"}], "'arm' is none of", id="architecture"),
        pytest.param([_SHAPES[0] | {"name": 5}], "name must be a text, found 5", id="name is no text"),
        pytest.param([_SHAPES[0] | {"name": ["x"]}], "name must be a text", id="name is a list"),
        pytest.param([_SHAPES[0] | {"name": ""}], "name must be a text, found ''", id="no name"),
        pytest.param([_SHAPES[0] | {"vcpus": float("inf")}], "vcpus must be a number above 0", id="no end"),
        pytest.param([_SHAPES[0] | {"max_pods": 2.5}], "max_pods must be a whole number", id="half a pod"),
        pytest.param([{"name": "x"}], "field 'vcpus' is missing", id="missing"),
    ],
)
def test_wrong_list_says_what_is_wrong(write, content, message):
    with pytest.raises(CatalogError, match=message):
        Catalog.load(write(content))


def test_all_problems_are_reported_together(write):
    with pytest.raises(CatalogError) as caught:
        Catalog.load(write([_SHAPES[0] | {"vcpus": 0}, _SHAPES[1] | {"memory_gib": -1}]))

    assert len(str(caught.value).splitlines()) == 2
