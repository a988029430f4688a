"""Leases of a week: by hand, against brute force, and what no week may ever hold."""

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.planner.mac.leases import Terms, held_hosts, plan_leases

AT_ONCE = Terms(ready_hours=0, drain_hours=0, scrub_hours=5)
USUAL = Terms(ready_hours=1, drain_hours=1, scrub_hours=5)


def _week(*spans: tuple[int, int, int]) -> list[int]:
    """Hosts of each hour of a week; a span is (from hour, to hour, hosts)."""
    return [max([hosts for low, high, hosts in spans if low <= hour < high], default=0) for hour in range(168)]


WEEKDAYS = _week(*((24 * day + 9, 24 * day + 18, 3) for day in range(5)))


@pytest.mark.parametrize(
    ("needed", "always_on", "leases", "host_hours"),
    [
        pytest.param([0] * 168, 0, (), 0, id="nothing to do"),
        pytest.param([4] * 168, 4, (), 4 * 168, id="flat: every host stays"),
        # Monday and Tuesday are one lease, Wednesday to Friday another: a night between two days (15 hours) is cheaper
        # than a lease of 24 hours for each day.
        pytest.param(WEEKDAYS, 0, ((8, 35, 3), (56, 59, 3)), 3 * 94, id="weekdays 9 to 18"),
        pytest.param(_week((132, 133, 5)), 0, ((109, 24, 5),), 5 * 24, id="a burst on Saturday only"),
        pytest.param(
            _week(*((24 * day + 2, 24 * day + 24, 3) for day in range(7))), 3, (), 3 * 168, id="two idle hours a day"
        ),
        # Each lease starts an hour before noon and lasts until the noon after is built: two hosts at every noon.
        pytest.param(
            _week(*((24 * day + 12, 24 * day + 13, 2) for day in range(7))),
            0,
            ((0, 27, 1),) * 7,
            7 * 27,
            id="two a day",
        ),
        # The host that stays hands over twice, so that three leases cover the week and the burst.
        pytest.param(
            _week((0, 168, 1), (132, 133, 3)), 0, ((0, 134, 1), (0, 24, 1), (0, 39, 1)), 197, id="flat, and a burst"
        ),
    ],
)
def test_weeks_that_can_be_checked_by_hand(needed, always_on, leases, host_hours) -> None:
    plan = plan_leases(needed, USUAL)

    assert plan is not None
    assert plan.host_hours == plan.bound_hours == host_hours
    assert plan.always_on == always_on
    assert [(hours, count) for _, hours, count in plan.leases] == [(hours, count) for _, hours, count in leases]


def test_weekday_leases_start_an_hour_early_and_end_with_the_last_build() -> None:
    plan = plan_leases(WEEKDAYS, USUAL)

    assert plan is not None
    assert sum(hosts > 0 for hosts in plan.leased) == 94
    assert all(plan.leased[24 * day + hour] == 3 for day in range(5) for hour in range(8, 19))


def test_leasing_by_the_day_saves_over_forty_per_cent() -> None:
    plan = plan_leases(WEEKDAYS, USUAL)

    assert plan is not None
    assert plan.host_hours < 0.6 * 3 * 168


@pytest.mark.parametrize("seed", range(12))
def test_brute_force_agrees(seed) -> None:
    """72 hours, up to 4 hosts: every set of leases in blocks of 6 hours was tried."""
    source = random.Random(seed)
    ready = source.choice([0, 0, 1])
    blocks = [source.choice([0, 0, 1, 2, source.randint(0, 4)]) for _ in range(12)]

    plan = plan_leases(
        [hosts for hosts in blocks for _ in range(6)], Terms(ready_hours=6 * ready, drain_hours=0, scrub_hours=5)
    )

    assert plan is not None
    assert plan.host_hours == 6 * _brute_force(tuple(blocks), ready)


def _brute_force(needed: tuple[int, ...], ready: int) -> int:
    """Fewest block-hours; hosts that stay are tried in every number."""
    size = len(needed)

    @cache
    def least(rest: tuple[int, ...]) -> int:
        if not any(rest):
            return 0
        first = next(block for block in range(size) if rest[block])
        best = 10**9
        for length in range(4, size):
            for back in range(length - ready):
                covered = {(first - back + step) % size for step in range(length - ready)}
                after = tuple(max(0, hosts - (block in covered)) for block, hosts in enumerate(rest))
                best = min(best, length + least(after)) if best > length else best
        return best

    return min(size * stay + least(tuple(max(0, hosts - stay) for hosts in needed)) for stay in range(max(needed) + 1))


NEEDS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 6)), min_size=1, max_size=14)
TERMS = st.builds(
    Terms,
    ready_hours=st.integers(0, 3),
    drain_hours=st.integers(0, 4),
    scrub_hours=st.integers(1, 5),
    always_on=st.integers(0, 2),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(NEEDS, TERMS)
def test_no_week_breaks_the_rules(spans, terms) -> None:
    """Leases last 24 hours and less than a week, add up to what is leased, and give every hour its hosts."""
    needed = [hosts for hours, hosts in spans for _ in range(hours)]
    needed = (needed * 168)[:168]

    plan = plan_leases(needed, terms)

    assert plan is not None
    assert all(24 <= hours < 168 and count > 0 and 0 <= start < 168 for start, hours, count in plan.leases)
    assert plan.always_on >= terms.always_on
    leased, able = [plan.always_on] * 168, [plan.always_on] * 168
    for start, hours, count in plan.leases:
        for hour in range(hours):
            leased[(start + hour) % 168] += count
            if terms.ready_hours <= hour < hours - terms.drain_hours:
                able[(start + hour) % 168] += count
    assert tuple(leased) == plan.leased
    assert sum(leased) == plan.host_hours
    assert all(have >= want for have, want in zip(able, needed, strict=True))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(NEEDS, st.integers(0, 167))
def test_fewer_needs_never_cost_more(spans, hour) -> None:
    needed = ([hosts for hours, hosts in spans for _ in range(hours)] * 168)[:168]
    fewer = [max(0, hosts - (place == hour)) for place, hosts in enumerate(needed)]

    more, less = plan_leases(needed, USUAL), plan_leases(fewer, USUAL)

    assert more is not None
    assert less is not None
    assert less.host_hours <= more.host_hours


def test_hosts_that_are_cleaned_count_against_the_quota() -> None:
    """Two bursts 34 hours apart: released and leased again, each host is there twice while the first is cleaned."""
    needed = _week((30, 31, 2), (56, 57, 2))
    free = plan_leases(needed, AT_ONCE)
    assert free is not None
    held = held_hosts(free, AT_ONCE)

    limited = plan_leases(needed, Terms(ready_hours=0, drain_hours=0, scrub_hours=5, most_hosts=2))

    assert limited is not None
    assert held >= 2
    assert held_hosts(limited, AT_ONCE) <= 2
    assert limited.host_hours >= free.host_hours


def test_a_quota_below_the_need_has_no_plan() -> None:
    assert plan_leases([3] * 168, Terms(ready_hours=0, drain_hours=0, scrub_hours=5, most_hosts=2)) is None


def test_a_start_longer_than_the_week_leaves_hosts_that_stay() -> None:
    plan = plan_leases(WEEKDAYS, Terms(ready_hours=200, drain_hours=1, scrub_hours=5))

    assert plan is not None
    assert (plan.always_on, plan.leases) == (3, ())


def test_same_needs_same_leases() -> None:
    assert plan_leases(WEEKDAYS, USUAL) == plan_leases(list(WEEKDAYS), USUAL)
