"""Clusters: the services of each are packed together, zone by zone, on nodes that Kubernetes and its daemons shrink."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog, eks_reserved
from fleet.money import HOURS_PER_MONTH, usd
from fleet.planner.candidates import Market, Offer, survey
from fleet.planner.packing import Load, NodeType, Packing, Problem, least_usd, pack
from fleet.planner.part import Part
from fleet.planner.rejections import rejections
from fleet.planner.spot_shares import capped, on_demand_base, spread, types_needed, without_spot
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
    even = list(range(len(zones), 0, -1))
    part = _planned(
        spec, cluster, catalog, groups, markets, zones, _Room(free=dict(free), nodes=cluster.max_nodes, parts=even)
    )
    if part.status != "infeasible" or (not free and cluster.max_nodes is None):
        return part
    # Equal parts of a small quota may hold no node at all, where one zone after the other finds room.
    alone = _Room(free=dict(free), nodes=cluster.max_nodes, parts=[1] * len(zones))
    return _planned(spec, cluster, catalog, groups, markets, zones, alone)


def _planned(
    spec: FleetSpec,
    cluster: Cluster,
    catalog: Catalog,
    groups: Sequence[Sequence[Service]],
    markets: Mapping[str, Market],
    zones: Sequence[str],
    room: "_Room",
) -> Part:
    zoned: list[_Zoned] = []
    for place, group in enumerate(groups):
        found = _group(spec, cluster, catalog, group, markets, zones, room, last=place == len(groups) - 1)
        room = room.less(found)
        zoned += found
    return _joined(spec, cluster, catalog, markets, zoned)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What quotas (`region:code`) and the cluster's number of nodes leave."""

    free: Mapping[str, float]
    nodes: int | None
    parts: Sequence[int]
    """Into how many parts each zone in turn divides what is left, and takes one."""

    def less(self, zoned: Iterable[_Zoned]) -> "_Room":
        """The same with what these nodes take."""
        free, nodes = dict(self.free), self.nodes
        for zone in zoned:
            for column, count in zone.packing.columns:
                quota = zone.problem.types[column.type].quota
                if quota is not None and quota[0] in free:
                    free[quota[0]] = max(0.0, free[quota[0]] - quota[1] * count)
                nodes = None if nodes is None else max(0, nodes - count)
        return _Room(free=free, nodes=nodes, parts=self.parts)


