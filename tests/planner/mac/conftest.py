import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from fleet.catalog import Catalog
from fleet.planner.mac import plan_apple_builds
from fleet.planner.part import Part
from fleet.spec import AppleBuilds, FleetSpec

TODAY = date(2026, 12, 1)
WEEK = 168 * 60.0
"""Minutes."""


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


@dataclass(frozen=True)
class Replay:
    """A second queue of the week, event by event, of single builds and hosts; it shares no code with the planner.

    Hosts are spans of minutes, one for each build that they do at a time. A build takes an idle one that can finish it,
    in order of arrival; which of several is up to `rule`: the one that leaves soonest, or the one that is idle longest.
    """

    slots: int
    always_on: int
    leases: Sequence[tuple[int, int, int]]
    ready_minutes: float
    finishing_minutes: float = 0.0
    """After a lease, for builds that run."""

    def starts(
        self, arrivals: Sequence[float], minutes: float, *, rule: str, weeks: int, week: float = WEEK
    ) -> list[float]:
        """When each build starts; builds for which no host is left are not there."""
        coming = deque(sorted(self._spans(weeks, week)))
        busy: list[tuple[float, float]] = []
        idle: list[tuple[float, float]] = []
        key = (
            (lambda since, until: (until, since)) if rule == "leaves soonest" else (lambda since, until: (since, until))
        )
        place = 0 if rule == "leaves soonest" else 1
        starts: list[float] = []
        for arrival in arrivals:
            clock = max(arrival, starts[-1]) if starts else arrival
            while True:
                while coming and coming[0][0] <= clock:
                    heapq.heappush(idle, key(*coming.popleft()))
                while busy and busy[0][0] <= clock:
                    heapq.heappush(idle, key(*heapq.heappop(busy)))
                while idle and clock + minutes > idle[0][place]:
                    heapq.heappop(idle)
                if idle or not (coming or busy):
                    break
                clock = min(queue[0][0] for queue in (coming, busy) if queue)
            if not idle:
                return starts
            heapq.heappush(busy, (clock + minutes, heapq.heappop(idle)[place]))
            starts.append(clock)
        return starts

    def _spans(self, weeks: int, week: float) -> Iterator[tuple[float, float]]:
        yield from [(0.0, math.inf)] * (self.always_on * self.slots)
        for turn in range(-1, weeks + 1):
            for start, hours, count in self.leases:
                begins = turn * week + start * 60
                ends = begins + hours * 60 + self.finishing_minutes
                yield from [(max(begins + self.ready_minutes, 0.0), ends)] * (count * self.slots)


@pytest.fixture
def replay() -> type[Replay]:
    """A second queue simulation."""
    return Replay


@pytest.fixture
def replayed() -> Callable[..., list[float]]:
    """Waiting minutes of all builds of some weeks of arrivals of the replay's own, one week of warm-up left out."""

    def play(
        rates: Sequence[float], minutes: float, hosts: Replay, *, weeks: int = 120, rule: str = "is idle longest"
    ) -> list[float]:
        came = _times(rates, weeks + 2)
        starts = hosts.starts(came, minutes, rule=rule, weeks=weeks + 2)
        assert len(starts) == len(came), "the last builds of a replay find no host"
        return [
            start - arrival for start, arrival in zip(starts, came, strict=True) if WEEK <= arrival < (weeks + 1) * WEEK
        ]

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
