"""How long builds wait with the hosts of a plan: many seeded weeks played through its leases.

Builds are all of one length and start in order of arrival, so that counts suffice; the hosts whose lease ends are
counted apart from those that stay, since only they finish what runs on them and take nothing more. Of `arrived` builds

    started(t) = max(started(t - 1), min(arrived(t), started(t - build) + able(t) + leaving(t)))

where `able` slots may start a build and `leaving` ones only finish theirs. What runs on hosts that leave follows from
a rule on which idle host takes a build: the one that leaves soonest. This is exact on the clock's grid.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import stdev

import numpy as np

from fleet.planner.mac.arrivals import Clock, Counts, arrivals, clock_for

__all__ = ["Hosts", "Percentiles", "percentiles", "started_builds"]

_WEEKS = 4
"""Weeks that follow each other, after one that is not counted, so that queues of days are there as the count begins."""
_SIDE_BY_SIDE = 25
"""Such runs of weeks in a round."""
_AT_ONCE = 3
"""Rounds that are played at once: more would only take memory."""
_AFTER = 24
"""Hours that are played on, in which the last builds that are counted start."""
_BUILDS_OF_ROUND = 200_000
_SEED = 53_091
_FEWEST_ROUNDS, _MOST_ROUNDS = 6, 400
_MOST_WEEKS = 3_000
"""Where hosts are busy all day, queues last for days and few weeks say little. Rounds of large loads have few weeks."""
_STANDARD_ERROR = 0.25
"""Minutes to which the 95th percentile must be known: another replay is then within a minute of it (4 sigma)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Waiting time of the week's builds in minutes; the share that waits longer than the limit."""

    p50: float
    p95: float
    p99: float
    late_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Hosts of a cyclic week: those that stay, and leases as (start hour, hours, count).

    A leased host starts builds `ready_minutes` after its lease starts, and none that it could not finish.
    """

    always_on: int
    leases: tuple[tuple[int, int, int], ...]
    slots: int
    ready_minutes: float


@dataclass(slots=True, kw_only=True)
class _Leaving:
    """Hosts that leave together: the steps in which they start builds, and how many they have started."""

    first: int
    last: int
    slots: int
    started: Counts
    """Rows are steps since `first`, after a build's length of zeros: what had started a build ago stands at row 0."""

    def ago(self, low: int, high: int) -> Counts:
        """What they had started a build's length before each of the steps [low, high)."""
        return self.started[low - self.first : high - self.first]


