"""Batch work as compute environments: one for each architecture and market, spot before on demand."""

from collections import defaultdict
from dataclasses import dataclass

from pulumi import InputPropertyError

from fleet.plans import Allocation
from fleet.resources.design.model import BatchDesign, ComputeDesign, Market
from fleet.resources.design.pool import market_of
from fleet.resources.design.source import Source, zones_of
from fleet.resources.tags import hours_tag, workload_tags
from fleet.spec import AppleBuilds, Batch, Workload

__all__ = ["design_batch"]

_MIB = 1024
_FOR_THE_AGENT = 0.9
"""The container agent and the kernel keep a part of an instance's memory; jobs that ask for all of it never start."""


@dataclass(frozen=True, slots=True)
class _Job:
    memory_gib_per_vcpu: float
    hours: float


def design_batch(source: Source, workload: Batch | AppleBuilds) -> BatchDesign | None:
    """The queue of a batch workload, or of builds that need no Mac; None when the plan gives it nothing."""
    allocations = source.allocations(workload)
    if not allocations:
        return None
    regions = sorted({allocation.region for allocation in allocations})
    if len(regions) > 1:
        raise InputPropertyError(f"plan.allocations.{workload.name}", f"a queue lives in one region, found {regions}")
    job = _job(workload)
    return BatchDesign(
        workload=workload.name,
        region=regions[0],
        environments=_environments(source, workload, allocations),
        job_memory_mib=int(job.memory_gib_per_vcpu * _MIB * _FOR_THE_AGENT),
        timeout_seconds=max(60, int(job.hours * 3600)),
        root_volume_gib=max(30, source.root_volume_gib(workload) if workload.kind == "batch" else 30),
        tags=workload_tags(source.spec, workload, extra=source.settings.tags),
    )


def _job(workload: Batch | AppleBuilds) -> _Job:
    if isinstance(workload, Batch):
        return _Job(max(workload.memory_gib_per_vcpu, 0.5), workload.deadline_hours)
    return _Job(workload.memory_gib_per_vm, workload.minutes_per_build / 60 * 4)


def _environments(source: Source, workload: Workload, allocations: list[Allocation]) -> tuple[ComputeDesign, ...]:
    parts: dict[tuple[Market, str], list[Allocation]] = defaultdict(list)
    for allocation in allocations:
        architecture = source.facts(allocation.instance_type).architecture
        parts[market_of(allocation), architecture].append(allocation)
    spot_first = sorted(parts, key=lambda key: (key[0] != "spot", key[1]))
    return tuple(_environment(source, workload, key, parts[key]) for key in spot_first)


def _environment(
    source: Source, workload: Workload, key: tuple[Market, str], allocations: list[Allocation]
) -> ComputeDesign:
    market, architecture = key
    types = {name: source.facts(name) for a in allocations for name in a.types}
    hours = {a.hours_per_month for a in allocations}
    tags = workload_tags(source.spec, workload, extra=source.settings.tags)
    return ComputeDesign(
        name=f"{workload.name}-{market.replace('_', '-')}-{architecture.replace('_', '-')}",
        market=market,
        types=tuple(types[name] for name in sorted(types)),
        zones=zones_of(allocations, workload.name),
        max_vcpus=sum(types[a.instance_type].vcpus * a.count for a in allocations),
        tags=tags | hours_tag(max(hours)),
        image_id=workload.ami,
    )
