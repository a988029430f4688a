"""An EKS cluster from the nodes that a plan packs: managed node groups by type, market and zone."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class _Pool:
    """Equal nodes: one type (or several of one size on spot), one market, and who shares them."""

    market: Market
    exclusive: str | None
    types: set[str] = field(default_factory=set)
    fallbacks: tuple[str, ...] = ()
    """Types that stand in for the planned one, in order of preference."""
    workloads: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    """Zone -> nodes."""


def design_cluster(source: Source, cluster: Cluster) -> ClusterDesign | None:
    """The cluster with its node groups; None when the plan puts no node into it."""
    allocations = [a for a in source.plan.allocations if a.cluster == cluster.name and a.count > 0]
    if not allocations:
        return None
    regions = sorted({allocation.region for allocation in allocations})
    if len(regions) > 1:
        raise InputPropertyError(f"plan.allocations.{cluster.name}", f"a cluster lives in one region, found {regions}")
    zones = zones_of(allocations, cluster.name)
    pools = _pools(source, cluster, allocations)
    mixed = len({source.facts(name).architecture for pool in pools for name in pool.types}) > 1
    settings = source.settings.clusters.get(cluster.name, ClusterSettings())
    workloads = tuple(sorted({name for allocation in allocations for name in allocation.workloads}))
    return ClusterDesign(
        name=cluster.name,
        region=regions[0],
        control_plane_zones=zones if settings.existing else _widened(zones, source.catalog.zones(regions[0])),
        node_groups=tuple(g for pool in pools for g in _node_groups(source, cluster, pool, mixed=mixed)),
        root_volume_gib=max(20, round(cluster.root_volume_gib)),
        settings=settings,
        tags=fleet_tags(source.spec, source.settings.tags) | {"fleet:cluster": cluster.name, "fleet:kind": "service"},
        workloads=workloads,
        protect=source.settings.protect,
    )


def _pools(source: Source, cluster: Cluster, allocations: list[Allocation]) -> list[_Pool]:
    """Nodes that may stand for each other, counted in each zone as the plan packed them."""
    bought: dict[tuple[str, Market], list[Allocation]] = defaultdict(list)
    for allocation in allocations:
        bought[allocation.instance_type, market_of(allocation)].append(allocation)
    pools: dict[tuple[object, ...], _Pool] = {}
    for (name, market), members in bought.items():
        facts = source.facts(name)
        alike = (facts.architecture, facts.vcpus, facts.memory_gib) if market == "spot" else (name,)
        for zone, count, workloads in _packed(source, cluster, name, market) or _spread(members, cluster):
            exclusive = _exclusive(source, workloads)
            pool = pools.setdefault((market, exclusive, *alike), _Pool(market, exclusive))
            pool.types.add(name)
            pool.fallbacks = tuple(n for n in members[0].types[1:] if all(n in other.types for other in members))
            pool.workloads |= workloads
            pool.counts[zone] += count
    return list(pools.values())


def _packed(
    source: Source, cluster: Cluster, instance_type: str, market: Market
) -> list[tuple[str, int, frozenset[str]]]:
    """Zone, count and workloads of the nodes of a type, as the plan packed them."""
    return [
        (node.zone, node.count, frozenset(node.replicas))
        for node in source.plan.nodes
        if node.cluster == cluster.name
        and node.instance_type == instance_type
        and ("spot" if node.purchase == "spot" else "on_demand") == market
    ]


def _spread(members: list[Allocation], cluster: Cluster) -> list[tuple[str, int, frozenset[str]]]:
    """The same without a packing: even over the zones."""
    zones = zones_of(members, cluster.name)
    whole, rest = divmod(sum(member.count for member in members), len(zones))
    workloads = frozenset(name for member in members for name in member.workloads)
    return [(zone, whole + (place < rest), workloads) for place, zone in enumerate(zones) if whole or place < rest]


def _node_groups(source: Source, cluster: Cluster, pool: _Pool, *, mixed: bool) -> list[NodeGroupDesign]:
    """A group in each zone, so that its count is the plan's, and its name does not depend on the counts."""
    # On demand EKS takes the first type that AWS has capacity of.
    types = tuple(source.facts(name) for name in [*sorted(pool.types), *pool.fallbacks])
    workloads = tuple(sorted(pool.workloads))
    _check_images(source, workloads)
    owner = [pool.exclusive] if pool.exclusive else []
    market = ["spot"] if pool.market == "spot" else []
    name = "-".join([cluster.name, types[0].name.replace(".", "-"), *owner, *market])
    return [
        NodeGroupDesign(
            name=f"{name}-{zone}",
            types=types,
            market=pool.market,
            zone=zone,
            count=pool.counts[zone],
            max_pods=min(cluster.max_pods_per_node, *(facts.max_pods for facts in types)),
            ami_type=_ami_type(types[0]),
            labels={f"workload.fleet/{name}": "true" for name in workloads},
            taints=tuple(_taints(types[0], pool, mixed=mixed)),
            tags=cluster_tags(source.spec, cluster.name, workloads, source.settings.tags),
        )
        for zone in sorted(pool.counts)
    ]


def _check_images(source: Source, workloads: tuple[str, ...]) -> None:
    """An image of a workload's own cannot hold where nodes are shared, and must not be dropped in silence."""
    for name in workloads:
        if source.spec.workload(name).ami:
            raise InputPropertyError(
                f"spec.workloads.{name}.ami", "nodes of a cluster run the image that EKS brings; remove 'ami'"
            )


def _exclusive(source: Source, workloads: frozenset[str]) -> str | None:
    """The workload that has nodes for itself, when these are its."""
    if len(workloads) != 1:
        return None
    only = source.spec.workload(min(workloads))
    return only.name if isinstance(only, Service) and only.exclusive_nodes else None


def _taints(facts: TypeFacts, pool: _Pool, *, mixed: bool) -> list[Taint]:
    taints = []
    if pool.exclusive:
        taints.append(Taint(key="fleet/workload", value=pool.exclusive))
    if mixed and facts.architecture == "arm64":
        taints.append(Taint(key="fleet/architecture", value="arm64"))
    if pool.market == "spot":
        taints.append(Taint(key="fleet/interruptible", value="true"))
    return taints


def _ami_type(facts: TypeFacts) -> str:
    """EKS's name of the AL2023 image for a type."""
    if "cuda" in facts.stacks:
        return f"AL2023_{'ARM_64' if facts.architecture == 'arm64' else 'x86_64'}_NVIDIA"
    if "neuron" in facts.stacks:
        return "AL2023_x86_64_NEURON"
    return f"AL2023_{'ARM_64' if facts.architecture == 'arm64' else 'x86_64'}_STANDARD"


def _widened(zones: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    more = [zone for zone in known if zone not in zones]
    return tuple(sorted([*zones, *more[: max(0, _CONTROL_PLANE_ZONES - len(zones))]]))
