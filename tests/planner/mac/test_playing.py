"""Weeks played through: the starts of a queue of single builds and hosts, and its waits with arrivals of its own."""

import random

import numpy as np
import pytest

from fleet.planner.mac import playing
from fleet.planner.mac.arrivals import arrivals, clock_for
from fleet.planner.mac.playing import Hosts, percentiles, started_builds

OFFICE = [320 / 9 if hour // 24 < 5 and 9 <= hour % 24 < 18 else 0.0 for hour in range(168)]
BUSY = [36.0 if hour // 24 < 5 and 9 <= hour % 24 < 18 else 0.0 for hour in range(168)]
BURSTS = [60.0 if hour % 24 == 12 else 0.0 for hour in range(168)]
SATURDAY = [80.0 if hour == 130 else 0.0 for hour in range(168)]
MIXED = [3.0 + 25.0 * (hour // 24 < 5 and 8 <= hour % 24 < 20) for hour in range(168)]
EVENINGS = [17.0 if hour % 24 in {17, 18, 19} else 6.0 for hour in range(168)]


@pytest.mark.parametrize("seed", range(16))
def test_every_build_starts_when_a_queue_of_single_hosts_starts_it(replay, seed) -> None:
    """Hosts that come and go at any time, with builds that wait: to the millisecond, build by build."""
    source = random.Random(seed)
    hours, turns, minutes = 96, 3, source.choice([7, 14, 20, 45])
    busy = source.choice([0.5, 0.9, 1.3])
    leases = tuple((source.randrange(hours), source.randrange(24, 60), source.randint(1, 4)) for _ in range(4))
    hosts = Hosts(
        always_on=source.randint(0, 3),
        leases=leases,
        slots=source.choice([1, 2]),
        ready_minutes=source.choice([0, 30, 95]),
    )
    held = hosts.always_on * hours + sum(length * count for _, length, count in leases)
    work = busy * held * hosts.slots * 60 / minutes / hours
    rates = [source.choice([0.0, 0.5, 1.0, 2.5]) * work for _ in range(hours)]
    clock = clock_for(minutes, hours * turns)
    came = arrivals(rates * turns, clock, weeks=2, seed=seed)
    second = replay(
        slots=hosts.slots, always_on=hosts.always_on, leases=hosts.leases, ready_minutes=hosts.ready_minutes
    )

    began = started_builds(came, clock, hosts, hours=hours)

    for week in range(2):
        ours, arrived = (
            (np.repeat(np.arange(len(counts)), np.diff(counts, prepend=0)) * clock.step_ms / 60_000).tolist()
            for counts in (began[:, week], came[:, week])
        )
        theirs = second.starts(arrived, minutes, rule="leaves soonest", weeks=turns, week=hours * 60.0)
        assert ours
        assert ours == [start for start in theirs if start < hours * turns * 60]


@pytest.mark.parametrize("rule", ["leaves soonest", "is idle longest"])
@pytest.mark.parametrize(
    ("rates", "minutes", "hosts"),
    [
        pytest.param(OFFICE, 14, (2, 0, [(8, 36, 5), (56, 60, 5)], 30), id="office week"),
        pytest.param(OFFICE, 8.75, (2, 0, [(8, 36, 3), (56, 60, 3)], 30), id="builds that divide no hour"),
        pytest.param(OFFICE, 14, (1, 2, [(9, 35, 9), (57, 59, 9)], 45), id="hosts that start while builds wait"),
        pytest.param(BURSTS, 20, (2, 4, [], 0), id="a backlog for hours"),
        pytest.param(SATURDAY, 12, (2, 1, [(129, 24, 4)], 90), id="a burst before hosts are ready"),
        pytest.param(MIXED, 33, (2, 3, [(7, 110, 6)], 30), id="hosts that leave while others stay"),
        pytest.param(
            EVENINGS,
            45,
            (2, 3, [(24 * day + 18, 25, 3) for day in range(7)], 30),
            id="hosts that leave while builds wait, every day",
        ),
        pytest.param(BUSY, 30, (2, 9, [], 0), id="as much work as the hosts can do"),
    ],
)
def test_a_second_simulation_with_arrivals_of_its_own_sees_the_same_waits(
    replay, replayed, rates, minutes, hosts, rule
) -> None:
    """Whichever idle host takes a build."""
    slots, always_on, leases, ready = hosts
    ours = percentiles(
        rates, minutes, Hosts(always_on=always_on, leases=tuple(leases), slots=slots, ready_minutes=ready), 20
    )
    second = replay(slots=slots, always_on=always_on, leases=leases, ready_minutes=ready)

    waits = replayed(rates, minutes, second, rule=rule, weeks=min(500, int(200_000 / sum(rates))))
    theirs = np.percentile(waits, [50, 95])

    assert ours.p95 == pytest.approx(theirs[1], abs=1.0)
    assert ours.p50 == pytest.approx(theirs[0], abs=1.0)


def test_builds_of_hosts_that_leave_are_not_held_against_those_that_stay() -> None:
    """Two slots, both busy as one host leaves: the one that stays takes the next build as soon as its own is done."""
    hosts = Hosts(always_on=1, leases=((0, 24, 1),), slots=1, ready_minutes=0)
    clock = clock_for(60, 48)
    came = np.zeros((clock.bounds[48], 1), dtype=np.int64)
    # At 23:00 a build on the host that leaves, at 23:10 one on the other, at 23:20 one that waits.
    for place, minute in enumerate((0, 10, 20), start=1):
        came[clock.bounds[23] + clock.steps(minute) :] = place

    began = started_builds(came, clock, hosts, hours=48)

    steps = [int(np.argmax(began[:, 0] >= place)) for place in (1, 2, 3)]
    assert [clock.minutes(step - clock.bounds[23]) for step in steps] == [0, 10, 70]


def test_weeks_are_played_until_the_waits_are_known(monkeypatch) -> None:
    """Hosts that are busy all day take more weeks than quiet ones."""
    played: list[int] = []
    drawn = playing.arrivals

    def noted(*arguments, **fields):
        played.append(fields["weeks"])
        return drawn(*arguments, **fields)

    monkeypatch.setattr(playing, "arrivals", noted)
    flat = [8.0] * 168

    percentiles(flat, 14, Hosts(always_on=2, leases=(), slots=2, ready_minutes=0), 20)
    quiet = len(played)
    percentiles(flat, 14, Hosts(always_on=1, leases=(), slots=2, ready_minutes=0), 20)

    assert len(played) - quiet > quiet


def test_no_builds_wait_no_time() -> None:
    found = percentiles([0.0] * 168, 14, Hosts(always_on=0, leases=(), slots=2, ready_minutes=0), 20)

    assert (found.p50, found.p95, found.p99, found.late_percent) == (0.0, 0.0, 0.0, 0.0)
