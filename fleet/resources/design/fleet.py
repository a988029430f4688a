"""The design of a whole fleet: every workload of the spec that the plan gives something."""

from collections.abc import Iterable
from decimal import Decimal

from pulumi import InputPropertyError

from fleet.resources.design.batch import design_batch
from fleet.resources.design.cluster import design_cluster
from fleet.resources.design.mac import design_mac
from fleet.resources.design.model import (
    BatchDesign,
    ClusterDesign,
    FleetDesign,
    MacDesign,
    PoolDesign,
    TrainingDesign,
)
from fleet.resources.design.pool import design_pool
from fleet.resources.design.source import Source
from fleet.resources.design.training import design_training
from fleet.resources.tags import fleet_tags
from fleet.spec import AppleBuilds, Batch, Training, Workload

__all__ = ["WorkloadDesign", "design_fleet", "design_workload", "zones_needed"]

WorkloadDesign = PoolDesign | TrainingDesign | BatchDesign | MacDesign


def design_fleet(source: Source) -> FleetDesign:
    """Everything that the plan declares; InputPropertyError where plan, spec and settings do not fit together."""
    _check(source)
    own = [design for w in source.spec.workloads if (design := design_workload(source, w)) is not None]
    clusters = [d for c in source.spec.clusters if (d := design_cluster(source, c)) is not None]
    hourly = sum((a.unit_hourly_usd * a.count for a in source.plan.allocations), Decimal(0))
    return FleetDesign(
        name=source.spec.name,
        clusters=tuple(clusters),
        pools=tuple(d for d in own if isinstance(d, PoolDesign)),
        queues=tuple(d for d in own if isinstance(d, BatchDesign)),
        trainings=tuple(d for d in own if isinstance(d, TrainingDesign)),
        macs=tuple(d for d in own if isinstance(d, MacDesign)),
        zones=zones_needed([*own, *clusters]),
        tags=fleet_tags(source.spec, source.settings.tags),
        monthly_usd=source.plan.monthly_usd,
        one_off_usd=source.plan.one_off_usd,
        hourly_usd=hourly,
    )


def design_workload(source: Source, workload: Workload) -> WorkloadDesign | None:
    """What one workload gets on nodes of its own; None when it shares a cluster or the plan gives it nothing."""
    match workload:
        case Training():
            return design_training(source, workload)
        case Batch():
            return design_batch(source, workload)
        case AppleBuilds() if any(source.facts(a.instance_type).host_family for a in source.allocations(workload)):
            return design_mac(source, workload)
        case AppleBuilds():
            return design_batch(source, workload)
        case _:
            return design_pool(source, workload)


def zones_needed(designs: Iterable[WorkloadDesign | ClusterDesign]) -> dict[str, tuple[str, ...]]:
    """Region -> zones that need a subnet, sorted."""
    needed: dict[str, set[str]] = {}
    for design in designs:
        for region, zones in _places(design):
            needed.setdefault(region, set()).update(zones)
    return {region: tuple(sorted(needed[region])) for region in sorted(needed)}


def _places(design: WorkloadDesign | ClusterDesign) -> list[tuple[str, tuple[str, ...]]]:
    match design:
        case PoolDesign() | TrainingDesign():
            return [(group.region, group.zones) for group in design.groups]
        case BatchDesign():
            return [(design.region, part.zones) for part in design.environments]
        case MacDesign():
            hosts = tuple(host.zone for host in design.hosts)
            return [(design.region, hosts), *((design.region, lease.zones) for lease in design.leases)]
        case ClusterDesign():
            nodes = [(design.region, (group.zone,)) for group in design.node_groups]
            return [(design.region, design.control_plane_zones), *nodes]


def _check(source: Source) -> None:
    if source.plan.status == "infeasible":
        raise InputPropertyError("plan.status", "the plan is infeasible, there is nothing to deploy; run 'fleet plan'")
    known = {workload.name for workload in source.spec.workloads}
    for allocation in source.plan.allocations:
        for name in allocation.workloads:
            if name not in known:
                raise InputPropertyError("plan.allocations", f"workload {name!r} is not in the spec; run 'fleet plan'")
    for setting in ("reservations", "root_volume_gib", "target_groups"):
        for name in getattr(source.settings, setting):
            if name not in known:
                raise InputPropertyError(f"{setting}.{name}", f"no such workload; there are {', '.join(sorted(known))}")
    for name in source.settings.reservations:
        if not _has_own_groups(source.spec.workload(name)):
            raise InputPropertyError(
                f"reservations.{name}", "only work on groups of its own starts in a reservation; take it out"
            )
    clusters = {cluster.name for cluster in source.spec.clusters}
    for name in source.settings.clusters:
        if name not in clusters:
            raise InputPropertyError(f"clusters.{name}", f"no such cluster; there are {sorted(clusters)}")


def _has_own_groups(workload: Workload) -> bool:
    """Auto Scaling groups that are the workload's alone: neither nodes of a cluster, nor Batch, nor hosts."""
    return not isinstance(workload, Batch | AppleBuilds) and getattr(workload, "cluster", None) is None
