"""Clusters: the services of each are packed together, zone by zone, on nodes that Kubernetes and its daemons shrink."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog, eks_reserved
from fleet.money import HOURS_PER_MONTH, usd
from fleet.planner.candidates import Market, Offer, survey
from fleet.planner.packing import Load, NodeType, Packing, Problem, pack
from fleet.planner.part import Part
from fleet.planner.rejections import rejections
from fleet.planner.volumes import root_volume_hourly_usd, volume_note
from fleet.plans.model import Allocation, Conflict, Node
from fleet.spec.model import Cluster, FleetSpec, Service
from fleet.vocabulary import Status

_MICRO = Decimal("0.000001")
_ORDER: dict[Status, int] = {"optimal": 0, "feasible": 1, "timed_out": 2, "infeasible": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Zoned:
    """One zone's share of a cluster: its problem and the packing found."""

    zone: str
    problem: Problem
    packing: Packing


def plan_cluster(
    spec: FleetSpec, cluster: Cluster, catalog: Catalog, *, today: date, free: Mapping[str, float]
) -> Part:
    """The nodes of one cluster. Workloads with exclusive nodes are packed alone, the others together."""
    members = [w for w in spec.workloads if isinstance(w, Service) and w.cluster == cluster.name]
    together = [workload for workload in members if not workload.exclusive_nodes]
    groups = [[workload] for workload in members if workload.exclusive_nodes] + ([together] if together else [])
    markets = {workload.name: survey(spec, workload, catalog, spec.region, today=today) for workload in members}
    zones = _zones(catalog, spec.region, cluster.zones, markets.values())
    if len(zones) < cluster.zones:
        return Part(status="infeasible", conflicts=(_too_few_zones(spec, cluster, zones),))
    parts = [_group(spec, cluster, catalog, group, markets, zones, dict(free)) for group in groups]
    return _joined(spec, cluster, catalog, markets, [zoned for part in parts for zoned in part])


def _group(
    spec: FleetSpec,
    cluster: Cluster,
    catalog: Catalog,
    group: Sequence[Service],
    markets: Mapping[str, Market],
    zones: Sequence[str],
    free: dict[str, float],
) -> list[_Zoned]:
    """Each zone packs its share; zones with equal problems share one solution."""
    done: dict[object, Packing] = {}
    found: list[_Zoned] = []
    for position, zone in enumerate(zones):
        loads = tuple(load for load in (_load(w, markets[w.name], position, len(zones)) for w in group) if load.count)
        offers = {(o.kind.name, o.purchase): o for w in group for o in markets[w.name].offers if zone in o.zones}
        types = [node_type(cluster, catalog, offer) for offer in offers.values()]
        problem = Problem(
            loads=loads,
            types=tuple(_undominated([node for node in types if any(node.takes(load) for load in loads)], loads)),
            free={code: room / len(zones) for code, room in free.items() if code.startswith(f"{spec.region}:")},
            max_nodes=None if cluster.max_nodes is None else _share(cluster.max_nodes, position, len(zones)),
            seconds=spec.planner.time_limit_seconds,
        )
        key = (loads, tuple((n.offer.kind.name, n.offer.purchase) for n in problem.types), problem.max_nodes)
        if key not in done:
            done[key] = pack(problem)
        found.append(_Zoned(zone=zone, problem=problem, packing=done[key]))
    return found


def _zones(catalog: Catalog, region: str, count: int, markets: Iterable[Market]) -> tuple[str, ...]:
    """The zones in which most of the usable types are offered; ties by name."""
    offered = dict.fromkeys(catalog.zones(region), 0)
    for market in markets:
        for offer in market.offers:
            for zone in offer.zones:
                offered[zone] = offered.get(zone, 0) + 1
    return tuple(sorted(sorted(offered, key=lambda zone: (-offered[zone], zone))[:count]))


