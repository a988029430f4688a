"""From a cluster and its services to its part of the plan."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fleet.catalog import Catalog
from fleet.planner.candidates import Market, survey
from fleet.planner.clusters.clashes import too_few_zones
from fleet.planner.clusters.ground import Ground, members_of
from fleet.planner.clusters.outcome import part_of
from fleet.planner.clusters.zones import Room, Zoned, packed
from fleet.planner.part import Part
from fleet.spec.model import Cluster, FleetSpec, Service


def plan_cluster(
    spec: FleetSpec, cluster: Cluster, catalog: Catalog, *, today: date, free: Mapping[str, float]
) -> Part:
    """The nodes of one cluster. Workloads with exclusive nodes are packed alone, the others together."""
    members = members_of(spec, cluster)
    markets = {workload.name: survey(spec, workload, catalog, spec.region, today=today) for workload in members}
    zones = _zones(catalog, spec.region, cluster.zones, markets.values())
    if len(zones) < cluster.zones:
        return Part(status="infeasible", conflicts=(too_few_zones(spec, cluster, zones),))
    ground = Ground(spec=spec, cluster=cluster, catalog=catalog, markets=markets, zones=zones)
    even = Room(free=dict(free), nodes=cluster.max_nodes, parts=range(len(zones), 0, -1))
    part = part_of(ground, _grouped(ground, even))
    if part.status != "infeasible" or (not free and cluster.max_nodes is None):
        return part
    # Equal parts of a small quota may hold no node at all, where one zone after the other finds room.
    alone = Room(free=dict(free), nodes=cluster.max_nodes, parts=[1] * len(zones))
    return part_of(ground, _grouped(ground, alone))


def _grouped(ground: Ground, room: Room) -> list[Zoned]:
    """The packings of all groups, each from what the ones before it leave."""
    together = [workload for workload in ground.members if not workload.exclusive_nodes]
    groups: list[Sequence[Service]] = [[workload] for workload in ground.members if workload.exclusive_nodes]
    groups += [together] if together else []
    zoned: list[Zoned] = []
    for place, group in enumerate(groups):
        found = packed(ground, group, room, followed_by=groups[place + 1 :])
        room = room.less(found)
        zoned += found
    return zoned


def _zones(catalog: Catalog, region: str, count: int, markets: Iterable[Market]) -> tuple[str, ...]:
    """The zones in which most of the usable types are offered; ties by name."""
    offered = dict.fromkeys(catalog.zones(region), 0)
    for market in markets:
        for offer in market.offers:
            for zone in offer.zones:
                offered[zone] = offered.get(zone, 0) + 1
    return tuple(sorted(sorted(offered, key=lambda zone: (-offered[zone], zone))[:count]))
