"""Why a cluster cannot be had, in the user's words."""

from collections.abc import Iterator, Sequence

from fleet.catalog import Catalog
from fleet.planner.clusters.ground import Ground
from fleet.planner.clusters.zones import Zoned
from fleet.planner.missing_prices import nothing_priced, unknown_regions
from fleet.plans.model import Conflict
from fleet.spec.model import Cluster, FleetSpec, Service


def too_few_zones(spec: FleetSpec, cluster: Cluster, catalog: Catalog, zones: Sequence[str]) -> Conflict:
    """The region has fewer zones than the cluster asks for, or none that is known."""
    unknown = unknown_regions(f"cluster {cluster.name}", [spec.region], catalog)
    if unknown is not None:
        return unknown
    return Conflict(
        constraint=f"zones of cluster {cluster.name}",
        needed=f"{cluster.zones} zones",
        allowed=f"{len(zones)} in {spec.region}",
        hint="lower the cluster's zones, or choose a region with more",
    )


def no_common_region(spec: FleetSpec, cluster: Cluster) -> Conflict:
    """The workloads of a cluster allow no region in common."""
    members = [w for w in spec.workloads if isinstance(w, Service) and w.cluster == cluster.name]
    return Conflict(
        constraint=f"regions of the workloads of cluster {cluster.name}",
        needed="one region for all of them",
        allowed="; ".join(f"{w.name}: {', '.join(spec.regions_for(w))}" for w in members),
        hint="give them a region in common, or a cluster for each region",
    )


def clashes(ground: Ground, zoned: Sequence[Zoned]) -> Iterator[Conflict]:
    """Workloads that no node holds; where all have one, the limits that leave too little."""
    homeless = sorted(
        {load.workload for z in zoned for load in z.problem.loads if not any(n.may_hold(load) for n in z.problem.types)}
    )
    for name in homeless:
        unpriced = ground.unpriced(name)
        yield nothing_priced(name, [ground.spec.region], unpriced) if unpriced else _homeless(ground.spec, name)
    if homeless:
        return
    if ground.cluster.max_nodes is not None:
        yield Conflict(
            constraint=f"max_nodes of cluster {ground.cluster.name}",
            needed="more nodes of the types that the candidates leave",
            allowed=str(ground.cluster.max_nodes),
            hint="raise max_nodes or max_vcpus, or take replicas away",
        )
    codes = sorted({code for z in zoned for n in z.problem.types for code, _ in n.takes if code in z.problem.free})
    for code in codes:
        region, _, quota = code.partition(":")
        yield Conflict(
            constraint=f"quota {quota}",
            needed=f"more vCPUs in {region} for cluster {ground.cluster.name}",
            allowed=f"{sum(z.problem.free[code] for z in zoned):g}",
            hint="request an increase of the quota, or allow types that count against another one",
        )


def _homeless(spec: FleetSpec, name: str) -> Conflict:
    workload = spec.workload(name)
    need = workload.per_replica if isinstance(workload, Service) else None
    return Conflict(
        constraint=f"candidates of {name}",
        needed=f"a node for one replica of {need.vcpus:g} vCPUs and {need.memory_gib:g} GiB" if need else "a node",
        allowed="no type that the candidates leave is large enough after reservations",
        hint=f"see 'fleet explain {name}'; widen candidates or make replicas smaller",
    )
