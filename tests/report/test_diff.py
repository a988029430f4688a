"""A diff takes money apart into inputs and prices, and each adds up to its total."""

from decimal import Decimal

from fleet.report import diff_markdown, diff_text
from fleet.result import diff
from fleet.result.changes import Change, sum_of


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
