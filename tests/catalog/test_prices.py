"""Prices are those of the sources, in the region they were read in; everything else is unpriced with a reason."""

import random
from datetime import date
from decimal import Decimal

import pytest

from fleet.catalog import PURCHASES, UNDATED, Price, Unpriced, is_stale, staleness
from fleet.errors import UnknownName


def test_listed_prices_are_those_of_the_price_list(catalog, source_rows):
    wrong = []
    for row in source_rows("on_demand_linux"):
        price = catalog.on_demand(row["instance_type"], row["region"])
        if price.usd != Decimal(row["usd_per_hour"]) or price.as_of != date.fromisoformat(row["as_of"]) or price.note:
            wrong.append(row["instance_type"])

    assert wrong == []


def test_capacity_block_prices_are_those_of_the_page(catalog, source_rows):
    rows = [row for row in source_rows("capacity_blocks") if row["region_or_zone"] in catalog.regions]
    prices = [catalog.capacity_block(row["instance_type"], row["region_or_zone"]) for row in rows]

    assert len(rows) > 60
    assert [price.usd for price in prices] == [Decimal(row["usd_per_hour"]) for row in rows]


def test_at_least_1360_types_are_priced_or_say_where_they_are_sold(catalog):
    """In us-east-1 any way, or else in another region any way; the rest give a reason."""
    rest = []
    for name in catalog.types:
        here = any(isinstance(catalog.price(name, "us-east-1", way), Price) for way in PURCHASES)
        if not here and not catalog.offers(name):
            rest.append(name)

    assert len(catalog.types) - len(rest) >= 1360
    families = {catalog.type(name).family for name in rest}
    assert families == {"dl2q", "hpc6id", "hpc7a", "hpc8a", "r9gd", "t8i", "trn2u", "x8aedz"}
    assert all(catalog.on_demand(name, "us-east-1").reason for name in rest)


def _facts(source_rows):
    """Triples that a source table has a figure for, derived ones left out."""
    found = {(r["instance_type"], r["region"], "on_demand") for r in source_rows("on_demand_linux")}
    for row in source_rows("regional_prices"):
        found |= {(row["instance_type"], row["region"], way) for way in ("on_demand", "spot")}
    ways = {"on-demand": "on_demand", "host": "dedicated_host"}
    for row in source_rows("other_prices"):
        found.add((row["instance_type"], row["region"], ways.get(row["kind"], "capacity_block")))
    for row in source_rows("capacity_blocks"):
        found.add((row["instance_type"], row["region_or_zone"], "capacity_block"))
    found |= {(r["instance_type"], r["region"], "savings_plan") for r in source_rows("savings_plan_rates")}
    found |= {(r["instance_type"], r["region"], "spot") for r in source_rows("spot_advisor_linux")}
    samples = source_rows("spot_prices_sample")
    found |= {
        (r["instance_type"], region, "spot") for r in samples for region in (r["az"][:-1], "us-east-1", "us-west-2")
    }
    return found


def test_fifty_triples_that_no_source_has_are_unpriced_with_a_reason(catalog, source_rows):
    facts = _facts(source_rows)
    derivable = {"c", "m", "r", "t"}
    absent = [
        (item.name, region, way)
        for item in catalog.types.values()
        for region in catalog.regions
        for way in PURCHASES
        if (item.name, region, way) not in facts and not (way == "on_demand" and item.category in derivable)
    ]
    sample = random.Random(4).sample(absent, 50)

    answers = [catalog.price(*triple) for triple in sample]

    priced = [triple for triple, answer in zip(sample, answers, strict=True) if isinstance(answer, Price)]
    assert priced == []
    assert all(len(answer.reason) > 20 for answer in answers)


def test_accelerated_type_without_a_regional_price_is_never_given_another_regions(catalog):
    found = catalog.on_demand("g7e.48xlarge", "eu-central-1")

    assert isinstance(catalog.on_demand("g7e.48xlarge", "us-east-1"), Price)
    assert isinstance(found, Unpriced)


def test_derived_prices_are_marked_and_only_within_c_m_r_and_t(catalog):
    derived = {}
    for region in catalog.regions:
        for item in catalog.types.values():
            price = catalog.on_demand(item.name, region)
            if isinstance(price, Price) and price.note == "derived" and region != "us-east-1":
                derived[item.name, region] = price

    assert len(derived) > 1000
    assert {catalog.type(name).category for name, _ in derived} <= set("cmrt")
    assert not any(catalog.type(name).accelerator for name, _ in derived)
    assert all(catalog.offered(name, region) for name, region in derived)


