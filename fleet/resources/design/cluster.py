"""An EKS cluster from the nodes that a plan packs: one managed node group for each allocation."""

from collections import defaultdict
from dataclasses import dataclass

from pulumi import InputPropertyError

from fleet.plans import Allocation
from fleet.resources.design.model import ClusterDesign, Market, NodeGroupDesign, Taint
from fleet.resources.design.pool import market_of
from fleet.resources.design.source import Source, zones_of
from fleet.resources.facts import TypeFacts
from fleet.resources.settings import ClusterSettings
from fleet.resources.tags import cluster_tags, fleet_tags
from fleet.spec import Cluster, Service

__all__ = ["design_cluster"]

_CONTROL_PLANE_ZONES = 2
"""EKS places its control plane in subnets of at least two zones, whatever the nodes use."""


@dataclass(frozen=True, slots=True)
class _Slice:
    """Equal nodes: one type (or several of one size on spot), one market, some zones."""

    types: tuple[str, ...]
    market: Market
    zones: tuple[str, ...]
    count: int
    workloads: tuple[str, ...]


def design_cluster(source: Source, cluster: Cluster) -> ClusterDesign | None:
    """The cluster with its node groups; None when the plan puts no node into it."""
    allocations = [a for a in source.plan.allocations if a.cluster == cluster.name and a.count > 0]
    if not allocations:
        return None
    regions = sorted({allocation.region for allocation in allocations})
    if len(regions) > 1:
        raise InputPropertyError(f"plan.allocations.{cluster.name}", f"a cluster lives in one region, found {regions}")
    zones = zones_of(allocations, cluster.name)
    slices = _slices(source, cluster, allocations)
    mixed = len({source.facts(name).architecture for part in slices for name in part.types}) > 1
    settings = source.settings.clusters.get(cluster.name, ClusterSettings())
    workloads = tuple(sorted({name for allocation in allocations for name in allocation.workloads}))
    return ClusterDesign(
        name=cluster.name,
        region=regions[0],
        control_plane_zones=zones if settings.existing else _widened(zones, source.catalog.zones(regions[0])),
        node_groups=tuple(_node_group(source, cluster, part, mixed=mixed) for part in slices),
        root_volume_gib=max(20, round(cluster.root_volume_gib)),
        settings=settings,
        tags=fleet_tags(source.spec, source.settings.tags) | {"fleet:cluster": cluster.name, "fleet:kind": "service"},
        workloads=workloads,
        protect=source.settings.protect,
    )


def _slices(source: Source, cluster: Cluster, allocations: list[Allocation]) -> list[_Slice]:
    pools: dict[tuple[object, ...], list[Allocation]] = defaultdict(list)
    for allocation in allocations:
        facts = source.facts(allocation.instance_type)
        alike = (facts.architecture, facts.vcpus, facts.memory_gib) if allocation.purchase == "spot" else (facts.name,)
        pools[market_of(allocation), *alike].append(allocation)
    return [part for members in pools.values() for part in _by_zone(source, cluster, members)]


def _by_zone(source: Source, cluster: Cluster, members: list[Allocation]) -> list[_Slice]:
    """One slice over all zones when the packing is even over them, as a group keeps it; else one for each zone."""
    types = tuple(sorted({member.instance_type for member in members}))
    market = market_of(members[0])
    workloads = tuple(sorted({name for member in members for name in member.workloads}))
    counts: dict[str, int] = defaultdict(int)
    for node in source.plan.nodes:
        if node.cluster == cluster.name and node.instance_type in types and _market(node.purchase) == market:
            counts[node.zone] += node.count
    zones = zones_of(members, cluster.name)
    total = sum(member.count for member in members)
    if not counts or max(counts.values()) - min(counts.get(zone, 0) for zone in zones) <= 1:
        return [_Slice(types, market, zones, total, workloads)]
    return [_Slice(types, market, (zone,), counts[zone], workloads) for zone in sorted(counts)]


def _market(purchase: str) -> Market:
    return "spot" if purchase == "spot" else "on_demand"


def _node_group(source: Source, cluster: Cluster, part: _Slice, *, mixed: bool) -> NodeGroupDesign:
    types = tuple(source.facts(name) for name in part.types)
    _check_images(source, part.workloads)
    exclusive = _exclusive(source, part.workloads)
    return NodeGroupDesign(
        name=_name(cluster, part),
        types=types,
        market=part.market,
        zones=part.zones,
        count=part.count,
        max_pods=min(cluster.max_pods_per_node, *(facts.max_pods for facts in types)),
        ami_type=_ami_type(types[0]),
        labels={f"workload.fleet/{name}": "true" for name in part.workloads},
        taints=tuple(_taints(types[0], part, exclusive, mixed=mixed)),
        tags=cluster_tags(source.spec, cluster.name, part.workloads, source.settings.tags),
    )


def _check_images(source: Source, workloads: tuple[str, ...]) -> None:
    """An image of a workload's own cannot hold where nodes are shared, and must not be dropped in silence."""
    for name in workloads:
        if source.spec.workload(name).ami:
            raise InputPropertyError(
                f"spec.workloads.{name}.ami", "nodes of a cluster run the image that EKS brings; remove 'ami'"
            )


def _exclusive(source: Source, workloads: tuple[str, ...]) -> str | None:
    if len(workloads) != 1:
        return None
    only = source.spec.workload(workloads[0])
    return only.name if isinstance(only, Service) and only.exclusive_nodes else None


def _taints(facts: TypeFacts, part: _Slice, exclusive: str | None, *, mixed: bool) -> list[Taint]:
    taints = []
    if exclusive:
        taints.append(Taint(key="fleet/workload", value=exclusive))
    if mixed and facts.architecture == "arm64":
        taints.append(Taint(key="fleet/architecture", value="arm64"))
    if part.market == "spot":
        taints.append(Taint(key="fleet/interruptible", value="true"))
    return taints


def _ami_type(facts: TypeFacts) -> str:
    """EKS's name of the AL2023 image for a type."""
    if "cuda" in facts.stacks:
        return f"AL2023_{'ARM_64' if facts.architecture == 'arm64' else 'x86_64'}_NVIDIA"
    if "neuron" in facts.stacks:
        return "AL2023_x86_64_NEURON"
    return f"AL2023_{'ARM_64' if facts.architecture == 'arm64' else 'x86_64'}_STANDARD"


def _name(cluster: Cluster, part: _Slice) -> str:
    zone = [part.zones[0]] if len(part.zones) == 1 else []
    market = ["spot"] if part.market == "spot" else []
    return "-".join([cluster.name, part.types[0].replace(".", "-"), *market, *zone])


def _widened(zones: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    more = [zone for zone in known if zone not in zones]
    return tuple(sorted([*zones, *more[: max(0, _CONTROL_PLANE_ZONES - len(zones))]]))