def _group(
    spec: FleetSpec,
    cluster: Cluster,
    catalog: Catalog,
    group: Sequence[Service],
    markets: Mapping[str, Market],
    zones: Sequence[str],
    room: _Room,
    *,
    last: bool,
) -> list[_Zoned]:
    """Each zone packs its share of what is left; zones with equal problems share one solution."""
    every = {zone: _problem(spec, cluster, catalog, group, markets, zones, zone) for zone in zones}
    done: dict[object, Packing] = {}
    found: list[_Zoned] = []
    needed = types_needed(spec, group)
    for position, zone in enumerate(zones):
        left = room.less(found)
        share = room.parts[position]
        nodes = left.nodes if left.nodes is None or last else left.nodes - _later(spec, cluster, group, every[zone])
        problem = replace(
            every[zone],
            free={code: free / share for code, free in left.free.items() if code.startswith(f"{spec.region}:")},
            max_nodes=None if nodes is None else max(0, -(-nodes // share)),
        )
        key = (problem.loads, tuple((n.offer.kind.name, n.offer.purchase, n.most) for n in problem.types))
        packing = done.get(key)
        if packing is None or not _fits(problem, packing):
            packing = done[key] = _packed(problem, needed)
        found.append(_Zoned(zone=zone, problem=problem, packing=packing))
    return found


def _problem(
    spec: FleetSpec,
    cluster: Cluster,
    catalog: Catalog,
    group: Sequence[Service],
    markets: Mapping[str, Market],
    zones: Sequence[str],
    zone: str,
) -> Problem:
    """What one zone must hold and on what, limits aside."""
    position = zones.index(zone)
    loads = tuple(load for w in group for load in _loads(spec, w, markets[w.name], position, len(zones)) if load.count)
    offers = {(o.kind.name, o.purchase): o for w in group for o in markets[w.name].offers if zone in o.zones}
    types = [node_type(cluster, catalog, offer) for offer in offers.values()]
    capped_ = capped([node for node in types if node.room[2] >= 1], loads, types_needed(spec, group), 1.0)
    return Problem(loads=loads, types=capped_, free={}, seconds=spec.planner.time_limit_seconds)


def _packed(problem: Problem, needed: int) -> Packing:
    """The packing with spot spread over enough types; on demand alone where it cannot be."""
    packing = pack(problem)
    if needed <= 1 or not packing.columns:
        return packing
    moved = spread(problem, packing, needed)
    if moved is not None:
        return moved
    # Indexes of the two problems differ: on demand stays first in both, as `_problem` keeps the order of offers.
    alone = without_spot(problem)
    places = [place for place, node in enumerate(problem.types) if node.offer.purchase != "spot"]
    found = pack(alone)
    columns = tuple((replace(column, type=places[column.type]), count) for column, count in found.columns)
    return replace(found, columns=columns, bound_usd=min(packing.bound_usd, found.hourly_usd))


def _fits(problem: Problem, packing: Packing) -> bool:
    """Whether a packing of the same loads on the same types keeps within this problem's limits."""
    used: dict[str, float] = defaultdict(float)
    for column, count in packing.columns:
        quota = problem.types[column.type].quota
        if quota is not None:
            used[quota[0]] += quota[1] * count
    nodes = sum(count for _, count in packing.columns)
    return all(used[code] <= free for code, free in problem.free.items()) and (
        problem.max_nodes is None or nodes <= problem.max_nodes
    )


def _later(spec: FleetSpec, cluster: Cluster, group: Sequence[Service], problem: Problem) -> int:
    """Nodes kept back for the groups that follow: what they need of the largest nodes, one a zone at least."""
    members = [w for w in spec.workloads if isinstance(w, Service) and w.cluster == cluster.name]
    alone = [w for w in members if w.exclusive_nodes]
    place = max(number for number, w in enumerate(alone) if w.name == group[0].name)
    largest = [max((node.room[r] for node in problem.types), default=0.0) for r in range(2)]
    kept = 0
    for workload in [*alone[place + 1 :], *(w for w in members if not w.exclusive_nodes)]:
        need = (workload.per_replica.vcpus, workload.per_replica.memory_gib)
        each = math.floor(min(room / size for room, size in zip(largest, need, strict=True)) + 1e-9)
        kept += max(workload.zone_spread, math.ceil(workload.replicas / max(1, each))) if workload.replicas else 0
    return kept


def _zones(catalog: Catalog, region: str, count: int, markets: Iterable[Market]) -> tuple[str, ...]:
    """The zones in which most of the usable types are offered; ties by name."""
    offered = dict.fromkeys(catalog.zones(region), 0)
    for market in markets:
        for offer in market.offers:
            for zone in offer.zones:
                offered[zone] = offered.get(zone, 0) + 1
    return tuple(sorted(sorted(offered, key=lambda zone: (-offered[zone], zone))[:count]))


def _loads(spec: FleetSpec, workload: Service, market: Market, position: int, zones: int) -> Iterator[Load]:
    """The workload's replicas in one zone: spread over its first `zone_spread` zones, differing by at most one.

    Workloads that use fewer zones than the cluster meet in its first ones, so that they share nodes. Those that
    may be interrupted come in two loads: the base that stays on demand, and the rest.
    """
    spread_ = min(workload.zone_spread, zones)
    place = position
    count = _share(workload.replicas, place, spread_) if place < spread_ else 0
    need = (workload.per_replica.vcpus, workload.per_replica.memory_gib, 1.0)
    anywhere = frozenset((offer.kind.name, offer.purchase) for offer in market.offers)
    steady = frozenset(pair for pair in anywhere if pair[1] != "spot")
    base = _share(on_demand_base(spec, workload), place, spread_) if workload.interruptible and count else 0
    yield Load(workload=workload.name, need=need, count=base, allowed=steady)
    yield Load(workload=workload.name, need=need, count=count - base, allowed=anywhere)


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
    members = [w for w in spec.workloads if isinstance(w, Service) and w.cluster == cluster.name]
    moving = frozenset(workload.name for workload in members if workload.zone_spread < cluster.zones)
    bound = usd(_bound_usd(cluster, zoned, moving)) * usd(hours)
    return Part(
        status=status,
        allocations=allocations,
        nodes=tuple(_nodes(cluster, zoned)),
        monthly_bound_usd=min(cost, bound.quantize(_MICRO)),
        rejections=turned_down,
        assumptions=(
            *(f"{w.name}: min_nodes is not planned for on shared nodes" for w in members if w.min_nodes),
            *volume_note(spec.region, [root_volume_hourly_usd(catalog, spec.region, cluster.root_volume_gib)]),
        ),
    )


def _bound_usd(cluster: Cluster, zoned: Sequence[_Zoned], moving: frozenset[str]) -> float:
    """What no packing of the cluster beats in an hour.

    The zones' own bounds add up while no shared limit has a price in them. A quota or node count that binds is shared
    out between zones and groups, and a `moving` workload (it uses fewer zones than there are) lies in zones that a
    better plan might choose otherwise: then the bound is that of all as one, or of the zones without what moves.
    """
    if len(zoned) == 1 or not (moving or any(zone.packing.is_bound_by_limits for zone in zoned)):
        return sum(zone.packing.bound_usd for zone in zoned)
    loads: dict[Load, int] = defaultdict(int)
    types: dict[tuple[str, str], NodeType] = {}
    for zone in zoned:
        for load in zone.problem.loads:
            loads[replace(load, count=0)] += load.count
        for node in zone.problem.types:
            key = (node.offer.kind.name, node.offer.purchase)
            before = types.get(key)
            most = None if node.most is None else node.most + 1 + (before.most or 0 if before else 0)
            types[key] = replace(node, most=most)
    first = zoned[0].problem
    whole = Problem(
        loads=tuple(replace(load, count=count) for load, count in loads.items()),
        types=tuple(types.values()),
        free={code: free * _zones_of(zoned) for code, free in first.free.items()},
        max_nodes=cluster.max_nodes,
    )
    together = least_usd(whole) or 0.0
    limited = any(zone.packing.is_bound_by_limits for zone in zoned)
    return together if limited else max(together, _anchored_usd(zoned, moving))


def _anchored_usd(zoned: Sequence[_Zoned], moving: frozenset[str]) -> float:
    """The zones' bounds for what must lie in each of them."""
    done: dict[object, float] = {}
    total = 0.0
    for zone in zoned:
        loads = tuple(load for load in zone.problem.loads if load.workload not in moving)
        key = (loads, tuple((n.offer.kind.name, n.offer.purchase, n.most) for n in zone.problem.types))
        if key not in done:
            done[key] = pack(replace(zone.problem, loads=loads)).bound_usd if loads else 0.0
        total += done[key]
    return total


def _zones_of(zoned: Sequence[_Zoned]) -> int:
    """How many zones share a quota: the first problem of a cluster has one such part of it."""
    return len({zone.zone for zone in zoned})


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
                replicas=_replicas(zone.problem.loads, column.mix),
            )


def _replicas(loads: Sequence[Load], mix: Sequence[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for load, many in zip(loads, mix, strict=True):
        if many:
            found[load.workload] = found.get(load.workload, 0) + many
    return found


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
