"""Builds that need no Mac: work for Linux alone becomes batch work on Graviton or x86."""

from fleet.catalog import Catalog
from fleet.money import HOURS_PER_MONTH
from fleet.planner.mac.demand import WEEK, WORKING_HOURS, hourly_builds
from fleet.spec import AppleBuilds, Batch

__all__ = ["as_batch"]

_DEFAULT_CORES = 8
"""Cores of a Mac whose chip the catalog does not list: those of the smallest ones it does."""


def as_batch(workload: AppleBuilds, catalog: Catalog) -> tuple[Batch, tuple[str, ...]]:
    """The same builds as batch work, and what was assumed: one run a weekday, or one a week with a profile.

    Nobody measured these builds on Linux: a build is taken to use the vCPUs that one of the reference Mac's machines
    has, for as long as it took there.
    """
    vcpus = _cores(workload, catalog) / workload.max_vms_per_host
    rates = hourly_builds(workload)
    runs_a_week = 5 if workload.builds_per_weekday is not None else 1
    busy = len(WORKING_HOURS) if workload.builds_per_weekday is not None else sum(1 for rate in rates if rate > 0)
    batch = Batch(
        name=workload.name,
        tags=workload.tags,
        regions=workload.regions,
        interruptible=workload.interruptible,
        hours_per_month=workload.hours_per_month,
        budget_monthly_usd=workload.budget_monthly_usd,
        candidates=workload.candidates,
        purchase=workload.purchase,
        ami=workload.ami,
        min_nodes=workload.min_nodes,
        vcpu_hours=sum(rates) / runs_a_week * workload.minutes_per_build / 60 * vcpus,
        runs_per_month=runs_a_week * HOURS_PER_MONTH / WEEK,
        memory_gib_per_vcpu=workload.memory_gib_per_vm / vcpus,
        deadline_hours=float(max(busy, 1)),
    )
    moved = f"{workload.name}: linux needs no Mac; its builds are planned as batch work"
    unknown = (
        f"{workload.name}: speed on Linux is not known: a build is taken to use {vcpus:g} vCPUs for "
        f"{workload.minutes_per_build:g} minutes, as one of {workload.max_vms_per_host} machines on a "
        f"{workload.reference_chip} would; max_wait_minutes is not planned for"
    )
    return batch, (moved, unknown)


def _cores(workload: AppleBuilds, catalog: Catalog) -> int:
    """The vCPUs of the smallest Mac with the reference chip."""
    found = [
        catalog.types[name].vcpus
        for name, mac in catalog.macs.items()
        if mac.chip == workload.reference_chip and name in catalog.types
    ]
    return min(found, default=_DEFAULT_CORES)
