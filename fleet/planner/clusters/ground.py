"""What a cluster is planned from, and the packing problem that each of its zones is."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fleet.catalog import Catalog, eks_reserved
from fleet.catalog.model import InstanceType
from fleet.money import HOURS_PER_MONTH
from fleet.planner.candidates import Market, Offer, takes_of, tolled
from fleet.planner.missing_prices import only_unpriced
from fleet.planner.packing import NEAR, Load, NodeType, Problem
from fleet.planner.spot_shares import (
    Rounding,
    capped,
    on_demand_base,
    types_needed,
    up,
    up_in_each,
    without_spot,
)
from fleet.planner.volumes import root_volume_hourly_usd
from fleet.spec.model import Cluster, FleetSpec, Service

_EPSILON = 1e-9
_CHEAP = 0.4
"""The part of `near` at which improvements that cost little end too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A cluster with what its workloads may be bought as, and the zones that it uses."""

    spec: FleetSpec
    cluster: Cluster
    catalog: Catalog
    markets: Mapping[str, Market]
    """By workload."""
    zones: Sequence[str]
    nodes: Mapping[Offer, NodeType]
    """Every offer of the markets as a node, at the price that the model sees."""
    near: float = NEAR
    """Cost over bound, less one, at which nothing better is sought; what costs little goes on for a while."""
    in_turn: bool = False
    """Whether replicas that do not divide by the zones start where those of the workload before ended."""

    @property
    def members(self) -> list[Service]:
        """The services that name the cluster."""
        return members_of(self.spec, self.cluster)

    @property
    def volume_hourly_usd(self) -> Decimal | None:
        """An hour of a node's root volume; None where its price is not known."""
        return root_volume_hourly_usd(self.catalog, self.spec.region, self.cluster.root_volume_gib)

    @property
    def fee_hourly_usd(self) -> Decimal:
        """An hour of what the user adds for each node."""
        return self.cluster.per_node_monthly_usd / HOURS_PER_MONTH

    def unpriced(self, workload: str) -> list[str]:
        """Types that would hold a replica of a workload, had they a price."""
        need = self.spec.workload(workload)
        if not isinstance(need, Service):
            return []
        wanted = (need.per_replica.vcpus, need.per_replica.memory_gib, 1.0)
        rooms = {
            name: room_of(self.cluster, self.catalog, self.catalog.types[name])
            for name in only_unpriced(self.markets[workload].rejected)
        }
        return [
            name
            for name, room in rooms.items()
            if all(least <= given + _EPSILON for least, given in zip(wanted, room, strict=True))
        ]

    def problem(self, group: Sequence[Service], zone: str, *, rounding: Rounding = up) -> Problem:
        """What one zone must hold of a group and on what, limits aside; `rounding` makes shares of spot whole nodes."""
        loads = tuple(load for w in group for load in self._loads(w, zone) if load.count)
        types = capped(self._types(group, zone), loads, types_needed(self.spec, group), rounding)
        return self._problem(loads, types)

    def on_demand(self, group: Sequence[Service], zone: str) -> Problem:
        """The same without spot."""
        return without_spot(self.problem(group, zone))

    def least_of_a_zone(self, group: Sequence[Service], zone: str) -> Problem:
        """What every plan puts into a zone of the region, if it uses it: what spreads over all zones, rounded down."""
        whole = (w for w in group if w.zone_spread == self.cluster.zones)
        loads = (self._load(w, w.replicas // w.zone_spread, self.markets[w.name].ways) for w in whole)
        types = tuple(self._types(group, zone))
        return self._problem(tuple(load for load in loads if load.count), types)

    def without_zones(self, group: Sequence[Service]) -> Problem:
        """All replicas of a group, wherever they lie: every packing by zones is one of this problem.

        What the zones allow of a spot type adds up to no more than what all of them as one allow.
        """
        split = (load for w in group for load in self._split(w, w.replicas, on_demand_base(self.spec, w)))
        loads = tuple(load for load in split if load.count)
        rounding = up_in_each(self.cluster.zones)
        types = capped(self._types(group, None), loads, types_needed(self.spec, group), rounding)
        return self._problem(loads, types)

    def _problem(self, loads: tuple[Load, ...], types: tuple[NodeType, ...]) -> Problem:
        seconds = self.spec.planner.time_limit_seconds
        return Problem(loads=loads, types=types, free={}, seconds=seconds, target=_CHEAP * self.near, near=self.near)

    def _types(self, group: Sequence[Service], zone: str | None) -> list[NodeType]:
        """Nodes that a group may use in a zone, or anywhere."""
        markets = {id(market): market for market in (self.markets[w.name] for w in group)}
        offers = dict.fromkeys(offer for market in markets.values() for offer in market.offers)
        there = (self.nodes[offer] for offer in offers if zone is None or zone in offer.zones)
        return [node for node in there if node.room[2] >= 1]

    def _zones_for(self, workload: Service) -> list[str]:
        """The zones as a workload uses them: first those where a type that holds a replica is sold."""
        need = (workload.per_replica.vcpus, workload.per_replica.memory_gib)
        unsold = set(self.zones)
        for offer in self.markets[workload.name].offers:
            room = self.nodes[offer].room
            if need[0] <= room[0] + _EPSILON and need[1] <= room[1] + _EPSILON:
                unsold -= set(offer.zones)
            if not unsold:
                break
        return sorted(self.zones, key=lambda zone: (zone in unsold, zone))

    def _loads(self, workload: Service, zone: str) -> Iterator[Load]:
        """The workload's replicas in one zone: spread over its first `zone_spread` zones, differing by at most one.

        Workloads that use fewer zones than the cluster meet in its first ones, so that they share nodes. Those that
        may be interrupted come in two loads: the base that stays on demand, and the rest.
        """
        spread = min(workload.zone_spread, len(self.zones))
        position = self._zones_for(workload).index(zone)
        if position >= spread:
            return
        position = (position - self._turn(workload)) % spread
        base = _share(on_demand_base(self.spec, workload), position, spread)
        yield from self._split(workload, _share(workload.replicas, position, spread), base)

    def _turn(self, workload: Service) -> int:
        """How many zones the replicas that are left over move on, so that not every workload's meet in one zone."""
        if not self.in_turn:
            return 0
        before = itertools.takewhile(lambda other: other.name != workload.name, self.members)
        return sum(other.replicas % other.zone_spread for other in before)

    def _split(self, workload: Service, count: int, base: int) -> Iterator[Load]:
        """Replicas as loads: the base that stays on demand where they may be interrupted, and the rest."""
        anywhere = self.markets[workload.name].ways
        base = base if workload.interruptible else 0
        if base:
            yield self._load(workload, base, frozenset(pair for pair in anywhere if pair[1] != "spot"))
        yield self._load(workload, count - base, anywhere)

    def _load(self, workload: Service, count: int, allowed: frozenset[tuple[str, str]]) -> Load:
        need = (workload.per_replica.vcpus, workload.per_replica.memory_gib, 1.0)
        return Load(workload=workload.name, need=need, count=count, allowed=allowed)


def hours_of(group: Sequence[Service]) -> float:
    """Shared nodes run as long in a month as the workload that runs longest."""
    every = (float(HOURS_PER_MONTH) if w.hours_per_month is None else w.hours_per_month for w in group)
    return max(every, default=0.0)


def nodes_of(
    cluster: Cluster, catalog: Catalog, markets: Iterable[Market], toll: Mapping[str, float]
) -> dict[Offer, NodeType]:
    """Every offer as a node; `toll` prices units of limits (USD an hour) on top of what nodes cost."""
    found: dict[Offer, NodeType] = {}
    for market in {id(market): market for market in markets}.values():
        for offer in market.offers:
            if offer not in found:
                node = node_type(cluster, catalog, offer)
                found[offer] = replace(node, hourly_usd=node.hourly_usd + tolled(node.takes, toll)) if toll else node
    return found


def members_of(spec: FleetSpec, cluster: Cluster) -> list[Service]:
    """The services that name a cluster, in the order of the spec."""
    return [w for w in spec.workloads if isinstance(w, Service) and w.cluster == cluster.name]


def node_type(cluster: Cluster, catalog: Catalog, offer: Offer) -> NodeType:
    """An offer as a node: the room that it has, what an hour costs with its volume and fee, and what it takes."""
    volume = root_volume_hourly_usd(catalog, offer.region, cluster.root_volume_gib) or Decimal(0)
    fee = cluster.per_node_monthly_usd / HOURS_PER_MONTH
    return NodeType(
        offer=offer,
        room=room_of(cluster, catalog, offer.kind),
        hourly_usd=float(offer.usd + volume + fee),
        takes=takes_of(catalog, offer),
    )


def room_of(cluster: Cluster, catalog: Catalog, kind: InstanceType) -> tuple[float, float, float]:
    """vCPUs, GiB and pods of a node: less what EKS and the hypervisor keep, the daemons, and the headroom."""
    pods = min(cluster.max_pods_per_node, kind.max_pods)
    reserved = (0.0, 0.0) if catalog.plain else eks_reserved(kind, pods)
    vcpus = kind.baseline_vcpus if kind.burstable and kind.baseline_vcpus is not None else float(kind.vcpus)
    over = cluster.node_overhead
    left = 1.0 - cluster.headroom_percent / 100.0
    return (
        max(0.0, (vcpus - reserved[0] - over.vcpus) * left),
        max(0.0, (kind.memory_gib - reserved[1] - over.memory_gib) * left),
        max(0.0, float(pods - over.pods)),
    )


def _share(most: int, position: int, zones: int) -> int:
    share, rest = divmod(most, zones)
    return share + (position < rest)
