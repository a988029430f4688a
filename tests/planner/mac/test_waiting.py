"""Waiting: hosts that are needed hold the limit."""

import numpy as np
import pytest

from fleet.planner.mac.arrivals import arrivals, clock_for
from fleet.planner.mac.waiting import Needs

OFFICE = [320 / 9 if hour // 24 < 5 and 9 <= hour % 24 < 18 else 0.0 for hour in range(168)]
BURSTS = [60.0 if hour % 24 == 12 else 0.0 for hour in range(168)]
MIXED = [3.0 + 25.0 * (hour // 24 < 5 and 8 <= hour % 24 < 20) for hour in range(168)]


def _spans(is_there: list[bool]) -> list[tuple[int, int, int]]:
    """A host's hours of a cyclic week, of which it misses some, as (start hour, hours, 1)."""
    starts = [hour for hour in range(168) if is_there[hour] and not is_there[hour - 1]]
    return [(start, next(hours for hours in range(168) if not is_there[(start + hours) % 168]), 1) for start in starts]


@pytest.mark.parametrize(
    ("rates", "minutes", "slots", "limit"),
    [
        pytest.param(OFFICE, 14, 2, 20, id="office week"),
        pytest.param(OFFICE, 14, 1, 0, id="no waiting"),
        pytest.param(BURSTS, 20, 2, 30, id="bursts"),
        pytest.param(MIXED, 33, 2, 60, id="mixed"),
        pytest.param(OFFICE, 14, 2, 600, id="into the night"),
    ],
)
def test_hosts_that_are_needed_hold_the_limit(replayed, replay, rates, minutes, slots, limit) -> None:
    """Even with no hour more than needed, at most 5 % of builds are late, give or take the noise of other draws."""
    needs = Needs(rates, minutes, slots, limit)
    weeks = needs.weeks(needs.fewest())

    assert weeks
    for week in weeks:
        always_on = min(week)
        spans = [span for level in range(always_on, max(week)) for span in _spans([count > level for count in week])]
        hosts = replay(slots=slots, always_on=always_on, leases=spans, ready_minutes=0, finishing_minutes=minutes)
        waits = replayed(rates, minutes, hosts, weeks=60)
        assert sum(wait > limit for wait in waits) <= 0.06 * len(waits)


def test_weeks_to_choose_from_have_fewer_hosts_than_the_one_that_works_ahead() -> None:
    """None goes over what is allowed; below the lowest peak there is none."""
    needs = Needs(MIXED, 14, 2, 30)
    most = needs.fewest()

    *fewer, ahead = needs.weeks(most)

    assert ahead == needs.at_most(most)
    assert [sum(week) for week in fewer] == sorted({sum(week) for week in fewer})
    assert 0 < sum(fewer[0]) < sum(ahead)
    assert max(max(week) for week in (*fewer, ahead)) == most
    assert needs.weeks(most - 1) == ()


def test_one_host_less_is_too_few() -> None:
    needs = Needs(OFFICE, 14, 2, 20)

    assert needs.at_most(needs.fewest() - 1) is None
    assert needs.at_most(0) is None


def test_a_shorter_limit_never_needs_fewer_hosts() -> None:
    peaks = [Needs(OFFICE, 14, 2, limit).fewest() for limit in (0, 5, 20, 60, 240)]

    assert peaks == sorted(peaks, reverse=True)


def test_waiting_for_hours_levels_the_peak() -> None:
    """With ten hours to wait, builds of nine hours are done by fewer hosts, into the night."""
    assert Needs(OFFICE, 14, 2, 600).fewest() < Needs(OFFICE, 14, 2, 20).fewest()


def test_a_backlog_is_worked_off_when_no_more_builds_come() -> None:
    """Nights of 25 builds an hour that may wait ten hours: 46.7 hours of work for four machines until next evening."""
    nights = [25.0 if hour % 24 >= 20 or hour % 24 < 4 else 0.0 for hour in range(168)]

    assert Needs(nights, 14, 2, 600).fewest() == 2


def test_no_builds_need_no_hosts() -> None:
    needs = Needs([0.0] * 168, 14, 2, 20)

    assert needs.fewest() == 0
    assert needs.at_most(0) == (0,) * 168


def test_rare_builds_need_a_host_all_the_same() -> None:
    needs = Needs([0.001] * 168, 14, 2, 20)

    assert needs.at_most(needs.fewest()) == (1,) * 168


@pytest.mark.parametrize(
    ("minutes", "steps", "per_step"),
    [
        pytest.param(14, 28, 1, id="14 minutes"),
        pytest.param(8.75, 18, 1, id="8.75 minutes"),
        pytest.param(0.1, 1, 5, id="6 seconds"),
        pytest.param(0.2, 1, 2, id="12 seconds"),
        pytest.param(1440, 2880, 1, id="a day"),
    ],
)
def test_the_clock_divides_a_build(minutes, steps, per_step) -> None:
    clock = clock_for(minutes, 168)

    assert (clock.steps_per_build, clock.builds_per_step) == (steps, per_step)
    assert clock.step_ms <= 30_000
    assert clock.step_ms * steps == pytest.approx(minutes * 60_000 * per_step, abs=steps)
    assert clock.bounds[168] * clock.step_ms >= 168 * 3_600_000


@pytest.mark.parametrize("rate", [0.5, 6.0, 300.0, 20_000.0])
def test_arrivals_are_poisson_and_the_same_every_time(rate) -> None:
    clock = clock_for(14, 168)
    once = arrivals([rate] * 168, clock, weeks=50, seed=1)
    hourly = np.diff(once[np.array(clock.bounds[1:]) - 1], axis=0)

    assert np.array_equal(once, arrivals([rate] * 168, clock, weeks=50, seed=1))
    assert not np.array_equal(once, arrivals([rate] * 168, clock, weeks=50, seed=2))
    assert hourly.mean() == pytest.approx(rate, rel=0.03)
    assert hourly.var() == pytest.approx(rate, rel=0.06)


def test_draws_are_what_they_were() -> None:
    """Lock files must not change with the machine: these counts are part of the format."""
    found = arrivals([6.0] * 24, clock_for(14, 24), weeks=4, seed=24_168)

    assert found[-1].tolist() == [140, 142, 153, 152]
