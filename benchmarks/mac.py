"""How long the Mac week takes: the covering model over 168 hours with up to 200 hosts, and a whole plan.

Run it with `.venv/bin/python benchmarks/mac.py`. It prints the slowest and the middle of many random weeks of each
shape, and fails when a week takes more than 2 seconds or is proved to less than 1 %.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from fleet.catalog import Catalog
from fleet.planner.mac import plan_apple_builds
from fleet.planner.mac.leases import Terms, plan_leases
from fleet.spec import AppleBuilds, load_spec

WEEKS = 10
MOST_SECONDS = 2.0
MOST_GAP_PERCENT = 1.0
TERMS = Terms(ready_hours=1, drain_hours=1, scrub_hours=5)

DAYTIME = range(8, 20)

Shape = Callable[[random.Random, int, int], int]

SHAPES: dict[str, Shape] = {
    "office hours": lambda source, hour, peak: peak - source.randint(0, peak // 10) if _is_office(hour) else 0,
    "day and night": lambda source, hour, peak: round(
        peak * (0.3 + 0.6 * (hour % 24 in DAYTIME) + 0.1 * source.random())
    ),
    "a burst a day": lambda source, hour, peak: peak - source.randint(0, 1) if hour % 24 == 12 else 0,  # noqa: PLR2004  (noon)
    "anything": lambda source, _hour, peak: source.randint(0, peak),
}


def _is_office(hour: int) -> bool:
    return hour // 24 < 5 and 9 <= hour % 24 < 18  # noqa: PLR2004  (weekdays, 9 to 18)


def _time(shape: Shape, peak: int) -> tuple[list[float], float]:
    """Seconds of each week, and the largest gap in per cent."""
    seconds, gap = [], 0.0
    for seed in range(WEEKS):
        source = random.Random(seed)
        needed = [shape(source, hour, peak) for hour in range(168)]
        started = time.perf_counter()
        plan = plan_leases(needed, TERMS)
        seconds.append(time.perf_counter() - started)
        gap = max(gap, plan.gap_percent if plan else 100.0)
    return seconds, gap


def main() -> int:
    """Print the figures; 1 when a limit is broken."""
    slow = False
    for name, shape in SHAPES.items():
        for peak in (10, 200):
            seconds, gap = _time(shape, peak)
            slow = slow or max(seconds) > MOST_SECONDS or gap > MOST_GAP_PERCENT
            middle = statistics.median(seconds)
            print(f"{name:14} {peak:4} hosts  middle {middle:6.3f} s  slowest {max(seconds):6.3f} s  gap {gap:.2f} %")
    spec = load_spec(Path("fleet.yaml"))
    catalog = Catalog.load()
    for workload in spec.workloads:
        if isinstance(workload, AppleBuilds):
            started = time.perf_counter()
            plan_apple_builds(spec, workload, catalog, today=date(2026, 12, 1))
            print(f"whole plan of {workload.name!r}: {time.perf_counter() - started:.2f} s")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
