"""Auto Scaling groups from allocations: what shares a group, in which order, and what an instance is worth in it."""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from fleet.plans import Allocation
from fleet.resources.design.model import Choice, GroupDesign, Market, PoolDesign
from fleet.resources.design.reserved import in_reservation
from fleet.resources.design.source import Source, zones_of
from fleet.resources.facts import TypeFacts
from fleet.resources.tags import hours_tag, workload_tags
from fleet.spec import Inference, Rendering, Service, Workload

__all__ = ["design_pool", "market_of", "weights"]

_LARGEST_WEIGHT = 999
"""Auto Scaling takes weights from 1 to 999."""


def design_pool(source: Source, workload: Workload) -> PoolDesign | None:
    """The groups of a workload on nodes of its own; None when the plan gives it nothing."""
    allocations = source.allocations(workload)
    if not allocations:
        return None
    groups = [_group(source, workload, lead, members) for lead, members in _bundles(source, allocations)]
    return PoolDesign(
        workload=workload.name,
        kind=workload.kind,
        home=source.spec.region,
        groups=in_reservation(workload.name, groups, source.settings.reservations.get(workload.name)),
        tags=workload_tags(source.spec, workload, extra=source.settings.tags),
        target_cpu_percent=source.settings.target_cpu_percent if isinstance(workload, Service) else None,
        schedule=source.settings.schedule,
    )


def market_of(allocation: Allocation) -> Market:
    """How EC2 is asked for an allocation; a savings plan is a discount on demand, not a market."""
    match allocation.purchase:
        case "spot" | "capacity_block":
            return allocation.purchase
        case _:
            return "on_demand"


