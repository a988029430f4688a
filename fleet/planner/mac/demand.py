"""Builds per hour of the week, and how many of them one host builds at a time."""

import math

from fleet.spec import AppleBuilds

__all__ = ["RESERVE_GIB", "WEEK", "WORKING_HOURS", "hourly_builds", "minutes_on", "needs_mac", "slots_per_host"]

WEEK = 168
"""Hours of the week, from Monday 00:00."""

WORKING_HOURS = range(9, 18)
"""Hours of a weekday over which `builds_per_weekday` spreads evenly: 9:00 to 18:00."""

RESERVE_GIB = 4.0
"""Memory of each host that stays with macOS and the hypervisor."""


def needs_mac(workload: AppleBuilds) -> bool:
    """Whether anything is built that needs Apple's SDKs: Linux alone does not."""
    return any(platform != "linux" for platform in workload.platforms)


def hourly_builds(workload: AppleBuilds) -> tuple[float, ...]:
    """Builds that arrive in each of the 168 hours of the week."""
    if workload.profile is not None:
        return tuple(workload.profile)
    assert workload.builds_per_weekday is not None
    each = workload.builds_per_weekday / len(WORKING_HOURS)
    return tuple(each if hour // 24 < 5 and hour % 24 in WORKING_HOURS else 0.0 for hour in range(WEEK))  # noqa: PLR2004  (Monday to Friday)


def slots_per_host(workload: AppleBuilds, memory_gib: float) -> int:
    """Virtual machines that fit a host: at most two (Apple's limit), and memory must suffice for all of them."""
    by_memory = math.floor((memory_gib - RESERVE_GIB) / workload.memory_gib_per_vm + 1e-9)
    return max(0, min(workload.max_vms_per_host, by_memory))


def minutes_on(workload: AppleBuilds, chip: str) -> float:
    """Minutes of a build on a chip; a chip whose speed is not given counts as the reference."""
    return workload.minutes_per_build / workload.build_speed.get(chip, 1.0)
