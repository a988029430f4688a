"""Services and batch work with nodes of their own: an exact covering model in each region, the cheapest one taken."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType
from fleet.money import HOURS_PER_MONTH, usd
from fleet.planner.candidates import NO_TOLL, Market, Offer, survey, takes_of, tolled
from fleet.planner.commitments import commitment_room
from fleet.planner.covering import (
    Cover,
    Demand,
    Option,
    SpotRules,
    cover,
    relaxed_usd,
)
from fleet.planner.interruptions import batch_note, service_note
from fleet.planner.missing_prices import nothing_priced, only_unpriced, unknown_regions, unpriced_note, unpriced_step
from fleet.planner.part import Part
from fleet.planner.rejections import rejections
from fleet.planner.volumes import ROOT_VOLUME_GIB, root_volume_hourly_usd, volume_note
from fleet.planner.work import Work, work_of
from fleet.plans.model import NOMINAL_MEMORY, Allocation, Conflict
from fleet.spec.model import Batch, FleetSpec, Service
from fleet.vocabulary import Reason

_MICRO = Decimal("0.000001")
_HUNDRED = 100.0


How = Callable[[Sequence[Option], Demand], Cover]
"""What answers the covering model of one region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What a workload is planned in: the day, what limits leave, what their units cost, and how the model is solved."""

    today: date
    free: Mapping[str, float]
    toll: Mapping[str, float]
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """The best cover of a workload in one region, and what else the region could have given."""

    market: Market
    options: Sequence[Option]
    demand: Demand
    cover: Cover
    too_small: Mapping[str, frozenset[Reason]]
    name: str
    unpriced: Sequence[str]
    """Types that would fit, had they a price."""

    @property
    def hourly_usd(self) -> float:
        """What the cover costs an hour."""
        return self.cover.solution.cost


def plan_service(
    spec: FleetSpec,
    workload: Service,
    catalog: Catalog,
    *,
    today: date,
    free: Mapping[str, float],
    toll: Mapping[str, float] = NO_TOLL,
    how: How = cover,
) -> Part:
    """Whole replicas on instances of the workload's own, spread over its zones.

    `toll` prices units of limits (USD an hour) on top of what instances cost; `how` answers the covering model.
    """
    work = work_of(spec.performance, catalog)

    def units(kind: InstanceType) -> float:
        return float(replicas_on(workload, kind, work))

    wide = [region for region in spec.regions_for(workload) if len(catalog.zones(region)) >= workload.zone_spread]
    if not wide:
        return Part(status="infeasible", conflicts=(_too_few_zones(spec, workload, catalog),))
    room = _Room(today=today, free=free, toll=toll, how=how)
    needed = (float(workload.replicas), workload.zone_spread)
    regions = [_in_region(spec, workload, catalog, region, units, needed, room) for region in wide]
    hours = float(HOURS_PER_MONTH) if workload.hours_per_month is None else workload.hours_per_month
    return _part(workload, regions, hours, work, catalog)


def plan_batch(
    spec: FleetSpec,
    workload: Batch,
    catalog: Catalog,
    *,
    today: date,
    free: Mapping[str, float],
    toll: Mapping[str, float] = NO_TOLL,
    how: How = cover,
) -> Part:
    """Enough vCPUs that a run ends by its deadline; instances run until the work is done, so many times a month.

    `toll` and `how` as in `plan_service`.
    """
    work = work_of(spec.performance, catalog)

    def units(kind: InstanceType) -> float:
        return batch_vcpus(workload, kind, work)

    room = _Room(today=today, free=free, toll=toll, how=how)
    needed = (workload.vcpu_hours / workload.deadline_hours, None)
    regions = [
        _in_region(spec, workload, catalog, region, units, needed, room) for region in spec.regions_for(workload)
    ]
    return _part(workload, regions, None, work, catalog)


def replicas_on(workload: Service, kind: InstanceType, work: Work) -> int:
    """Whole replicas that fit one instance by vCPU (at the spec's measure of work) and nominal memory."""
    need = workload.per_replica
    return math.floor(min(work.vcpus(kind) / need.vcpus, kind.memory_gib / need.memory_gib) + 1e-9)


def batch_vcpus(workload: Batch, kind: InstanceType, work: Work) -> float:
    """Reference vCPUs of one instance that its memory can feed."""
    if workload.memory_gib_per_vcpu <= 0:
        return work.vcpus(kind)
    return min(work.vcpus(kind), kind.memory_gib / workload.memory_gib_per_vcpu)


def _too_few_zones(spec: FleetSpec, workload: Service, catalog: Catalog) -> Conflict:
    there = max((len(catalog.zones(region)) for region in spec.regions_for(workload)), default=0)
    unknown = unknown_regions(workload.name, spec.regions_for(workload), catalog)
    if unknown is not None:
        return unknown
    return Conflict(
        constraint=f"zone_spread of {workload.name}",
        needed=f"{workload.zone_spread} zones",
        allowed=f"{there} in {', '.join(spec.regions_for(workload))}",
        hint="lower zone_spread, or name a region with more zones",
    )


def _in_region(
    spec: FleetSpec,
    workload: Service | Batch,
    catalog: Catalog,
    region: str,
    units: Callable[[InstanceType], float],
    needed: tuple[float, int | None],
    room: _Room,
) -> _Region:
    market = survey(spec, workload, catalog, region, today=room.today)
    volume = root_volume_hourly_usd(catalog, region, ROOT_VOLUME_GIB)
    options: list[Option] = []
    too_small: dict[str, frozenset[Reason]] = {}
    for offer in market.offers:
        covered = units(offer.kind) * offer.kept
        if covered <= 0:
            too_small[offer.kind.name] = why_too_small(workload, offer.kind)
            continue
        options.append(_option(catalog, offer, covered, volume, room.toll))
    spot = spec.rules_for(workload).spot
    wanted = Demand(
        total=needed[0],
        spread=needed[1],
        spot=SpotRules(
            on_demand_base=spot.on_demand_base_percent / _HUNDRED if workload.interruptible else 0.0,
            min_types=spot.min_instance_types or 1,
        ),
        free={**room.free, **commitment_room([spec.rules_for(workload)])},
        seconds=spec.planner.time_limit_seconds,
        least_instances=workload.min_nodes,
    )
    return _Region(
        market=market,
        options=options,
        demand=wanted,
        cover=room.how(options, wanted),
        too_small=too_small,
        name=region,
        unpriced=[name for name in only_unpriced(market.rejected) if units(catalog.types[name]) > 0],
    )


def _option(catalog: Catalog, offer: Offer, units: float, volume: Decimal | None, toll: Mapping[str, float]) -> Option:
    takes = takes_of(catalog, offer)
    return Option(
        offer=offer,
        units=units,
        hourly_usd=float(offer.usd + (volume or 0)) + tolled(takes, toll),
        takes=takes,
        volume_usd=volume,
    )


def why_too_small(workload: Service | Batch, kind: InstanceType) -> frozenset[Reason]:
    """Why not even one replica, or one vCPU with its memory, fits a type."""
    if isinstance(workload, Service) and kind.memory_gib < workload.per_replica.memory_gib:
        return frozenset({"memory_too_small"})
    return frozenset({"too_small"})


def _part(
    workload: Service | Batch, regions: Sequence[_Region], hours: float | None, work: Work, catalog: Catalog
) -> Part:
    turned_down = rejections(
        workload.name, *(region.market.rejected for region in regions), *(r.too_small for r in regions)
    )
    solved = [region for region in regions if region.cover.solution.status != "infeasible" and _is_whole(region)]
    if not solved:
        timed_out = any(region.cover.solution.status == "timed_out" for region in regions)
        return Part(
            status="timed_out" if timed_out else "infeasible",
            rejections=turned_down,
            conflicts=(_nothing_fits(workload, regions, catalog),),
        )
    best = min(
        solved,
        key=lambda region: (
            _monthly(workload, region, hours),
            region.options[0].offer.region if region.options else "",
        ),
    )
    allocations = tuple(_allocations(workload, best, hours))
    cost = sum((a.monthly_usd for a in allocations), Decimal(0))
    # A region that was proved to have no solution bounds nothing.
    possible = [region for region in regions if region.cover.solution.status != "infeasible"]
    bound = min(cost, *(_bound(workload, region, hours) for region in possible if region.options))
    status = best.cover.solution.status
    if status != "timed_out":
        status = "optimal" if cost - bound <= cost * Decimal("0.000001") else "feasible"
    families = {offer.offer.kind.family for offer in best.options}
    return Part(
        status=status,
        allocations=allocations,
        monthly_bound_usd=bound,
        rejections=turned_down,
        assumptions=(
            *_assumptions(workload, work, families, best, catalog),
            *(note for region in regions for note in unpriced_note(workload.name, region.name, region.unpriced)),
        ),
        next_steps=tuple(step for region in regions for step in unpriced_step(region.name, region.unpriced)),
    )


def _is_whole(region: _Region) -> bool:
    return (region.demand.total <= 0 and not region.demand.least_instances) or bool(region.cover.counts)


def _hours(workload: Service | Batch, region: _Region, hours: float | None) -> float:
    """Hours a month that the instances run: as given for a service; until the work is done for batch work."""
    if isinstance(workload, Service):
        return hours or 0.0
    capacity = sum(region.options[index].units * count for (index, _), count in region.cover.counts.items())
    return workload.runs_per_month * workload.vcpu_hours / capacity if capacity else 0.0


def _monthly(workload: Service | Batch, region: _Region, hours: float | None) -> float:
    return region.hourly_usd * _hours(workload, region, hours)


def _bound(workload: Service | Batch, region: _Region, hours: float | None) -> Decimal:
    """Least monthly cost that any plan in the region could have.

    A service runs its hours: the solver's hourly bound times these. Batch work pays for work done: scaled to exactly
    the vCPUs needed, any plan is a solution of the model without whole numbers, so none does the work for less.
    """
    if isinstance(workload, Service):
        return usd(max(0.0, region.cover.solution.bound) * (hours or 0.0)).quantize(_MICRO)
    if region.demand.total <= 0:
        return Decimal(0)
    least = relaxed_usd(region.options, region.demand) or 0.0
    return usd(workload.runs_per_month * workload.deadline_hours * least).quantize(_MICRO)


def _allocations(workload: Service | Batch, region: _Region, hours: float | None) -> list[Allocation]:
    zones: dict[int, dict[str | None, int]] = defaultdict(dict)
    for (index, zone), count in sorted(region.cover.counts.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        zones[index][zone] = count
    every = _hours(workload, region, hours)
    return [_allocation(workload, region.options[index], found, every) for index, found in sorted(zones.items())]


def _allocation(
    workload: Service | Batch, option: Option, counts: Mapping[str | None, int], hours: float
) -> Allocation:
    offer = option.offer
    count = sum(counts.values())
    return Allocation(
        workloads=[workload.name],
        instance_type=offer.kind.name,
        purchase=offer.purchase,
        region=offer.region,
        zones=[zone for zone in counts if zone is not None] or list(offer.zones),
        count=count,
        unit_hourly_usd=offer.usd,
        hours_per_month=round(hours, 6),
        monthly_usd=(count * (offer.usd + (option.volume_usd or 0)) * usd(round(hours, 6))).quantize(_MICRO),
        shares={workload.name: 1.0},
        price_as_of=offer.price.as_of,
        price_source=offer.price.source,
    )


def _assumptions(
    workload: Service | Batch, work: Work, families: set[str], region: _Region, catalog: Catalog
) -> tuple[str, ...]:
    said = []
    if isinstance(workload, Service):
        said.append(f"{workload.name}: {NOMINAL_MEMORY}")
    if not region.options:
        return tuple(said)
    unmeasured = work.unmeasured(families)
    if unmeasured:
        said.append(f"{workload.name}: no CoreMark is known for {', '.join(unmeasured)}; they count at nominal vCPU")
    spot = [offer for index, _ in region.cover.counts if (offer := region.options[index].offer).purchase == "spot"]
    if spot:
        said.append(f"{workload.name}: spot prices are estimates that move; the plan counts their figure of today")
        said.append(
            service_note(workload.name, (catalog.interruption(o.kind.name, o.region) for o in spot))
            if isinstance(workload, Service)
            else batch_note(workload.name, workload.deadline_hours, (offer.kept for offer in spot))
        )
    return (*said, *volume_note(region.options[0].offer.region, [option.volume_usd for option in region.options]))


def _nothing_fits(workload: Service | Batch, regions: Sequence[_Region], catalog: Catalog) -> Conflict:
    usable = sum(len(region.options) for region in regions)
    where = ", ".join(sorted({option.offer.region for region in regions for option in region.options}))
    if not usable:
        names = [region.name for region in regions]
        unknown = unknown_regions(workload.name, names, catalog)
        if unknown is not None:
            return unknown
        unpriced = {name for region in regions for name in region.unpriced}
        if unpriced:
            return nothing_priced(workload.name, names, unpriced)
        return Conflict(
            constraint=f"candidates of {workload.name}",
            needed="a type that fits one replica" if isinstance(workload, Service) else "a type",
            allowed="none",
            hint=f"see 'fleet explain {workload.name}' for what turned each type down",
        )
    return Conflict(
        constraint=f"{'quotas' if any(region.demand.free for region in regions) else 'zone_spread'} of {workload.name}",
        needed=_needed(workload),
        allowed=f"what quotas and zones leave in {where}",
        hint="raise the quota, allow another region or other architectures",
    )


def _needed(workload: Service | Batch) -> str:
    if isinstance(workload, Service):
        return f"{workload.replicas} replicas of {workload.per_replica.vcpus:g} vCPUs"
    return f"{workload.vcpu_hours / workload.deadline_hours:,.0f} vCPUs at once"
