"""How long builds wait: the queue of a week, first come first served, with a capacity that changes over time.

Builds of equal length on equal slots start in the order they arrive, so counts suffice: of `arrived` builds,
`started(t) = max(started(t - 1), min(arrived(t), started(t - build) + slots(t)))`, because what started a build's
length ago has left. This is exact on the clock's grid, and works on many weeks at once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from fleet.planner.mac.arrivals import Clock, Counts, arrivals, clock_for

__all__ = ["Needs"]

_WARM_UP = 24
"""Hours that run before the week, so that it starts as it ends."""
_WEEKS = 100
"""Weeks that are played side by side: more would only take memory."""
_MOST_HOSTS = 1 << 40
_BACKLOG_SHARE = 0.05
"""Share of the weeks that may start an hour with builds waiting before the hosts of the hour before stay."""
_MOST_LEVELS = 8
"""Levels of quiet hours that are tried, spread over those that the week has."""
_FEWEST_WEEKS = 2
"""Weeks for which leases are sought beside the one that works ahead in every hour."""
_NONE_QUIET = -1
"""Quiet hours have so many hosts at most: none is quiet."""
_SEED_NEED = 24_168


class _Queue:
    """Builds that arrive and start, on a clock; rows are steps, columns are weeks."""

    def __init__(self, clock: Clock, arrived: Counts, new: Counts) -> None:
        self.arrived, self.new = arrived, new
        self.before = clock.steps_per_build
        self.started = np.zeros((self.before + arrived.shape[0], arrived.shape[1]), dtype=arrived.dtype)
        """Rows are shifted by a build's length, so that the time before the first step is there, and empty."""

    def run(self, low: int, high: int, slots: int) -> None:
        """Start what can start in steps [low, high), at most a build's length at a time.

        With slots that stay the same, what has arrived and what has left only grow: nothing that started is undone but
        where the span before had more slots.
        """
        lag = self.before
        for at in range(low, high, lag):
            end = min(at + lag, high)
            begun = self.started[lag + at : lag + end]
            np.add(self.started[at:end], slots, out=begun)
            np.minimum(begun, self.arrived[at:end], out=begun)
            if at > 0:
                np.maximum(begun, self.started[lag + at - 1], out=begun)

    def late(self, low: int, high: int, wait: int) -> int:
        """Builds that arrived in steps [low, high) and had not started `wait` steps later."""
        low = max(low, 0)
        if high <= low:
            return 0
        lag = self.before + wait
        waiting = self.arrived[low:high] - self.started[low + lag : high + lag]
        np.minimum(waiting, self.new[low:high], out=waiting)
        return int(np.maximum(waiting, 0, out=waiting).sum())

    def came(self, low: int, high: int) -> int:
        """Builds that arrived in steps [low, high)."""
        low = max(low, 0)
        if high <= low:
            return 0
        before = self.arrived[low - 1] if low else 0
        return int((self.arrived[high - 1] - before).sum())

    def waits(self, step: int) -> bool:
        """Whether builds wait at the start of a step, in more than a few of the weeks."""
        if step == 0:
            return False
        waiting = self.arrived[step - 1] > self.started[self.before + step - 1]
        return float(waiting.mean()) > _BACKLOG_SHARE

    def overdue(self, step: int, wait: int) -> int:
        """Builds that at a step have waited longer than the limit and not started."""
        if step - wait < 0:
            return 0
        return int(np.maximum(self.arrived[step - wait] - self.started[self.before + step], 0).sum())


