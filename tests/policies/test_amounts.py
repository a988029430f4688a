"""Amounts in findings are written so that people can compare them."""

from decimal import Decimal

import pytest
from fleet_policies.amounts import hourly, money, monthly, number, percent

from fleet.interval import Interval


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        ("0.0864", "0.0864 USD"),
        ("0.096", "0.096 USD"),
        ("0.1", "0.10 USD"),
        ("98.84", "98.84 USD"),
        ("0.00004", "0.00 USD"),
        ("1234.5", "1,234.50 USD"),
        ("0.12345", "0.1235 USD"),
    ],
)
def test_a_price_of_an_hour_keeps_the_places_that_tell_two_prices_apart(usd, text):
    """Cents are too coarse for an hour."""
    assert hourly(Decimal(usd)) == text


def test_other_amounts():
    """Months in cents, both ends of what is not exact, and no trailing zeros in numbers."""
    assert money(Decimal("1234.565")) == "1,234.57 USD"
    assert monthly(Interval.exactly(Decimal(5))) == "5.00 USD a month"
    assert monthly(Interval(Decimal(5), Decimal(7))) == "5.00 USD to 7.00 USD a month"
    assert monthly(Interval(Decimal(5), None)) == "at least 5.00 USD a month, without an upper end"
    assert (number(Decimal("40.00")), number(12000), number(1.5)) == ("40", "12,000", "1.5")
    assert (percent(Decimal("12.5")), percent(20)) == ("12.5 %", "20 %")
