"""Packings as the cluster's part of the plan: allocations, nodes, cost and bound."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from fleet.money import usd
from fleet.planner.clusters.clashes import clashes
from fleet.planner.clusters.ground import Ground, hours_of
from fleet.planner.clusters.zones import Zoned
from fleet.planner.interruptions import service_note
from fleet.planner.missing_prices import unpriced_note, unpriced_step
from fleet.planner.packing import Load
from fleet.planner.part import Part
from fleet.planner.rejections import rejections
from fleet.planner.volumes import volume_note
from fleet.plans.model import Allocation, Node
from fleet.spec.model import Service
from fleet.vocabulary import Status

if TYPE_CHECKING:
    from fleet.planner.candidates import Offer

_MICRO = Decimal("0.000001")
_ORDER: dict[Status, int] = {"optimal": 0, "feasible": 1, "timed_out": 2, "infeasible": 3}


Bound = Callable[[Sequence[Service], float], float]
"""What no packing of a group beats in an hour; sought no further than what would be enough."""


def part_of(ground: Ground, zoned: Sequence[Zoned], bound_of: Bound) -> Part:
    """The cluster's part of the plan, with its bound; without a packing of all, why there is none."""
    turned_down = tuple(r for name in sorted(ground.markets) for r in rejections(name, ground.markets[name].rejected))
    status: Status = max((z.packing.status for z in zoned), key=lambda s: _ORDER[s], default="optimal")
    if any(load.count and not z.packing.columns for z in zoned for load in z.problem.loads):
        status = status if status == "timed_out" else "infeasible"
        return Part(status=status, rejections=turned_down, conflicts=tuple(clashes(ground, zoned)))
    allocations = tuple(_allocations(ground, zoned))
    cost = sum((a.monthly_usd for a in allocations), Decimal(0))
    bound = Decimal(0)
    for group, found in _by_group(zoned):
        hourly = sum(zone.packing.hourly_usd for zone in found)
        bound += usd(min(hourly, bound_of(group, hourly / (1 + ground.near)))) * usd(hours_of(group))
    unpriced = {name for workload in ground.members for name in ground.unpriced(workload.name)}
    return Part(
        status=status,
        allocations=allocations,
        nodes=tuple(_nodes(ground, zoned)),
        monthly_bound_usd=min(cost, bound.quantize(_MICRO)),
        rejections=turned_down,
        assumptions=(
            *(f"{w.name}: min_nodes is not planned for on shared nodes" for w in ground.members if w.min_nodes),
            *_spot_note(ground, allocations),
            *volume_note(ground.spec.region, [ground.volume_hourly_usd]),
            *unpriced_note(f"cluster {ground.cluster.name}", ground.spec.region, unpriced),
        ),
        next_steps=unpriced_step(ground.spec.region, unpriced),
    )


def _spot_note(ground: Ground, allocations: Sequence[Allocation]) -> tuple[str, ...]:
    figures = [ground.catalog.interruption(a.instance_type, a.region) for a in allocations if a.purchase == "spot"]
    owner = f"cluster {ground.cluster.name}"
    prices = f"{owner}: spot prices are estimates that move; the plan counts their figure of today"
    return (prices, service_note(owner, figures)) if figures else ()


def _by_group(zoned: Sequence[Zoned]) -> list[tuple[Sequence[Service], list[Zoned]]]:
    """Groups never share a node, so that each has its own hours and bound."""
    found: dict[tuple[str, ...], list[Zoned]] = defaultdict(list)
    for zone in zoned:
        found[tuple(workload.name for workload in zone.group)].append(zone)
    return [(zones[0].group, zones) for zones in found.values()]


def _allocations(ground: Ground, zoned: Sequence[Zoned]) -> Iterator[Allocation]:
    for group, found in _by_group(zoned):
        yield from _of_group(ground, hours_of(group), found)


def _of_group(ground: Ground, hours: float, zoned: Sequence[Zoned]) -> Iterator[Allocation]:
    counts: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    offers: dict[tuple[str, str, str], Offer] = {}
    shares: dict[tuple[str, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for zone in zoned:
        for column, count in zone.packing.columns:
            node = zone.problem.types[column.type]
            key = (node.offer.kind.name, str(node.offer.purchase), node.offer.commitment or "")
            offers[key] = node.offer
            counts[key][zone.zone] = counts[key].get(zone.zone, 0) + count
            for load, many in zip(zone.problem.loads, column.mix, strict=True):
                if many:
                    part = max(load.need[0] / node.room[0], load.need[1] / node.room[1])
                    shares[key][load.workload] += many * count * part
    extra = (ground.volume_hourly_usd or Decimal(0)) + ground.fee_hourly_usd
    for key in sorted(counts):
        by_zone, offer, count = counts[key], offers[key], sum(counts[key].values())
        whole = sum(shares[key].values())
        yield Allocation(
            workloads=sorted(shares[key]),
            cluster=ground.cluster.name,
            instance_type=offer.kind.name,
            purchase=offer.purchase,
            region=offer.region,
            zones=sorted(by_zone),
            count=count,
            unit_hourly_usd=offer.usd,
            hours_per_month=hours,
            monthly_usd=(count * (offer.usd + extra) * usd(hours)).quantize(_MICRO),
            shares={name: round(share / whole, 6) for name, share in sorted(shares[key].items())},
            price_as_of=offer.price.as_of,
            price_source=offer.price.source,
        )


def _nodes(ground: Ground, zoned: Sequence[Zoned]) -> Iterator[Node]:
    for zone in zoned:
        for column, count in zone.packing.columns:
            offer = zone.problem.types[column.type].offer
            yield Node(
                cluster=ground.cluster.name,
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
