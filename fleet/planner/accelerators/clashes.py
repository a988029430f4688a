"""Why a standing workload cannot be served, in the user's words."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fleet.planner.accelerators.market import Market
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.serving import Bucket, Demand
from fleet.planner.accelerators.turned_down import hint, nearest, nearest_words
from fleet.plans.model import Conflict
from fleet.spec.model import Inference, Quotas, Rendering


def lack_throughput(counter: Counter, found: Market) -> list[str]:
    """Accelerators that only a missing figure keeps out."""
    names = [name for name, reasons in found.rejected.items() if reasons == {"no_throughput"}]
    return sorted({key for name in names if (key := counter.catalog.types[name].accelerator)})


Able = Callable[[Counter], bool]
"""Whether the workload of a counter can be served under its spec."""


def conflicts(counter: Counter, demand: Demand, found: Market, able: Able) -> tuple[Conflict, ...]:
    """The demand, and what clashes with it: the smallest set of limits that the spec sets, or what no type can do."""
    workload = counter.workload
    assert isinstance(workload, Inference | Rendering)
    missing = lack_throughput(counter, found)
    if missing and not found.offers:
        none = Conflict(
            constraint=f"workloads.{workload.name}",
            needed="throughput of at least one accelerator that can run it",
            allowed=f"none is given for {', '.join(missing)}",
            hint="give measured figures for one of them; fleet ships none",
        )
        return (none,)
    keys = {choice.accelerator.key for choices in found.offers.values() for choice in choices}
    lonely = [bucket for bucket in demand.buckets if not keys & set(bucket.load)]
    if found.offers and lonely:
        return (_unserved(workload, lonely, keys),)
    limits = _limits(counter, workload, found)
    alone = tuple(limit.conflict for limit in limits if able(limit.without))
    if alone or found.offers:
        return alone or tuple(limit.conflict for limit in limits) or (_too_little(workload),)
    none = Conflict(
        constraint=f"workloads.{workload.name}",
        needed="an accelerator that can run it",
        allowed=nearest_words(found.rejected, counter.catalog.types),
        hint=hint(nearest(found.rejected)[0]),
    )
    return (none,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """A limit that the spec sets, in words, and the same question without it."""

    conflict: Conflict
    without: Counter


def _limits(counter: Counter, workload: Inference | Rendering, found: Market) -> list[_Limit]:
    """Every limit that may keep out what could serve otherwise."""
    limits: list[_Limit] = []
    quotas = counter.spec.quotas
    if quotas.limits or quotas.defaults:
        limits.append(
            _Limit(
                conflict=Conflict(
                    constraint=f"quotas of {workload.name}",
                    needed=_demand(workload),
                    allowed=_free_quotas(counter, found),
                    hint="request an increase, or allow types, regions or purchases that count against another quota",
                ),
                without=replace(counter, spec=counter.spec.model_copy(update={"quotas": Quotas()})),
            )
        )
    rules = counter.spec.rules_for(workload)
    for name, value, help_ in (
        ("on_demand_base_percent", rules.spot.on_demand_base_percent, "lower it, or allow types on demand"),
        ("min_instance_types", rules.spot.min_instance_types, "lower it, or allow more types on spot"),
    ):
        if value and workload.interruptible:
            spot = rules.spot.model_copy(update={name: type(rules.spot).model_fields[name].default})
            freed = workload.model_copy(update={"purchase": rules.model_copy(update={"spot": spot})})
            limits.append(
                _Limit(
                    conflict=Conflict(
                        constraint=f"purchase.spot.{name} of {workload.name}",
                        needed=_demand(workload),
                        allowed=f"{value:g}",
                        hint=help_,
                    ),
                    without=replace(counter, workload=freed),
                )
            )
    return limits


def _free_quotas(counter: Counter, found: Market) -> str:
    """What the quotas of usable types leave, by code and region."""
    names = [*found.offers, *(name for name, reasons in found.rejected.items() if reasons == {"quota"})]
    codes = {counter.catalog.quota_code(name, "on_demand") for name in names}
    if counter.workload.interruptible:
        codes |= {counter.catalog.quota_code(name, "spot") for name in names}
    regions = {None, *counter.spec.regions_for(counter.workload)}
    left = [
        f"{limit.code}{f' in {limit.region}' if limit.region else ''} leaves {max(0.0, limit.limit - limit.in_use):g}"
        for limit in counter.spec.quotas.limits
        if limit.code in codes and limit.region in regions
    ]
    return f"{', '.join(left)} vCPUs" if left else "AWS's default quotas"


def _demand(workload: Inference | Rendering) -> str:
    if isinstance(workload, Rendering):
        return f"{workload.streams} streams"
    if workload.request_mix is not None:
        return f"{sum(bucket.requests_per_second for bucket in workload.request_mix):g} requests a second"
    if workload.tokens_per_second is not None:
        return f"{workload.tokens_per_second:g} tokens a second"
    return f"{workload.replicas} replicas"


def _unserved(workload: Inference | Rendering, lonely: list[Bucket], keys: set[str]) -> Conflict:
    return Conflict(
        constraint=f"workloads.{workload.name}.request_mix",
        needed=f"an accelerator with throughput for {', '.join(bucket.label for bucket in lonely)}",
        allowed=f"{', '.join(sorted(keys))} can be had, and none of them has a figure there",
        hint="give measured figures for one of them",
    )


def _too_little(workload: Inference | Rendering) -> Conflict:
    return Conflict(
        constraint=f"workloads.{workload.name}",
        needed=_demand(workload),
        allowed="less, from the offers that are left",
        hint="allow more types, regions or purchase options",
    )