def percentiles(rates: Sequence[float], minutes: float, hosts: Hosts, max_wait_minutes: float) -> Percentiles:
    """Waiting times of a cyclic week: seeded, all builds of all weeks together.

    Weeks are played until the 95th percentile is known to a quarter of a minute, 3,000 at most, and 400 rounds.
    """
    weeks, columns = _size(rates)
    most = min(_MOST_ROUNDS, -(-_MOST_WEEKS // (weeks * columns)))
    clock = clock_for(minutes, len(rates))
    found: Counts = np.zeros(1, dtype=np.int64)
    p95: list[float] = []
    while not _is_known(p95) and len(p95) < most:
        for waits in _rounds(rates, minutes, hosts, seed=_SEED + len(p95)):
            p95.append(_spread(waits, clock, max_wait_minutes).p95)
            found = _sum(found, waits)
    return _spread(found, clock, max_wait_minutes)


def _is_known(rounds: Sequence[float]) -> bool:
    """Whether the mean of the rounds is known to the standard error that is asked for."""
    return len(rounds) >= _FEWEST_ROUNDS and stdev(rounds) <= _STANDARD_ERROR * len(rounds) ** 0.5


def _size(rates: Sequence[float]) -> tuple[int, int]:
    """Weeks that follow each other in a round, and how many such runs are played side by side."""
    most = max(1, int(_BUILDS_OF_ROUND / max(sum(rates), 1.0)))
    weeks = min(_WEEKS, most)
    return weeks, min(_SIDE_BY_SIDE, max(1, most // weeks))


def _rounds(rates: Sequence[float], minutes: float, hosts: Hosts, *, seed: int) -> Iterator[Counts]:
    """How many builds of some weeks waited 0, 1, 2, ... steps, for a few rounds that are played at once."""
    weeks, columns = _size(rates)
    hours = [*rates] * (1 + weeks) + [*rates[:_AFTER]]
    clock = clock_for(minutes, len(hours))
    came = arrivals(hours, clock, weeks=columns * _AT_ONCE, seed=seed)
    began = started_builds(came, clock, hosts, hours=len(rates))
    low, high = (clock.bounds[len(rates) * week] for week in (1, 1 + weeks))
    for column in range(0, columns * _AT_ONCE, columns):
        mine = slice(column, column + columns)
        yield _counted(came[:, mine], began[:, mine], low, high)


def started_builds(came: Counts, clock: Clock, hosts: Hosts, *, hours: int) -> Counts:
    """Builds that have started up to and including each step (rows), in each column, of those that `came` by then.

    The hosts are those of a cyclic week of so many hours, which begins at the first step with nothing that runs.
    """
    lag, end = clock.steps_per_build, len(came)
    started = np.zeros((lag + end, came.shape[1]), dtype=came.dtype)
    leaving = _leaving(clock, hosts, hours=hours, like=came)
    stay = hosts.always_on * hosts.slots * clock.builds_per_step
    for low, high in _spans(leaving, lag, end):
        open_ = [group for group in leaving if group.first <= low <= group.last]
        closed = [group for group in leaving if group.last < low <= group.last + lag]
        able = stay + sum(group.slots for group in open_)
        for at in range(low, high, lag):
            until = min(at + lag, high)
            begun = started[lag + at : lag + until]
            np.add(started[at:until], able, out=begun)
            for group in closed:
                begun += group.started[-1] - group.ago(at, until)
            np.minimum(begun, came[at:until], out=begun)
            before = started[lag + at - 1]
            np.maximum(begun, before, out=begun)
            _share_out(open_, begun, before, at)
    return started[lag:]


def _share_out(groups: Sequence[_Leaving], begun: Counts, before: Counts, at: int) -> None:
    """Give what starts in the steps from `at` on to the hosts that leave soonest, as far as they have room.

    Each takes `x(t) = min(x(t - 1) + what starts, x(t - build) + slots)`: a running minimum once what starts is taken
    off both sides.
    """
    until = at + len(begun)
    for group in groups:
        lag = len(group.started) - (group.last - group.first + 1)
        row = at - group.first
        own, last = group.started[row + lag : row + lag + len(begun)], group.started[row + lag - 1]
        room = group.ago(at, until) + group.slots - begun
        np.minimum(room[0], last - before, out=room[0])
        np.minimum.accumulate(room, axis=0, out=own)
        own += begun
        begun, before = begun - own, before - last


def _leaving(clock: Clock, hosts: Hosts, *, hours: int, like: Counts) -> list[_Leaving]:
    """The leased hosts of all weeks up to a step, those that leave soonest first."""
    end = len(like)
    ready = -(-round(hosts.ready_minutes * 60_000) // clock.step_ms)
    found: dict[tuple[int, int], int] = {}
    for week in range(-1, -(-end // clock.first_step(hours))):
        for start, length, count in hosts.leases:
            begin = clock.first_step(start + week * hours)
            last = min(begin + clock.steps(length * 60) - clock.steps_per_build, end - 1)
            first = max(begin + ready, 0)
            if first <= last:
                found[(last, first)] = found.get((last, first), 0) + count
    lag = clock.steps_per_build
    return [
        _Leaving(
            first=first,
            last=last,
            slots=count * hosts.slots * clock.builds_per_step,
            started=np.zeros((lag + last - first + 1, like.shape[1]), dtype=like.dtype),
        )
        for (last, first), count in sorted(found.items())
    ]


def _spans(leaving: Sequence[_Leaving], lag: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of steps in which the same hosts may start builds and the same only finish theirs."""
    changes = {0, end}
    for group in leaving:
        changes |= {group.first, group.last + 1, group.last + 1 + lag}
    return pairwise(sorted(step for step in changes if step <= end))


def _counted(came: Counts, began: Counts, low: int, high: int) -> Counts:
    """How many builds that came in steps [low, high) waited 0, 1, 2, ... steps; they start in order of arrival."""
    found: Counts = np.zeros(1, dtype=np.int64)
    steps = np.arange(len(came))
    for arrived, started in zip(np.ascontiguousarray(came.T), np.ascontiguousarray(began.T), strict=True):
        mine = slice(arrived[low - 1], min(arrived[high - 1], started[-1]))
        arrival = np.repeat(steps, np.diff(arrived, prepend=0))[mine]
        start = np.repeat(steps, np.diff(started, prepend=0))[mine]
        found = _sum(found, np.bincount(start - arrival, minlength=1))
    return found


def _sum(one: Counts, other: Counts) -> Counts:
    """Two counts of waits as one; the shorter one has no longer waits."""
    found = np.zeros(max(len(one), len(other)), dtype=np.int64)
    found[: len(one)] += one
    found[: len(other)] += other
    return found


def _spread(waits: Counts, clock: Clock, max_wait_minutes: float) -> Percentiles:
    builds = int(waits.sum())
    if builds == 0:
        return Percentiles(p50=0.0, p95=0.0, p99=0.0, late_percent=0.0)
    until = np.cumsum(waits)

    def at(share: float) -> float:
        return round(clock.minutes(int(np.searchsorted(until, share * builds))), 2)

    late = builds - int(until[min(clock.steps(max_wait_minutes), len(until) - 1)])
    return Percentiles(p50=at(0.5), p95=at(0.95), p99=at(0.99), late_percent=round(100 * late / builds, 3))
