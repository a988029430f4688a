"""From a cluster and its services to its part of the plan."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from fleet.catalog import Catalog
from fleet.planner.candidates import NO_TOLL, Market, survey
from fleet.planner.clusters.bound import as_one, bound_usd
from fleet.planner.clusters.clashes import no_common_region, too_few_zones
from fleet.planner.clusters.ground import Ground, members_of, nodes_of
from fleet.planner.clusters.held import AsLocked, Leaning, stands
from fleet.planner.clusters.outcome import Bound, part_of
from fleet.planner.clusters.solved import Solved
from fleet.planner.clusters.zones import Afresh, Packer, Room, Zoned, packed
from fleet.planner.commitments import commitment_room
from fleet.planner.packing import INFEASIBLE, NEAR, Packing, Problem, least_usd
from fleet.planner.part import Part
from fleet.plans.model import Node
from fleet.spec.model import Cluster, FleetSpec, Service

_SEARCHED = 0.85
"""The part of the time limit in which better packings are sought; zones that are left then are only built."""


def plan_cluster(
    spec: FleetSpec,
    cluster: Cluster,
    catalog: Catalog,
    *,
    today: date,
    free: Mapping[str, float],
    toll: Mapping[str, float] = NO_TOLL,
    near: float = NEAR,
) -> Part:
    """The nodes of one cluster in the cheapest region that all its workloads allow.

    Workloads with exclusive nodes are packed alone, the others together. `toll` prices units of limits (USD an hour) on
    top of what nodes cost. No better plan is sought once cost over bound, less one, is no more than `near`.
    """
    parts = []
    for region in regions_of(spec, cluster):
        ground = _ground(spec, cluster, catalog, region, today, toll, ())
        if isinstance(ground, Part):
            parts.append(ground)
            continue
        parts.append(_cheapest(replace(ground, near=near), free))
    if not parts:
        return Part(status="infeasible", conflicts=(no_common_region(spec, cluster),))
    found = [part for part in parts if part.status != "infeasible"]
    if not found:
        return parts[0]
    best = min(found, key=lambda part: sum(a.monthly_usd for a in part.allocations) if part.allocations else 0)
    return replace(best, monthly_bound_usd=min(part.monthly_bound_usd for part in found))


def kept_clusters(
    spec: FleetSpec,
    cluster: Cluster,
    catalog: Catalog,
    nodes: Sequence[Node],
    *,
    today: date,
    free: Mapping[str, float],
    discount: float,
) -> Iterator[Part]:
    """Plans that keep locked nodes: as they stand with what is missing added, and wherever moving saves too little.

    `discount` (0 to 1) is the share of a node's price that moving it must save. Bounds of these parts mean nothing.
    """
    for region in regions_of(spec, cluster):
        zones = {node.zone for node in nodes} & set(catalog.zones(region))
        if not zones:
            continue
        ground = _ground(spec, cluster, catalog, region, today, NO_TOLL, sorted(zones))
        if isinstance(ground, Part):
            continue
        standing = tuple(stands(nodes, zones))
        yield _packed(ground, free, partial(AsLocked, standing), _unknown)
        yield _packed(ground, free, partial(Leaning, standing, discount), _unknown)


def relaxed_cluster_usd(
    spec: FleetSpec, cluster: Cluster, catalog: Catalog, *, today: date, free: Mapping[str, float]
) -> float | None:
    """An hour's cost that no packing of the cluster beats, from a linear program; None when it has no solution.

    Nor has it one where replicas spread over more zones than there may be nodes.
    """
    found = []
    for region in regions_of(spec, cluster):
        ground = _ground(spec, cluster, catalog, region, today, NO_TOLL, ())
        if isinstance(ground, Part):
            continue
        zones = (max(min(w.zone_spread, w.replicas) for w in group) for group in _groups(ground))
        if cluster.max_nodes is not None and sum(zones) > cluster.max_nodes:
            continue
        least = least_usd(as_one(map(ground.without_zones, _groups(ground)), _room(ground, free)))
        found += [] if least is None else [least]
    return min(found, default=None)


def regions_of(spec: FleetSpec, cluster: Cluster) -> list[str]:
    """Regions that all workloads of a cluster allow; a cluster stands in one of them."""
    allowed = [spec.regions_for(workload) for workload in members_of(spec, cluster)]
    return [region for region in (allowed[0] if allowed else []) if all(region in some for some in allowed)]


def _ground(
    spec: FleetSpec,
    cluster: Cluster,
    catalog: Catalog,
    region: str,
    today: date,
    toll: Mapping[str, float],
    wanted: Sequence[str],
) -> Ground | Part:
    """The cluster in one region; the part that says so where it has too few zones."""
    there = spec.model_copy(update={"region": region})
    members = members_of(there, cluster)
    markets = _markets(there, members, catalog, region, today)
    zones = _zones(catalog, region, cluster.zones, markets.values(), wanted)
    if len(zones) < cluster.zones:
        return Part(status="infeasible", conflicts=(too_few_zones(there, cluster, catalog, zones),))
    nodes = nodes_of(cluster, catalog, markets.values(), toll)
    return Ground(spec=there, cluster=cluster, catalog=catalog, markets=markets, zones=zones, nodes=nodes)


def _markets(
    spec: FleetSpec, members: Sequence[Service], catalog: Catalog, region: str, today: date
) -> dict[str, Market]:
    """What each workload can be bought as; workloads under the same rules share one survey."""
    done: dict[tuple[str, str, bool], Market] = {}
    found = {}
    for workload in members:
        key = (repr(workload.candidates), repr(spec.rules_for(workload)), workload.interruptible)
        if key not in done:
            done[key] = survey(spec, workload, catalog, region, today=today)
        found[workload.name] = done[key]
    return found


def _cheapest(ground: Ground, free: Mapping[str, float]) -> Part:
    """The cheapest of a few choices of zones and of where replicas that are left over lie.

    The bound holds for all choices, so that none is tried once cost and bound are near.
    """
    best: Part | None = None
    solved = Solved.within(_SEARCHED * ground.spec.planner.time_limit_seconds)
    room = _room(ground, free)
    whole = as_one(map(ground.without_zones, _groups(ground)), room)

    def bound_of(group: Sequence[Service], enough: float) -> float:
        return bound_usd(ground, group, room, solved, enough)

    if least_usd(whole) is None:
        return part_of(ground, _grouped(ground, room, _nothing), bound_of)
    for choice in _choices(ground):
        part = _packed(choice, free, partial(Afresh, solved), bound_of)
        if best is None or best.status == "infeasible":
            best = part
        elif part.status != "infeasible":
            bound = max(best.monthly_bound_usd, part.monthly_bound_usd)
            best = replace(min(best, part, key=_monthly_usd), monthly_bound_usd=bound)
        is_done = solved.is_late or float(_monthly_usd(best)) <= _enough(ground, best)
        if best.status != "infeasible" and is_done:
            break
    return best or Part(status="infeasible")


def _enough(ground: Ground, part: Part) -> float:
    """A cost near enough to the bound."""
    return math.inf if math.isinf(ground.near) else float(part.monthly_bound_usd) * (1 + ground.near)


def _monthly_usd(part: Part) -> Decimal:
    return sum((allocation.monthly_usd for allocation in part.allocations), Decimal(0))


def _choices(ground: Ground) -> Iterator[Ground]:
    """The ground as it is; with what is left over spread in turn; and both in the zones that are cheapest alone."""
    if math.isinf(ground.near):
        # Only whether there is any plan is asked.
        yield ground
        return
    is_even = all(workload.replicas % workload.zone_spread == 0 for workload in ground.members)
    turns = (False,) if is_even else (False, True)
    yield from (replace(ground, in_turn=turn) for turn in turns)
    # What zones cost alone takes a relaxation each: found only when the first choices are not near enough.
    cheapest = _cheapest_zones(ground)
    if cheapest != ground.zones:
        yield from (replace(ground, zones=cheapest, in_turn=turn) for turn in turns)


def _cheapest_zones(ground: Ground) -> tuple[str, ...]:
    """The zones of the region in which what every plan puts into a zone costs least; ties as the ground has them."""
    groups = _groups(ground)
    costs = {}
    for zone in ground.catalog.zones(ground.spec.region):
        least = [least_usd(ground.least_of_a_zone(group, zone)) for group in groups]
        costs[zone] = math.inf if None in least else round(sum(cost or 0.0 for cost in least), 9)
    order = sorted(costs, key=lambda zone: (costs[zone], zone not in ground.zones, zone))
    return tuple(sorted(order[: len(ground.zones)]))


def _packed(ground: Ground, free: Mapping[str, float], packer: Callable[[], Packer], bound_of: Bound) -> Part:
    even = _room(ground, free)
    part = part_of(ground, _grouped(ground, even, packer()), bound_of)
    if part.status != "infeasible" or (not even.free and even.nodes is None):
        return part
    # Equal parts of a small limit may hold no node at all, where one zone after the other finds room, be it that each
    # takes all that is left or all that the later ones can do without.
    for parts in ([1] * len(ground.zones), None):
        in_order = replace(even, parts=parts)
        part = part_of(ground, _grouped(ground, in_order, packer()), bound_of)
        if part.status != "infeasible":
            return part
    return part


def _nothing(_problem: Problem, _zone: str) -> Packing:
    """No packing: not even part nodes could hold part replicas of all zones together."""
    return INFEASIBLE


def _unknown(_group: Sequence[Service], _enough: float) -> float:
    """No bound: that of the plan from nothing counts."""
    return 0.0


def _room(ground: Ground, free: Mapping[str, float]) -> Room:
    room = {**free, **commitment_room(ground.spec.rules_for(workload) for workload in ground.members)}
    return Room(free=room, nodes=ground.cluster.max_nodes, parts=range(len(ground.zones), 0, -1))


def _groups(ground: Ground) -> list[Sequence[Service]]:
    """Workloads with exclusive nodes one by one, then the others together."""
    together = [workload for workload in ground.members if not workload.exclusive_nodes]
    alone: list[Sequence[Service]] = [[workload] for workload in ground.members if workload.exclusive_nodes]
    return [*alone, together] if together else alone


def _grouped(ground: Ground, room: Room, packer: Packer) -> list[Zoned]:
    """The packings of all groups, each from what the ones before it leave."""
    groups = _groups(ground)
    zoned: list[Zoned] = []
    for place, group in enumerate(groups):
        found = packed(ground, group, room, packer, followed_by=groups[place + 1 :])
        room = room.less(found)
        zoned += found
    return zoned


def _zones(
    catalog: Catalog, region: str, count: int, markets: Collection[Market], wanted: Sequence[str]
) -> tuple[str, ...]:
    """The zones that are wanted, then those in which most of the usable types are offered; ties by name."""
    offered = Counter(dict.fromkeys(catalog.zones(region), 0))
    shared = {id(market): market for market in markets}
    for place, members in Counter(map(id, markets)).items():
        there = Counter(zone for offer in shared[place].offers for zone in offer.zones)
        offered.update({zone: members * offers for zone, offers in there.items()})
    order = sorted(offered, key=lambda zone: (zone not in wanted, -offered[zone], zone))
    return tuple(sorted(order[:count]))
