"""How much processor time the Mac week takes: the covering model over 168 hours with up to 200 hosts, and whole plans.

Run it with `.venv/bin/python benchmarks/mac.py`. It prints the slowest and the middle of random weeks of each shape:
of the covering model alone, and of whole plans of builds that take so many hosts (the queue that decides the hosts of
each hour, every Mac type, the leases, the weeks played through them). It fails when the model of a week takes more
than 2 seconds or is proved to less than 1 %, or a whole plan takes more than 3 seconds.
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
from fleet.spec import AppleBuilds, FleetSpec, load_spec

WEEKS = 10
PLANS = 3
MOST_SECONDS = 2.0
MOST_PLAN_SECONDS = 3.0
MOST_GAP_PERCENT = 1.0
MINUTES = 14
BUILDS_OF_HOST = 2 * 60 // MINUTES
"""Builds an hour that a host of two machines does."""
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
    """Seconds of processor of each week, and the largest gap in per cent."""
    seconds, gap = [], 0.0
    for seed in range(WEEKS):
        source = random.Random(seed)
        needed = [shape(source, hour, peak) for hour in range(168)]
        started = time.process_time()
        plan = plan_leases(needed, TERMS)
        seconds.append(time.process_time() - started)
        gap = max(gap, plan.gap_percent if plan else 100.0)
    return seconds, gap


def _plan(shape: Shape, peak: int, catalog: Catalog) -> tuple[list[float], int]:
    """Seconds of processor of whole plans of builds for about so many hosts, and the most hosts that one leases."""
    seconds, hosts = [], 0
    for seed in range(PLANS):
        source = random.Random(seed)
        workload = AppleBuilds(
            name="ios",
            platforms=["ios"],
            minutes_per_build=MINUTES,
            profile=[BUILDS_OF_HOST * shape(source, hour, peak) for hour in range(168)],
        )
        spec = FleetSpec(version=1, name="benchmark", region="us-east-1", workloads=[workload])
        started = time.process_time()
        part = plan_apple_builds(spec, workload, catalog, today=date(2026, 12, 1))
        seconds.append(time.process_time() - started)
        hosts = max(hosts, *part.schedules[0].leased)
    return seconds, hosts


def main() -> int:
    """Print the figures; 1 when a limit is broken."""
    slow = False
    catalog = Catalog.load()
    for name, shape in SHAPES.items():
        for peak in (10, 200):
            seconds, gap = _time(shape, peak)
            slow = slow or max(seconds) > MOST_SECONDS or gap > MOST_GAP_PERCENT
            middle = statistics.median(seconds)
            print(f"{name:14} {peak:4} hosts  middle {middle:6.3f} s  slowest {max(seconds):6.3f} s  gap {gap:.2f} %")
            whole, hosts = _plan(shape, peak, catalog)
            slow = slow or max(whole) > MOST_PLAN_SECONDS
            middle = statistics.median(whole)
            print(f"{'':14} whole plan  middle {middle:6.3f} s  slowest {max(whole):6.3f} s  {hosts} hosts at most")
    spec = load_spec(Path("fleet.yaml"))
    for workload in spec.workloads:
        if isinstance(workload, AppleBuilds):
            started = time.process_time()
            plan_apple_builds(spec, workload, catalog, today=date(2026, 12, 1))
            print(f"whole plan of {workload.name!r}: {time.process_time() - started:.2f} s")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
