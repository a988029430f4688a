"""The model that covers a demand by whole instances leaves no option out that an optimum may need."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fleet.planner.candidates import Offer
from fleet.planner.covering import Demand, Option, SpotRules, cover

TYPES = ("m7g.large", "m7g.xlarge", "m7g.2xlarge", "c7g.large", "c7g.xlarge", "r7g.large")


@pytest.fixture(scope="module")
def offers(catalog):
    """Offers of six types in three zones by number and purchase; the model counts by the prices of its options."""
    price = catalog.on_demand(TYPES[0], "us-east-1")
    return {
        (place, purchase): Offer(
            kind=catalog.types[name],
            region="us-east-1",
            purchase=purchase,
            price=price,
            zones=("us-east-1a", "us-east-1b", "us-east-1c"),
        )
        for place, name in enumerate(TYPES)
        for purchase in ("on_demand", "spot")
    }


def _options(offers, sold):
    return [
        Option(offer=offers[place, purchase], units=float(units), hourly_usd=cents / 100)
        for place, (purchase, units, cents) in enumerate(sold)
    ]


def _hourly_usd(options, demand):
    solution = cover(options, demand).solution
    return solution.cost if solution.status != "infeasible" else None


def test_a_cheaper_and_larger_spot_type_does_not_push_out_the_one_that_needs_less_on_demand(offers):
    """Half on demand: 4 units for 1.00 allow 4 on spot for 0.50; 8 on spot for 0.40 would take 8 on demand."""
    options = _options(offers, [("on_demand", 4, 100), ("spot", 4, 50), ("spot", 8, 40)])

    for spread in (None, 1):
        demand = Demand(total=8.0, spread=spread, spot=SpotRules(on_demand_base=0.5), free={})
        assert _hourly_usd(options, demand) == pytest.approx(1.5)


def test_zones_that_need_a_whole_spot_instance_each_get_one(offers):
    """One unit in each of three zones over two types: one instance holds a type's share, so it takes three types."""
    options = _options(offers, [("on_demand", 1, 50), ("spot", 6, 10), ("spot", 6, 11), ("spot", 6, 12)])
    demand = Demand(total=3.0, spread=3, spot=SpotRules(min_types=2), free={})

    assert _hourly_usd(options, demand) == pytest.approx(0.33)


sold = st.tuples(st.sampled_from(["on_demand", "spot", "spot"]), st.integers(1, 6), st.integers(5, 60))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(sold, min_size=2, max_size=6),
    st.integers(2, 9),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([0.0, 0.25, 0.5]),
    st.integers(1, 3),
)
@example([("on_demand", 4, 60), ("spot", 4, 30), ("spot", 6, 20)], 8, None, 0.5, 1)
@example([("on_demand", 4, 60), ("spot", 6, 5), ("spot", 5, 6), ("spot", 2, 7)], 8, 2, 0.0, 2)
def test_a_quota_without_end_for_each_type_changes_no_price(offers, sold, total, spread, base, types):
    """Types that take of quotas of their own are never compared, so that this is the model with every option."""
    options = _options(offers, sold)
    demand = Demand(total=float(total), spread=spread, spot=SpotRules(on_demand_base=base, min_types=types), free={})
    each = [replace(option, takes=((f"own-{place}", 1.0),)) for place, option in enumerate(options)]
    endless = replace(demand, free={f"own-{place}": 1e6 for place in range(len(options))})

    found, every = _hourly_usd(options, demand), _hourly_usd(each, endless)
    assert (found is None) == (every is None)
    assert found is None or found == pytest.approx(every, rel=2e-3)