def _load(workload: Service, market: Market, position: int, zones: int) -> Load:
    """The workload's replicas in one zone: spread over its first `zone_spread` zones, differing by at most one.

    Workloads that use fewer zones than the cluster start at a zone of their own, so that zones fill evenly.
    """
    spread = min(workload.zone_spread, zones)
    start = sum(map(ord, workload.name)) % zones if spread < zones else 0
    place = (position - start) % zones
    share, rest = divmod(workload.replicas, spread)
    count = share + (place < rest) if place < spread else 0
    need = workload.per_replica
    return Load(
        workload=workload.name,
        need=(need.vcpus, need.memory_gib, 1.0),
        count=count,
        may_use_spot=workload.interruptible,
        allowed=frozenset(offer.kind.name for offer in market.offers),
    )


def node_type(cluster: Cluster, catalog: Catalog, offer: Offer) -> NodeType:
    """What Kubernetes leaves of a node: less what EKS and the hypervisor keep, the daemons, and the headroom."""
    kind = offer.kind
    pods = min(cluster.max_pods_per_node, kind.max_pods)
    reserved = (0.0, 0.0) if catalog.plain else eks_reserved(kind, pods)
    vcpus = kind.baseline_vcpus if kind.burstable and kind.baseline_vcpus is not None else float(kind.vcpus)
    over = cluster.node_overhead
    left = 1.0 - cluster.headroom_percent / 100.0
    volume = root_volume_hourly_usd(catalog, offer.region, cluster.root_volume_gib) or Decimal(0)
    fee = cluster.per_node_monthly_usd / HOURS_PER_MONTH
    code = catalog.quota_code(kind.name, offer.purchase)
    return NodeType(
        offer=offer,
        room=(
            max(0.0, (vcpus - reserved[0] - over.vcpus) * left),
            max(0.0, (kind.memory_gib - reserved[1] - over.memory_gib) * left),
            max(0.0, float(pods - over.pods)),
        ),
        hourly_usd=float(offer.usd + volume + fee),
        quota=None if code is None else (f"{offer.region}:{code}", float(kind.vcpus)),
    )


def _undominated(types: Sequence[NodeType], loads: Sequence[Load]) -> list[NodeType]:
    """Nodes that no node as cheap beats: in every resource, for every load, without taking more of a quota."""
    kept: list[NodeType] = []
    for node in sorted(types, key=lambda n: (n.hourly_usd, tuple(-r for r in n.room), n.offer.order)):
        if not any(_beats(other, node, loads) for other in kept):
            kept.append(node)
    return kept


def _beats(better: NodeType, worse: NodeType, loads: Sequence[Load]) -> bool:
    return (
        all(b >= w for b, w in zip(better.room, worse.room, strict=True))
        and all(better.takes(load) for load in loads if worse.takes(load))
        and (
            better.quota is None
            or (worse.quota is not None and better.quota[0] == worse.quota[0] and better.quota[1] <= worse.quota[1])
        )
    )


def _share(most: int, position: int, zones: int) -> int:
    share, rest = divmod(most, zones)
    return share + (position < rest)


def _joined(
    spec: FleetSpec, cluster: Cluster, catalog: Catalog, markets: Mapping[str, Market], zoned: Sequence[_Zoned]
) -> Part:
    turned_down = tuple(r for name in sorted(markets) for r in rejections(name, markets[name].rejected))
    status: Status = max((z.packing.status for z in zoned), key=lambda s: _ORDER[s], default="optimal")
    if any(load.count and not z.packing.columns for z in zoned for load in z.problem.loads):
        status = status if status == "timed_out" else "infeasible"
        return Part(status=status, rejections=turned_down, conflicts=tuple(_conflicts(spec, cluster, zoned)))
    hours = _hours(spec, cluster)
    allocations = tuple(_allocations(spec, cluster, catalog, zoned, hours))
    cost = sum((a.monthly_usd for a in allocations), Decimal(0))
    bound = usd(sum(z.packing.bound_usd for z in zoned)) * usd(hours)
    return Part(
        status=status,
        allocations=allocations,
        nodes=tuple(_nodes(cluster, zoned)),
        monthly_bound_usd=min(cost, bound.quantize(_MICRO)),
        rejections=turned_down,
        assumptions=volume_note(spec.region, [root_volume_hourly_usd(catalog, spec.region, cluster.root_volume_gib)]),
    )


