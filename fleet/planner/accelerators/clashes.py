"""Why a standing workload cannot be served, in the user's words."""

from fleet.planner.accelerators.market import Market
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.serving import Bucket, Demand
from fleet.planner.accelerators.turned_down import hint, nearest, nearest_words
from fleet.plans.model import Conflict
from fleet.spec.model import Inference, Rendering


def lack_throughput(counter: Counter, found: Market) -> list[str]:
    """Accelerators that only a missing figure keeps out."""
    names = [name for name, reasons in found.rejected.items() if reasons == {"no_throughput"}]
    return sorted({key for name in names if (key := counter.catalog.types[name].accelerator)})


def conflict(counter: Counter, demand: Demand, found: Market) -> Conflict:
    """What no type can do, or the demand where offers are too few; limits of the spec are found out one level up."""
    workload = counter.workload
    assert isinstance(workload, Inference | Rendering)
    missing = lack_throughput(counter, found)
    if missing and not found.offers:
        return Conflict(
            constraint=f"workloads.{workload.name}",
            needed="throughput of at least one accelerator that can run it",
            allowed=f"none is given for {', '.join(missing)}",
            hint="give measured figures for one of them; fleet ships none",
        )
    if not found.offers:
        return Conflict(
            constraint=f"workloads.{workload.name}",
            needed="an accelerator that can run it",
            allowed=nearest_words(found.rejected, counter.catalog.types),
            hint=hint(nearest(found.rejected)[0]),
        )
    keys = {choice.accelerator.key for choices in found.offers.values() for choice in choices}
    lonely = [bucket for bucket in demand.buckets if not keys & set(bucket.load)]
    return _unserved(workload, lonely, keys) if lonely else _too_little(workload)


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
        allowed="less, from what quotas and spot limits leave of the offers",
        hint="raise the quota, or allow more types, regions or purchase options",
    )
