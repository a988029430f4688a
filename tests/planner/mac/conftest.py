import heapq
import random
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from fleet.catalog import Catalog
from fleet.planner.mac import plan_apple_builds
from fleet.planner.part import Part
from fleet.spec import AppleBuilds, FleetSpec

TODAY = date(2026, 12, 1)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.fixture
def fleet() -> Callable[..., FleetSpec]:
    """A fleet with one Apple workload; keyword arguments are its fields, `top` those of the fleet."""

    def make(top: dict | None = None, **fields) -> FleetSpec:
        if "profile" not in fields and "builds_per_weekday" not in fields:
            fields["builds_per_weekday"] = 90
        builds = {"name": "ios", "platforms": ["ios"], "minutes_per_build": 14, **fields}
        return FleetSpec.model_validate(
            {"version": 1, "name": "a", "region": "us-east-1", **(top or {}), "workloads": [AppleBuilds(**builds)]}
        )

    return make


@pytest.fixture
def planned(fleet, catalog) -> Callable[..., Part]:
    """The part that is planned for one Apple workload."""

    def plan(top: dict | None = None, **fields) -> Part:
        spec = fleet(top, **fields)
        return plan_apple_builds(spec, spec.workloads[0], catalog, today=TODAY)

    return plan


@pytest.fixture
def replay() -> Callable[..., list[float]]:
    """Waiting minutes of every build of many weeks: a second simulation, event by event, that shares no code."""

    def play(
        rates: Sequence[float],
        minutes: float,
        *,
        slots: int,
        always_on: int,
        leases: Sequence[tuple[int, int, int]],
        ready_minutes: float,
        weeks: int = 120,
    ) -> list[float]:
        week = 168 * 60.0
        end = weeks * week
        free: list[tuple[float, float]] = [(0.0, end + week)] * (always_on * slots)
        for turn in range(-1, weeks):
            for start, hours, count in leases:
                begins = turn * week + start * 60
                free += [(max(begins + ready_minutes, 0.0), begins + hours * 60)] * (count * slots)
        return _play(_times(rates, weeks), minutes, free, after=week)

    return play


def _times(rates: Sequence[float], weeks: int) -> list[float]:
    """Arrivals by exponential gaps within each hour."""
    source = random.Random(7)
    found = []
    for hour in range(weeks * 168):
        rate = rates[hour % 168] / 60
        at = source.expovariate(rate) if rate else 61.0
        while at < 60:
            found.append(hour * 60 + at)
            at += source.expovariate(rate)
    return found


def _play(arrivals: list[float], minutes: float, free: list[tuple[float, float]], after: float) -> list[float]:
    """First come first served; a slot takes no build that it could not finish. Waits of builds that arrive `after`."""
    coming = sorted(free)
    ready: list[tuple[float, float]] = []
    waits = []
    place = 0
    for arrival in arrivals:
        clock = arrival
        while True:
            while place < len(coming) and coming[place][0] <= clock:
                heapq.heappush(ready, coming[place])
                place += 1
            while ready and max(ready[0][0], clock) + minutes > ready[0][1]:
                heapq.heappop(ready)
            if ready and (place == len(coming) or max(ready[0][0], clock) <= coming[place][0]):
                break
            assert place < len(coming), "the last builds of a replay find no host"
            clock = max(clock, coming[place][0])
        since, until = heapq.heappop(ready)
        start = max(since, arrival)
        heapq.heappush(ready, (start + minutes, until))
        if arrival >= after:
            waits.append(start - arrival)
    return waits
