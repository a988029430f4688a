"""Savings plans on a fleet that is chosen: whole instances on demand are paid at the plans' rates, as AWS applies them.

What a plan saves on an instance is at most its commitment times (price / rate - 1). Where that is the same for every
type, the cheapest fleet at list prices is the cheapest one with the plan too, as long as it uses the commitment.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.money import usd
from fleet.planner.commitments import holds, in_order, plan_rate
from fleet.planner.part import Part
from fleet.plans.model import Allocation, Node
from fleet.spec.model import FleetSpec, SavingsPlan

_MICRO = Decimal("0.000001")


def paid_by_plans(part: Part, spec: FleetSpec, catalog: Catalog, today: date) -> Part:
    """The part with its instances on demand covered by what the spec's plans still commit."""
    left = in_order(spec)
    if not left or not part.allocations:
        return part
    found: list[Allocation] = []
    covered: dict[tuple[str | None, str], int] = defaultdict(int)
    rates = {place: _rates(item, left, catalog, today) for place, item in enumerate(part.allocations)}
    order = sorted(rates, key=lambda place: (_first(rates[place], left), -_discount(part, rates[place], place), place))
    taken = {place: list(_taken(part.allocations[place], rates[place], left)) for place in order}
    for place, item in enumerate(part.allocations):
        rest = item.count
        for price, count in taken[place]:
            found.append(_repriced(item, price, count))
            covered[item.cluster, item.instance_type] += count
            rest -= count
        if rest:
            found.append(_some(item, rest))
    return replace(part, allocations=tuple(_joined(found)), nodes=tuple(_nodes(part.nodes, covered)))


def least_usd(listed: Decimal, spec: FleetSpec, catalog: Catalog, hours: Decimal) -> Decimal:
    """What no fleet costs less than under the spec's plans, where none costs less than `listed` without them.

    A plan saves at most its commitment times (price / rate - 1) in each of the hours, and no more than its highest
    discount of everything; an instance is covered by one plan.
    """
    terms = [
        (amount * hours, max(_discounts(plan, catalog), default=Decimal(0))) for plan, amount in in_order(spec).items()
    ]
    highest = max((discount for _, discount in terms), default=Decimal(0))
    if sum(discount for _, discount in terms) > 1:
        return listed * (1 - highest)
    saved = sum((min(paid * d / (1 - d) if d < 1 else listed, listed * d) for paid, d in terms), Decimal(0))
    return max(listed - saved, listed * (1 - highest))


def _discounts(plan: SavingsPlan, catalog: Catalog) -> Iterator[Decimal]:
    if plan.discount_percent is not None:
        yield Decimal(str(plan.discount_percent)) / 100
        return
    for name in catalog.types:
        for region in catalog.regions:
            listed = catalog.on_demand(name, region)
            for rate in catalog.savings_plan_rates(name, region):
                if rate.plan == plan.kind and isinstance(listed, Price):
                    yield max(Decimal(0), 1 - rate.price.usd / listed.usd)


def _rates(
    item: Allocation, plans: Mapping[SavingsPlan, Decimal], catalog: Catalog, today: date
) -> dict[SavingsPlan, Price]:
    """The plans that make an allocation cheaper, with their rates."""
    if item.purchase != "on_demand":
        return {}
    kind = catalog.types[item.instance_type]
    listed = Price(usd=item.unit_hourly_usd, as_of=item.price_as_of, source=item.price_source)
    rates = {
        plan: rate
        for plan in plans
        if holds(plan, kind, item.region, today)
        and (rate := plan_rate(catalog, kind, item.region, listed, plan)) is not None
    }
    return {plan: rate for plan, rate in rates.items() if 0 < rate.usd < listed.usd}


def _first(rates: Mapping[SavingsPlan, Price], plans: Mapping[SavingsPlan, Decimal]) -> int:
    return min((place for place, plan in enumerate(plans) if plan in rates), default=len(plans))


def _discount(part: Part, rates: Mapping[SavingsPlan, Price], place: int) -> Decimal:
    listed = part.allocations[place].unit_hourly_usd
    return max((1 - rate.usd / listed for rate in rates.values()), default=Decimal(0))


def _taken(
    item: Allocation, rates: Mapping[SavingsPlan, Price], left: dict[SavingsPlan, Decimal]
) -> Iterator[tuple[Price, int]]:
    """Rates with the whole instances that are paid at each; takes them off what is left."""
    rest = item.count
    for plan, remaining in left.items():
        rate = rates.get(plan)
        count = 0 if rate is None else min(rest, int(remaining // rate.usd))
        if rate is not None and count:
            left[plan] = remaining - count * rate.usd
            rest -= count
            yield rate, count


def _joined(allocations: Iterable[Allocation]) -> Iterator[Allocation]:
    """Allocations with those that differ in their number alone as one: more of what was covered before."""
    found: dict[str, Allocation] = {}
    for item in allocations:
        key = repr(item.model_copy(update={"count": 0, "monthly_usd": 0, "job_usd": None, "zones": (), "shares": {}}))
        before = found.get(key)
        found[key] = item if before is None else _sum(before, item)
    yield from found.values()


def _sum(one: Allocation, other: Allocation) -> Allocation:
    count = one.count + other.count
    shares = {
        name: round((one.shares.get(name, 0.0) * one.count + other.shares.get(name, 0.0) * other.count) / count, 6)
        for name in sorted({*one.shares, *other.shares})
    }
    jobs = [item.job_usd for item in (one, other) if item.job_usd is not None]
    return one.model_copy(
        update={
            "count": count,
            "zones": sorted({*one.zones, *other.zones}),
            "monthly_usd": one.monthly_usd + other.monthly_usd,
            "job_usd": sum(jobs, Decimal(0)) if jobs else None,
            "shares": shares,
        }
    )


def _some(item: Allocation, count: int) -> Allocation:
    each = item.monthly_usd / item.count
    job = None if item.job_usd is None else (item.job_usd / item.count * count).quantize(_MICRO)
    return item.model_copy(update={"count": count, "monthly_usd": (each * count).quantize(_MICRO), "job_usd": job})


def _repriced(item: Allocation, price: Price, count: int) -> Allocation:
    saved = (item.unit_hourly_usd - price.usd) * count * usd(item.hours_per_month)
    some = _some(item, count)
    monthly, job = some.monthly_usd, some.job_usd
    if job is None:
        monthly = (monthly - saved).quantize(_MICRO)
    else:
        job = (job - saved).quantize(_MICRO)
    return some.model_copy(
        update={
            "purchase": "savings_plan",
            "unit_hourly_usd": price.usd,
            "monthly_usd": monthly,
            "job_usd": job,
            "price_as_of": price.as_of,
            "price_source": price.source,
        }
    )


def _nodes(nodes: Sequence[Node], covered: Mapping[tuple[str | None, str], int]) -> Iterator[Node]:
    """The packing with the covered nodes named as such: the first ones of each type."""
    left = dict(covered)
    for node in nodes:
        key = (node.cluster, node.instance_type)
        some = min(node.count, left.get(key, 0)) if node.purchase == "on_demand" else 0
        if some:
            left[key] -= some
            yield node.model_copy(update={"purchase": "savings_plan", "count": some})
        if node.count > some:
            yield node.model_copy(update={"count": node.count - some})