def test_derived_price_is_the_known_size_by_vcpu(catalog):
    known = catalog.on_demand("m7g.2xlarge", "eu-west-1")
    derived = catalog.on_demand("m7g.8xlarge", "eu-west-1")

    assert known.note == ""
    assert (derived.usd, derived.note, derived.as_of) == (known.usd * 4, "derived", known.as_of)


def test_small_burstable_sizes_are_not_derived(catalog):
    """t4g.nano has as many vCPUs as t4g.large and costs a sixteenth of it."""
    assert catalog.on_demand("t4g.large", "eu-west-1").note == ""
    assert isinstance(catalog.on_demand("t4g.nano", "eu-west-1"), Unpriced)
    assert catalog.on_demand("t4g.xlarge", "eu-west-1").note == "derived"


@pytest.mark.parametrize(
    ("name", "region", "way", "usd"),
    [
        pytest.param("m9g.16xlarge", "us-east-1", "on_demand", "3.13088", id="Graviton5"),
        pytest.param("mac-m4.metal", "us-east-1", "dedicated_host", "1.23", id="Mac"),
        pytest.param("mac2.metal", "eu-west-1", "dedicated_host", "0.7158", id="Mac in Ireland"),
        pytest.param("trn2.48xlarge", "us-east-2", "capacity_block", "35.7608", id="trn2 by block"),
        pytest.param("trn2.48xlarge", "us-east-2", "spot", "14.5593", id="trn2 spot"),
        pytest.param("p5e.48xlarge", "us-west-2", "capacity_block", "47.76", id="p5e by block"),
        pytest.param("p6-b300.48xlarge", "us-east-1", "on_demand", "142.416", id="B300"),
        pytest.param("p6-b300.48xlarge", "us-east-1", "capacity_block", "112.32", id="B300 by block"),
        pytest.param("p6-b300.48xlarge", "us-west-2", "spot", "44.728", id="B300 spot"),
        pytest.param("u-p6e-gb200x72", "us-east-1", "capacity_block", "761.904", id="UltraServer"),
        pytest.param("g4ad.xlarge", "us-east-1", "on_demand", "0.37853", id="a type without a shape"),
        pytest.param("r9g.large", "us-east-1", "on_demand", "0.1284", id="r9g"),
        pytest.param("p5en.48xlarge", "us-east-1", "savings_plan", "23.8", id="lowest savings plan rate"),
    ],
)
def test_price(catalog, name, region, way, usd):
    assert catalog.price(name, region, way).usd == Decimal(usd)


@pytest.mark.parametrize(
    ("name", "region", "way", "reason"),
    [
        pytest.param("trn2.48xlarge", "us-east-2", "on_demand", "sold by capacity block", id="trn2"),
        pytest.param("p5e.48xlarge", "us-east-2", "on_demand", "sold by capacity block", id="p5e"),
        pytest.param(
            "p5e.48xlarge", "us-east-1", "on_demand", "not offered in us-east-1, it is in", id="p5e elsewhere"
        ),
        pytest.param("mac-m4.metal", "us-east-1", "on_demand", "dedicated host only", id="Mac on demand"),
        pytest.param("mac-m4.metal", "us-east-1", "spot", "does not sell mac-m4.metal as spot", id="Mac spot"),
        pytest.param("hpc7g.4xlarge", "us-east-1", "spot", "does not sell", id="HPC has no spot"),
        pytest.param("t2.nano", "us-east-1", "spot", "does not sell", id="t2.nano has no spot"),
        pytest.param("m9g.large", "us-east-1", "spot", "no spot data", id="newest families have no spot data"),
        pytest.param("m7g.large", "us-east-1", "capacity_block", "does not sell", id="no blocks of m7g"),
        pytest.param("m7g.large", "us-east-1", "dedicated_host", "no dedicated host price", id="hosts beyond Mac"),
        pytest.param("c5a.large", "us-east-1", "dedicated_host", "offers no dedicated hosts", id="no hosts of c5a"),
        pytest.param("mac2.metal", "us-east-1", "savings_plan", "no savings plan rate", id="plans of Mac"),
        pytest.param("trn2u.48xlarge", "ap-south-2", "on_demand", "UltraServer", id="UltraServer member"),
        pytest.param("t8i.micro", "us-east-1", "on_demand", "no on-demand price is known", id="no price anywhere"),
    ],
)
def test_missing_price_has_its_reason(catalog, name, region, way, reason):
    found = catalog.price(name, region, way)

    assert isinstance(found, Unpriced)
    assert reason in found.reason


def test_spot_estimate_is_list_price_less_savings_and_says_so(catalog):
    found = catalog.spot("c5.12xlarge", "us-east-1")
    listed = catalog.on_demand("c5.12xlarge", "us-east-1").usd
    savings = catalog.interruption("c5.12xlarge", "us-east-1").savings_percent

    assert found.note == "estimate"
    assert found.usd == (listed * (100 - savings) / 100).quantize(Decimal("0.000001"))
    assert found.as_of == date(2025, 7, 28)


