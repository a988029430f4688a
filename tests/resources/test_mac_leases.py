"""Leases become a timetable that never gives a host back before 24 hours."""

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.plans import Lease
from fleet.resources.design.mac import lease_tracks

WEEK = 168
LEASES = st.lists(
    st.builds(Lease, start_hour=st.integers(0, WEEK - 1), hours=st.integers(24, WEEK - 1), count=st.integers(1, 5)),
    min_size=1,
    max_size=6,
)


def level(steps, hour):
    """Hosts that a timetable wants in an hour of the steady week."""
    before = [step for step in steps if step.hour <= hour % WEEK]
    return (before or list(steps))[-1].hosts


@given(LEASES)
def test_the_timetables_have_as_many_hosts_as_leases(leases):
    """In every hour of the week so many hosts are wanted as leases hold."""
    tracks = lease_tracks(leases, "ios")

    held = [sum(le.count for le in leases if (hour - le.start_hour) % WEEK < le.hours) for hour in range(WEEK)]
    assert [sum(level(steps, hour) for steps in tracks) for hour in range(WEEK)] == held


@given(LEASES, st.integers(0, WEEK - 1))
def test_no_host_is_released_within_a_day(leases, deployed):
    """Whenever the program is deployed, the host that has been leased longest (it goes first) was kept for a day."""
    shortest = WEEK
    for steps in lease_tracks(leases, "ios"):
        started: list[int] = []
        for hour in range(deployed, 3 * WEEK):
            for step in steps:
                if step.hour == hour % WEEK:
                    started += [hour] * (step.hosts - len(started))
                    while len(started) > step.hosts:
                        shortest = min(shortest, hour - started.pop(0))

    assert shortest >= 24


def test_leases_that_do_not_overlap_share_a_group():
    """A week of two spans is one group with four scheduled actions."""
    tracks = lease_tracks([Lease(start_hour=8, hours=36, count=3), Lease(start_hour=56, hours=60, count=4)], "ios")

    assert [[(step.hour, step.hosts) for step in steps] for steps in tracks] == [[(8, 3), (44, 0), (56, 4), (116, 0)]]


def test_a_short_lease_is_refused():
    """A plan that was written by hand cannot break Apple's licence."""
    with pytest.raises(pulumi.InputPropertyError) as caught:
        lease_tracks([Lease(start_hour=0, hours=23, count=1)], "ios")

    assert caught.value.property_path == "plan.schedules.ios.leases[0].hours"
