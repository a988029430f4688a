"""Other answers for nodes of a workload's own: what is locked kept, and the bound without whole instances."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from fleet.catalog import Catalog
from fleet.planner.covering import NO_COVER, Cover, Demand, Option, cover_exactly, cover_near, relaxed_usd
from fleet.planner.own_nodes import plan_batch, plan_service
from fleet.planner.part import Part
from fleet.plans.model import Allocation
from fleet.spec.model import Batch, FleetSpec, Service


def relaxed_own_usd(
    spec: FleetSpec, workload: Service | Batch, catalog: Catalog, *, today: date, free: Mapping[str, float]
) -> float | None:
    """An hour's cost that no instances for a workload beat, part instances allowed; None when there is no solution."""
    found: list[float] = []

    def relaxed(options: Sequence[Option], demand: Demand) -> Cover:
        least = relaxed_usd(options, demand)
        found.extend([] if least is None else [least])
        return NO_COVER

    if isinstance(workload, Service):
        plan_service(spec, workload, catalog, today=today, free=free, how=relaxed)
    else:
        plan_batch(spec, workload, catalog, today=today, free=free, how=relaxed)
    return min(found, default=None)


def kept_own_nodes(
    spec: FleetSpec,
    workload: Service | Batch,
    catalog: Catalog,
    locked: Sequence[Allocation],
    *,
    today: date,
    free: Mapping[str, float],
    discount: float,
) -> Iterator[Part]:
    """Plans that keep locked instances: exactly as they are, and wherever moving saves too little.

    `discount` (0 to 1) is the share of its price that moving an instance must save. Bounds of these parts mean nothing.
    """
    regions = [r for r in spec.regions_for(workload) if r in {allocation.region for allocation in locked}]
    there = workload.model_copy(update={"regions": regions[:1]})

    def exactly(options: Sequence[Option], demand: Demand) -> Cover:
        held = _held(options, locked)
        is_whole = sum(held.values()) == sum(item.count for item in locked)
        return cover_exactly(options, demand, held) if is_whole else NO_COVER

    def near(options: Sequence[Option], demand: Demand) -> Cover:
        return cover_near(options, demand, _held(options, locked), discount)

    for how in (exactly, near) if regions else ():
        if isinstance(there, Service):
            yield plan_service(spec, there, catalog, today=today, free=free, how=how)
        else:
            yield plan_batch(spec, there, catalog, today=today, free=free, how=how)


def _held(options: Sequence[Option], locked: Sequence[Allocation]) -> Mapping[int, int]:
    """Locked instances by option, what pays for them left out; without those that are not to be had any more."""
    places = {
        (option.offer.kind.name, option.offer.purchase): place
        for place, option in enumerate(options)
        if option.offer.commitment is None
    }
    held: dict[int, int] = defaultdict(int)
    for item in locked:
        place = places.get((item.instance_type, "on_demand" if item.purchase == "savings_plan" else item.purchase))
        if place is not None:
            held[place] += item.count
    return held