def weights(workload: Workload, types: Sequence[TypeFacts]) -> list[int]:
    """What one instance of each type is worth, in whole units from 1 to 999: work done, not its name or price."""
    worth = [_worth(workload, facts) for facts in types]
    scale = lcm(*(value.denominator for value in worth))
    units = [int(value * scale) for value in worth]
    divisor = gcd(*units)
    units = [unit // divisor for unit in units]
    if max(units) > _LARGEST_WEIGHT:
        units = [max(1, unit * _LARGEST_WEIGHT // max(units)) for unit in units]
    return units


def _worth(workload: Workload, facts: TypeFacts) -> Fraction:
    per_accelerator: dict[str, float] = {}
    if isinstance(workload, Inference):
        per_accelerator = workload.throughput
    elif isinstance(workload, Rendering):
        per_accelerator = workload.streams_per_accelerator
    if facts.accelerator is None or not facts.accelerators:
        return Fraction(facts.vcpus)
    rate = per_accelerator.get(facts.accelerator, 1.0)
    return Fraction(rate).limit_denominator(1000) * Fraction(facts.accelerators).limit_denominator(1000)


def _bundles(source: Source, allocations: Sequence[Allocation]) -> list[tuple[Allocation, list[Allocation]]]:
    """Which allocations share a group: all spot of a region and architecture, with an on-demand one as its base.

    Every other on-demand type gets a group of its own, since a group has no way to hold two on-demand types at given
    counts; so does one that others stand in for, as those are not meant for spot. One architecture, since a group
    starts from one image. The first of a bundle is the type that leads it.
    """
    parts: dict[tuple[str, str], list[Allocation]] = {}
    for allocation in sorted(allocations, key=_largest_first):
        architecture = source.facts(allocation.instance_type).architecture
        parts.setdefault((allocation.region, architecture), []).append(allocation)
    return [bundle for key in sorted(parts) for bundle in _bundles_of(parts[key])]


def _bundles_of(allocations: Sequence[Allocation]) -> list[tuple[Allocation, list[Allocation]]]:
    spot = [a for a in allocations if a.purchase == "spot"]
    steady = _merged([a for a in allocations if a.purchase != "spot"])
    if not spot:
        return [(a, [a]) for a in steady]
    base = [a for a in steady[:1] if a.purchase != "capacity_block" and not a.fallbacks]
    return [(spot[0], base + spot), *((a, [a]) for a in steady[len(base) :])]


def _merged(allocations: Sequence[Allocation]) -> list[Allocation]:
    """Allocations of one type (some under a savings plan, some not) counted as one: AWS applies the plan by itself."""
    merged: dict[tuple[str, Market, float], Allocation] = {}
    for allocation in allocations:
        key = (allocation.instance_type, market_of(allocation), allocation.hours_per_month)
        same = merged.get(key)
        zones = sorted({*allocation.zones, *(same.zones if same else ())})
        count = allocation.count + (same.count if same else 0)
        merged[key] = (same or allocation).model_copy(update={"count": count, "zones": zones})
    return list(merged.values())


def _group(source: Source, workload: Workload, lead: Allocation, members: list[Allocation]) -> GroupDesign:
    choices = _choices(source, workload, members)
    market = market_of(lead)
    planned = dict.fromkeys(("on_demand", "spot", "capacity_block"), 0)
    by_name = {choice.facts.name: choice for choice in choices}
    for member in members:
        planned[market_of(member)] += by_name[member.instance_type].weight * member.count
    desired = sum(planned.values())
    zones = zones_of(members, workload.name)
    stack = source.stack(workload, choices[0].facts)
    tags = workload_tags(source.spec, workload, stack=stack, extra=source.settings.tags)
    return GroupDesign(
        name=_name(source, workload, lead),
        workload=workload.name,
        region=lead.region,
        zones=zones,
        choices=choices,
        image=source.image(workload, choices[0].facts, lead.region),
        market=market,
        on_demand_base=planned["on_demand"] if market == "spot" else 0,
        min_size=_minimum(workload, choices, len(zones), desired),
        desired=desired,
        max_size=desired,
        root_volume_gib=source.root_volume_gib(workload),
        target_groups=source.settings.target_groups.get(workload.name, ()),
        tags=tags | hours_tag(lead.hours_per_month),
    )


def _choices(source: Source, workload: Workload, members: Sequence[Allocation]) -> tuple[Choice, ...]:
    counts: dict[str, int] = {}
    for member in members:
        counts[member.instance_type] = counts.get(member.instance_type, 0) + member.count
    types = [source.facts(name) for name in counts]
    planned = tuple(
        Choice(facts=facts, count=counts[facts.name], weight=weight)
        for facts, weight in zip(types, weights(workload, types), strict=True)
    )
    return planned + _standing_in(source, members, planned)


def _standing_in(source: Source, members: Sequence[Allocation], planned: Sequence[Choice]) -> tuple[Choice, ...]:
    """Types that the plan lets stand in: one of them counts as one of the planned type, however much more it could."""
    names = dict.fromkeys(fallback.instance_type for member in members for fallback in member.fallbacks)
    return tuple(
        Choice(facts=source.facts(name), count=0, weight=planned[0].weight)
        for name in names
        if name not in {choice.facts.name for choice in planned}
    )


def _minimum(workload: Workload, choices: Sequence[Choice], zones: int, desired: int) -> int:
    """A service may shrink to `min_nodes`, or one node a zone; other kinds have no signal to scale on and stay."""
    if not isinstance(workload, Service):
        return desired
    return min(desired, max(workload.min_nodes, zones) * max(choice.weight for choice in choices))


def _name(source: Source, workload: Workload, lead: Allocation) -> str:
    """Workload, then type or market; no count and no other group of the plan has a say in it."""
    parts = [workload.name]
    if lead.purchase != "spot":
        parts.append(lead.instance_type.replace(".", "-"))
    else:
        parts += ["spot", source.facts(lead.instance_type).architecture.replace("_", "-")]
    if lead.region != source.spec.region:
        parts.append(lead.region)
    return "-".join(parts)


def _largest_first(allocation: Allocation) -> tuple[int, str]:
    return (-allocation.count, allocation.instance_type)
