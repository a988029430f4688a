"""Timetables of Auto Scaling groups: how soon what is started may end."""

from datetime import date
from decimal import Decimal

import pytest

from fleet.cost.schedules import Action, shortest_step_hours

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def action(hour: int, desired: int) -> Action:
    """An action at an hour of the week, from Monday 00:00."""
    day, of_day = divmod(hour, 24)
    return Action(recurrence=f"0 {of_day} * * {DAYS[day]}", desired=Decimal(desired), minimum=None, maximum=None)


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2029])
def test_a_lease_of_a_day_is_a_day_whatever_weekday_the_year_ends_on(year):
    """No week is cut at New Year: Thursday 19:00 and 21:00 are two actions of one day, not of two years."""
    week = [action(hour, desired) for hour, desired in ((8, 1), (43, 0), (56, 1), (91, 0), (93, 1), (117, 0))]

    assert shortest_step_hours(week, date(year, 6, 1)) == 24


def test_a_lease_over_new_year_is_as_long_as_any():
    """2026 ends on a Thursday: what starts on Thursday evening ends on Friday morning, in the next year."""
    assert shortest_step_hours([action(3 * 24 + 20, 1), action(4 * 24 + 6, 0)], date(2026, 12, 1)) == 10