def test_spot_floors_and_caps_are_not_taken_for_prices(catalog, source_rows):
    """c6g.medium stands at exactly 10 % of on-demand in af-south-1."""
    row = next(
        r for r in source_rows("regional_prices") if (r["region"], r["instance_type"]) == ("af-south-1", "c6g.medium")
    )
    found = catalog.spot("c6g.medium", "af-south-1")

    assert row["spot_median"] == "0.0046"
    assert isinstance(found, Unpriced) or found.note == "estimate"


@pytest.mark.parametrize(
    ("name", "region"),
    [
        pytest.param("a1.metal", "us-east-1", id="no saving: the cap of the feed"),
        pytest.param("p5.48xlarge", "ca-central-1", id="dearer than on demand: the list price was cut since"),
    ],
)
def test_spot_without_a_saving_is_no_spot_data(catalog, name, region):
    found = catalog.spot(name, region)

    assert "no spot data" in found.reason


def test_no_spot_estimate_is_as_dear_as_on_demand(catalog):
    dear = [
        (name, region)
        for region in catalog.regions
        for name in catalog.priced_names(region)
        if isinstance(spot := catalog.spot(name, region), Price)
        and isinstance(listed := catalog.on_demand(name, region), Price)
        and not 0 < spot.usd < listed.usd
    ]

    assert dear == []


def test_market_median_is_used_where_it_is_one(catalog, source_rows):
    row = next(
        r for r in source_rows("regional_prices") if (r["region"], r["instance_type"]) == ("ap-east-1", "c6g.medium")
    )
    found = catalog.spot("c6g.medium", "ap-east-1")

    assert (found.usd, found.note) == (Decimal(row["spot_median"]), "")


def test_spot_of_a_zone(catalog):
    assert catalog.spot("trn2.3xlarge", "sa-east-1", "sa-east-1b").usd == Decimal("7.7264")
    assert catalog.spot("trn2.3xlarge", "sa-east-1").usd == Decimal("2.569")
    assert "sa-east-1c" in catalog.spot("trn2.3xlarge", "sa-east-1").source


def test_services(catalog):
    assert catalog.service("us-east-1", "ebs", "gp3 storage").usd == Decimal("0.08")
    found = catalog.service("eu-west-1", "ebs", "gp3 storage")
    assert found.reason == "no price is known for ebs gp3 storage in eu-west-1; priced in us-east-1"


def test_interruption_bucket(catalog):
    found = catalog.interruption("c5.12xlarge", "af-south-1")

    assert (found.low_percent, found.high_percent, found.savings_percent) == (20, None, 87)
    assert catalog.interruption("m9g.large", "us-east-1") is None


def test_unknown_purchase_option_is_refused(catalog):
    with pytest.raises(UnknownName, match="did you mean 'on_demand'"):
        catalog.price("m7g.large", "us-east-1", "on-demand")


@pytest.mark.parametrize(
    ("as_of", "purchase", "expected"),
    [
        pytest.param(date(2026, 8, 26), "on_demand", "", id="90 days old"),
        pytest.param(date(2026, 8, 25), "on_demand", "91 days old", id="91 days old"),
        pytest.param(date(2026, 9, 30), "capacity_block", "before the October 2026 reset", id="old block"),
        pytest.param(date(2026, 10, 1), "capacity_block", "", id="new block"),
        pytest.param(UNDATED, "on_demand", "undated", id="undated"),
    ],
)
def test_staleness(as_of, purchase, expected):
    price = Price(usd=Decimal(1), as_of=as_of, source="x")

    assert staleness(price, date(2026, 11, 24), purchase=purchase) == expected
    assert is_stale(price, date(2026, 11, 24), purchase=purchase) == bool(expected)


def test_block_price_is_not_stale_before_the_reset():
    price = Price(usd=Decimal(1), as_of=date(2026, 7, 22), source="x")

    assert not is_stale(price, date(2026, 9, 1), purchase="capacity_block")


def test_undated_price_is_shown_as_undated_and_stale(catalog, today):
    found = catalog.on_demand("hpc6a.48xlarge", "us-east-2")

    assert found.usd == Decimal("2.88")
    assert staleness(found, today) == "undated"


def test_graviton_watts_carry_the_caveat_and_outliers_are_not_used(catalog):
    assert "no saving may be claimed" in catalog.power("m8g.large")[2]
    assert catalog.power("m8a.large") is None
    assert catalog.power("m9g.large") is None
    assert catalog.power("m7i.large")[2] == ""
    assert catalog.grid("eu-north-1") == Decimal("0.008")
    assert catalog.grid("mx-central-1") is None