class Needs:
    """Hosts that must be able to start builds in each hour of a cyclic week, so that builds start in time.

    In time means: of the builds whose limit ends in an hour at most 5 % are late, and no backlog of overdue builds is
    left behind. There are many such weeks: `at_most(k)` never uses more than k hosts and works ahead with them,
    `weeks(k)` are some that work ahead in their busier hours only.
    """

    def __init__(
        self, rates: Sequence[float], minutes: float, slots: int, max_wait_minutes: float, *, late_share: float = 0.05
    ) -> None:
        self._warm = min(_WARM_UP, len(rates))
        self._rates = [*rates[len(rates) - self._warm :], *rates]
        self._clock = clock_for(minutes, len(self._rates))
        self._arrived = arrivals(self._rates, self._clock, weeks=_WEEKS, seed=_SEED_NEED)
        self._new = np.diff(self._arrived, axis=0, prepend=0)
        self._slots = slots * self._clock.builds_per_step
        self._wait = self._clock.steps(max_wait_minutes)
        self._share = late_share
        self._found: dict[tuple[int, int], tuple[int, ...] | None] = {}
        self._at_once = self._week(wait=0, wanted=None, most=_MOST_HOSTS)

    @property
    def at_once(self) -> tuple[int, ...]:
        """Fewest hosts, hour by hour, with which builds start at once."""
        assert self._at_once is not None
        return self._at_once[self._warm :]

    def at_most(self, most: int, *, quiet: int = _NONE_QUIET) -> tuple[int, ...] | None:
        """Hosts of each hour, never more than `most`; None when builds would be late.

        Hours in which `quiet` hosts start builds at once do not work ahead: they get the fewest that are in time. Where
        every hour does, those after a rush keep its hosts until no builds wait.
        """
        if (most, quiet) not in self._found:
            assert self._at_once is not None
            wanted = [hosts if hosts > quiet else None for hosts in self._at_once]
            found = self._week(wait=self._wait, wanted=wanted, most=most)
            self._found[most, quiet] = None if found is None else found[self._warm :]
        return self._found[most, quiet]

    def weeks(self, most: int) -> tuple[tuple[int, ...], ...]:
        """A few weeks that never use more than `most` hosts, each in time; those with the fewest host-hours first.

        They differ in the hours that work ahead. Which one is cheapest to lease is not known here; the one that works
        ahead in every hour is among them, and so is the one that does in every hour with arrivals.
        """
        levels = sorted(set(self.at_once))
        tried = {levels[round(part * (len(levels) - 1) / _MOST_LEVELS)] for part in range(1, _MOST_LEVELS + 1)}
        if self.at_most(most) is None:
            return ()
        ahead = [week for quiet in (0, _NONE_QUIET) if (week := self.at_most(most, quiet=quiet)) is not None]
        found = {week for quiet in tried if (week := self.at_most(most, quiet=quiet)) is not None} - {*ahead}
        fewest = sorted(found, key=lambda week: (sum(week), week))[:_FEWEST_WEEKS]
        return tuple(dict.fromkeys([*fewest, *sorted(ahead, key=sum)]))

    def fewest(self) -> int:
        """The lowest peak with which builds still start in time."""
        low, high = 0, max(self.at_once, default=0)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.at_most(middle) is not None else (middle + 1, high)
        return high

    def _week(self, *, wait: int, wanted: Sequence[int | None] | None, most: int) -> tuple[int, ...] | None:
        clock = self._clock
        search = _Search(_Queue(clock, self._arrived, self._new), wait, self._slots, self._share)
        found: list[int] = []
        for hour in range(len(self._rates)):
            low, high = clock.bounds[hour], clock.bounds[hour + 1]
            expected = self._due(low - wait, high - wait)
            hosts = search.hour(low, high, expected=expected, wanted=wanted[hour] if wanted else None, most=most)
            if hosts is None:
                return None
            found.append(hosts)
        return tuple(found)

    def _due(self, low: int, high: int) -> bool:
        """Whether any build can be due that arrived in steps [low, high)."""
        bounds = self._clock.bounds
        return any(self._rates[max(0, bisect_right(bounds, low) - 1) : bisect_left(bounds, high)])


class _Search:
    """Decides the hosts of one hour after the other."""

    def __init__(self, queue: _Queue, wait: int, slots: int, late_share: float) -> None:
        self.queue, self.wait, self.slots, self.share = queue, wait, slots, late_share
        self.overdue = 0
        self.last = 0
        self.stands: tuple[int, int] | None = None
        """First step and hosts that the queue was last run with."""

    def hour(self, low: int, high: int, *, expected: bool, wanted: int | None, most: int) -> int | None:
        """Hosts of steps [low, high): what is wanted as far as `most` allows, more where builds would be late.

        None when builds are late with `most`. The queue then stands as the answer leaves it.
        """
        due = self.queue.came(low - self.wait, high - self.wait)
        floor = 1 if expected or self.overdue else 0
        if wanted is not None:
            backlog = self.last if self.queue.waits(low) else 0
            floor = max(floor, min(most, max(wanted, backlog)))
        hosts = self._least(low, high, due, floor, most)
        if hosts is None:
            return None
        if self.stands != (low, hosts):
            self._run(low, high, hosts)
        self.overdue = self.queue.overdue(high - 1, self.wait)
        self.last = hosts
        return hosts

    def _least(self, low: int, high: int, due: int, floor: int, most: int) -> int | None:
        """Fewest hosts from `floor` to `most` with which builds are in time; the answer is near the last hour's."""
        if floor > most:
            return None
        if self._in_time(low, high, floor, due):
            return floor
        bad, good = floor, max(self.last, floor + 1)
        while good < most and not self._in_time(low, high, good, due):
            bad, good = good, good * 2
        good = min(good, most)
        if good == most and not self._in_time(low, high, good, due):
            return None
        while good - bad > 1:
            middle = good - 1 if good - bad <= 4 else (bad + good) // 2  # noqa: PLR2004  (near the last hour's answer)
            bad, good = (bad, middle) if self._in_time(low, high, middle, due) else (middle, good)
        return good

    def _in_time(self, low: int, high: int, hosts: int, due: int) -> bool:
        queue, wait = self.queue, self.wait
        self._run(low, high, hosts)
        if queue.overdue(high - 1, wait) > self.share * (due + self.overdue):
            return False
        return queue.late(low - wait, high - wait, wait) <= self.share * due

    def _run(self, low: int, high: int, hosts: int) -> None:
        self.queue.run(low, high, hosts * self.slots)
        self.stands = (low, hosts)