def _hours(spec: FleetSpec, cluster: Cluster) -> float:
    """Shared nodes run as long as the workload that runs longest."""
    members = [w for w in spec.workloads if isinstance(w, Service) and w.cluster == cluster.name]
    return max(
        (float(HOURS_PER_MONTH) if w.hours_per_month is None else w.hours_per_month for w in members), default=0.0
    )


def _allocations(
    spec: FleetSpec, cluster: Cluster, catalog: Catalog, zoned: Sequence[_Zoned], hours: float
) -> Iterator[Allocation]:
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    offers: dict[tuple[str, str], Offer] = {}
    shares: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for zone in zoned:
        for column, count in zone.packing.columns:
            node = zone.problem.types[column.type]
            key = (node.offer.kind.name, str(node.offer.purchase))
            offers[key] = node.offer
            counts[key][zone.zone] = counts[key].get(zone.zone, 0) + count
            for load, many in zip(zone.problem.loads, column.mix, strict=True):
                if many:
                    shares[key][load.workload] += (
                        many * count * max(load.need[0] / node.room[0], load.need[1] / node.room[1])
                    )
    volume = root_volume_hourly_usd(catalog, spec.region, cluster.root_volume_gib) or Decimal(0)
    fee = cluster.per_node_monthly_usd / HOURS_PER_MONTH
    for key in sorted(counts):
        by_zone, offer, count = counts[key], offers[key], sum(counts[key].values())
        whole = sum(shares[key].values())
        yield Allocation(
            workloads=sorted(shares[key]),
            cluster=cluster.name,
            instance_type=offer.kind.name,
            purchase=offer.purchase,
            region=offer.region,
            zones=sorted(by_zone),
            count=count,
            unit_hourly_usd=offer.usd,
            hours_per_month=hours,
            monthly_usd=(count * (offer.usd + volume + fee) * usd(hours)).quantize(_MICRO),
            shares={name: round(share / whole, 6) for name, share in sorted(shares[key].items())},
            price_as_of=offer.price.as_of,
            price_source=offer.price.source,
        )


def _nodes(cluster: Cluster, zoned: Sequence[_Zoned]) -> Iterator[Node]:
    for zone in zoned:
        for column, count in zone.packing.columns:
            offer = zone.problem.types[column.type].offer
            yield Node(
                cluster=cluster.name,
                instance_type=offer.kind.name,
                purchase=offer.purchase,
                zone=zone.zone,
                count=count,
                replicas={
                    load.workload: many for load, many in zip(zone.problem.loads, column.mix, strict=True) if many
                },
            )


def _too_few_zones(spec: FleetSpec, cluster: Cluster, zones: Sequence[str]) -> Conflict:
    return Conflict(
        constraint=f"zones of cluster {cluster.name}",
        needed=f"{cluster.zones} zones",
        allowed=f"{len(zones)} in {spec.region}",
        hint="lower the cluster's zones, or choose a region with more",
    )


def _conflicts(spec: FleetSpec, cluster: Cluster, zoned: Sequence[_Zoned]) -> Iterator[Conflict]:
    homeless = sorted(
        {load.workload for z in zoned for load in z.problem.loads if not any(n.takes(load) for n in z.problem.types)}
    )
    for name in homeless:
        yield _homeless(spec, name)
    if homeless:
        return
    if cluster.max_nodes is not None:
        yield Conflict(
            constraint=f"max_nodes of cluster {cluster.name}",
            needed="more nodes of the types that the candidates leave",
            allowed=str(cluster.max_nodes),
            hint="raise max_nodes or max_vcpus, or take replicas away",
        )
    codes = sorted({n.quota[0] for z in zoned for n in z.problem.types if n.quota and n.quota[0] in z.problem.free})
    for code in codes:
        free = sum(z.problem.free[code] for z in zoned)
        yield Conflict(
            constraint=f"quota {code.partition(':')[2]}",
            needed=f"more vCPUs in {code.partition(':')[0]} for cluster {cluster.name}",
            allowed=f"{free:g}",
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
