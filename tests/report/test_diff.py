"""A diff takes money apart into inputs and prices, and each adds up to its total."""

from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.interval import Interval
from fleet.report import diff_markdown, diff_text
from fleet.result import diff
from fleet.result.changes import Change, sum_of
from fleet.result.model import Exemption


def exactly(amount):
    return Change(Decimal(amount), Decimal(amount))


def test_growth_removal_and_a_new_price_are_apart_and_add_up(make):
    base = make.result([make.resource("web", 100), make.resource("old", 10)], [make.finding("old")])
    head = make.result([make.resource("web", 200, "2"), make.resource("new", 5, "2")], [make.finding("new")], sha="b")
    found = diff(base, head)

    # Prices: (100 + 10) hours at one dollar more. Inputs at the new price: +100, -10, +5 hours.
    assert found.totals.by_prices_usd == exactly(110)
    assert found.totals.by_inputs_usd == exactly(190)
    assert found.totals.change_usd == exactly(head.cost.monthly_usd.min - base.cost.monthly_usd.min)
    for column in ("change_usd", "by_inputs_usd", "by_prices_usd"):
        assert sum_of(getattr(r, column) for r in found.resources) == getattr(found.totals, column)
    assert [len(found.new), len(found.fixed), len(found.remaining)] == [1, 1, 0]
    assert "+190.00 from changed inputs, +110.00 from changed prices" in diff_text(found)
    assert "| + new <sub>" in diff_markdown(found)


def test_nothing_changed_is_said_so(make):
    found = diff(make.result([make.resource()]), make.result([make.resource()]))

    assert (found.resources, found.unchanged, found.totals.change_usd) == ([], 1, exactly(0))


def test_an_unpriced_side_is_coverage_and_no_saving(make):
    known, unknown = make.resource(), make.resource(monthly_usd=None, unpriced_reason="no price", lines=[])
    found = diff(make.result([known]), make.result([unknown]))

    assert found.totals.by_inputs_usd == exactly(0)
    assert found.totals.by_coverage_usd == exactly(-730)


def test_an_unbounded_amount_keeps_its_certain_end(make):
    bounded, unbounded = make.resource("web", 10), make.resource("web", 10, monthly_usd=Interval(Decimal(10), None))
    grown = diff(make.result([bounded]), make.result([unbounded]))
    shrunk = diff(make.result([unbounded]), make.result([bounded]))

    assert grown.totals.change_usd == Change(Decimal(0), None)
    assert shrunk.totals.change_usd == Change(None, Decimal(0))
    assert "at least 0.00 USD" in diff_text(grown)
    assert "at most 0.00 USD" in diff_text(shrunk)


def test_carbon_and_capacity_are_told(make):
    base = make.result([make.resource("web", kg_co2e_per_month=Interval(Decimal(1), Decimal(2)))])
    more = {"count": Interval.exactly(Decimal(3)), "kg_co2e_per_month": Interval(Decimal(3), Decimal(6))}
    found = diff(base, make.result([make.resource("web", **more)]))

    assert found.totals.change_kg_co2e == Change(Decimal(2), Decimal(4))
    assert "+2.00 to +4.00 kg CO2e a month" in diff_text(found)
    assert "Capacity  m9g.large on demand in us-east-1: 1 -> 3" in diff_text(found)


def test_resources_without_a_charge_are_counted_in_one_line(make):
    found = diff(make.result([]), make.result([make.free(f"role-{n}") for n in range(5)]))

    assert "+ 5 without a charge: role-0, role-1, role-2 ..." in diff_text(found)
    assert diff_markdown(found).count("role-") == 3
    assert len(found.resources) == 5


hours = st.integers(0, 800)
units = st.sampled_from(["0.1", "1", "2.5"])
amounts_before_and_after = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.none() | st.tuples(hours, units), st.none() | st.tuples(hours, units)),
    unique_by=lambda item: item[0],
)


@given(made=amounts_before_and_after)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_column_adds_up_and_the_columns_add_up_to_the_change(make, made):
    """Recomputed from the two results alone: sums of their amounts, and old quantities at new prices."""
    sides = [
        make.result([make.resource(name, *side) for name, *both in made if (side := both[at])], sha=sha)
        for at, sha in ((0, "a"), (1, "b"))
    ]
    found = diff(*sides)
    totals = found.totals
    before, after = (sum((r.monthly_usd.min for r in side.resources), Decimal(0)) for side in sides)

    assert totals.change_usd == exactly(after - before)
    assert totals.change_usd == totals.by_inputs_usd + totals.by_prices_usd + totals.by_coverage_usd
    for column in ("change_usd", "by_inputs_usd", "by_prices_usd", "by_coverage_usd"):
        assert sum_of(getattr(r, column) for r in found.resources) == getattr(totals, column)
    kept = {name: (old, new) for name, old, new in made if old and new}
    for resource in found.resources:
        if resource.name in kept:
            (was, old_unit), (now, new_unit) = kept[resource.name]
            assert resource.by_prices_usd == exactly(was * (Decimal(new_unit) - Decimal(old_unit)))
            assert resource.by_inputs_usd == exactly((now - was) * Decimal(new_unit))


def test_lists_are_written_as_people_write_them(make):
    base = make.resource("web", priced_inputs={"instanceTypes": ["m7g.large", "m8g.large"]})
    head = make.resource("web", priced_inputs={"instanceTypes": ["m8g.large"]})

    text = diff_text(diff(make.result([base]), make.result([head])))

    assert "instanceTypes: m7g.large, m8g.large -> m8g.large" in text


def test_what_an_exemption_waives_is_neither_fixed_nor_new(make):
    """Two findings at one resource, of which one is waived and one is mended."""
    waived, mended = (
        make.finding(rule=rule, message=f"{i} it is") for rule, i in (("gp2-volume", "FC110"), ("b", "FC105"))
    )
    exemption = Exemption(owner="ops", reason="soon gone", expires=date(2027, 1, 1))
    waiver = make.finding(
        rule="exempted-finding", message="FT706 waives gp2-volume (owner ops): it is", exemption=exemption
    )
    found = diff(make.result([], [waived, mended]), make.result([], [waiver]))

    assert (found.new, found.exempted, found.fixed, found.remaining) == ([], [waiver], [mended], [])
    text = diff_text(found)
    assert "Newly exempted findings: 1" in text
    assert "Fixed findings: 1" in text
    assert "- newly exempted: " in diff_markdown(found)


def test_an_exemption_of_what_nobody_found_before_is_new(make):
    """The waiver of another rule at the same resource explains nothing."""
    exemption = Exemption(owner="ops", reason="soon gone", expires=date(2027, 1, 1))
    waiver = make.finding(rule="exempted-finding", message="FT706 waives gp2 (owner ops): it is", exemption=exemption)
    before = make.finding(rule="gp2-volume", message="FC110 it is")
    found = diff(make.result([], [before]), make.result([], [waiver]))

    assert (found.new, found.exempted, found.fixed) == ([waiver], [], [before])
