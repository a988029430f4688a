"""Builds that arrive: seeded Poisson draws on a fine clock, the same on every machine.

The draws compare raw 64-bit integers of a PCG64 generator (whose stream numpy keeps) with integer thresholds of the
Poisson distribution, capped where its tail is below 1e-12: no floating-point sampling takes part.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Clock", "Counts", "arrivals", "clock_for"]

Counts = npt.NDArray[np.signedinteger]

_HOUR_MS = 3_600_000
_STEP_MS = 30_000
"""Longest step of the clock: half a minute."""
_TAIL = 1e-12
_MOST_RANDOM = 500.0
"""Builds in a step above which the draw is the mean: its spread is then below 5 % and shrinks further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time in whole steps. A build takes `steps_per_build` steps; very short builds go several to a step."""

    step_ms: int
    steps_per_build: int
    builds_per_step: int
    bounds: tuple[int, ...]
    """First step of each hour, and of the hour after the last."""

    def first_step(self, hour: int) -> int:
        """First step of an hour, also of one before the first or after the last."""
        return _first_step(hour, self.step_ms)

    def steps(self, minutes: float) -> int:
        """Whole steps in so many minutes."""
        return math.floor(round(minutes * 60_000) / self.step_ms)

    def minutes(self, steps: int) -> float:
        """Minutes in so many steps."""
        return steps * self.step_ms / 60_000


def clock_for(minutes_per_build: float, hours: int) -> Clock:
    """A clock whose step divides a build, or is a whole number of builds, and is at most half a minute."""
    build_ms = max(1, round(minutes_per_build * 60_000))
    steps = math.ceil(build_ms / _STEP_MS)
    step = round(build_ms / steps) if build_ms >= _STEP_MS / 2 else _STEP_MS // build_ms * build_ms
    bounds = tuple(_first_step(hour, step) for hour in range(hours + 1))
    return Clock(step_ms=step, steps_per_build=steps, builds_per_step=max(1, step // build_ms), bounds=bounds)


def _first_step(hour: int, step_ms: int) -> int:
    return -(-hour * _HOUR_MS // step_ms)


def arrivals(rates: Sequence[float], clock: Clock, *, weeks: int, seed: int) -> Counts:
    """Builds that have arrived up to and including each step (rows), in each of so many independent weeks (columns)."""
    small = 2 * sum(rates) + _MOST_RANDOM < np.iinfo(np.int32).max
    found: Counts = np.zeros((clock.bounds[-1], weeks), dtype=np.int32 if small else np.int64)
    generator = np.random.PCG64(seed)
    for hour, rate in enumerate(rates):
        low, high = clock.bounds[hour], clock.bounds[hour + 1]
        if rate == 0:
            generator.advance((high - low) * weeks)
        else:
            raw = generator.random_raw((high - low) * weeks).reshape(high - low, weeks)
            found[low:high] = _draw(rate * clock.step_ms / _HOUR_MS, raw)
    return np.cumsum(found, axis=0, out=found)


def _draw(mean: float, raw: npt.NDArray[np.uint64]) -> Counts:
    if mean > _MOST_RANDOM:
        return np.full(raw.shape, round(mean), dtype=np.int64)
    found: Counts = np.searchsorted(_thresholds(mean), raw.ravel(), side="right").reshape(raw.shape).astype(np.int64)
    return found


def _thresholds(mean: float) -> npt.NDArray[np.uint64]:
    """Cumulative Poisson probabilities as 64-bit integers, up to the cap."""
    probability = math.exp(-mean)
    total, count, found = probability, 0, []
    while 1.0 - total > _TAIL and count < mean + 60 * math.sqrt(mean) + 60:
        found.append(min(int(total * 2.0**64), 2**64 - 1))
        count += 1
        probability *= mean / count
        total += probability
    return np.array(found, dtype=np.uint64)
