"""Why a type was turned down, in a sentence with the facts that decide."""

from collections.abc import Callable, Iterable, Mapping

from fleet.catalog.model import Accelerator
from fleet.planner.accelerators.needs import Need
from fleet.vocabulary import Reason


def sentence(name: str, reasons: Iterable[Reason], need: Need, accelerator: Accelerator | None) -> str:
    """One sentence for all reasons, in the order of their codes."""
    parts = [_phrase(reason, need, accelerator) for reason in sorted(reasons)]
    return f"{name}: {'; '.join(parts)}" if parts else f"{name} can run it"


def _phrase(reason: Reason, need: Need, accelerator: Accelerator | None) -> str:
    with_facts = _WITH_FACTS.get(reason)
    if with_facts is not None and accelerator is not None:
        return with_facts(need, accelerator)
    return _PLAIN.get(reason, reason.replace("_", " "))


def _memory(need: Need, accelerator: Accelerator) -> str:
    has = "an unknown amount" if accelerator.memory_gib is None else f"{accelerator.memory_gib:g} GiB"
    if need.replica_memory_gib:
        return f"one instance does not hold a replica of {need.replica_memory_gib:g} GiB ({has} per {accelerator.name})"
    return f"{accelerator.name} has {has}, {need.memory_gib_each:g} GiB are needed"


def _framework(need: Need, accelerator: Accelerator) -> str:
    if need.framework is None:
        return next(iter(accelerator.frameworks.values()), f"{accelerator.name} runs no framework")
    why = accelerator.frameworks.get(need.framework.lower(), "")
    version = f" {need.framework_version}" if need.framework_version else ""
    return why or f"{need.framework}{version} has no supported path to {accelerator.name}"


def _stack(need: Need, accelerator: Accelerator) -> str:
    has = ", ".join(sorted(accelerator.stacks)) or "no known stack"
    return f"{accelerator.name} runs {has}, the workload allows {', '.join(sorted(need.stacks or ()))}"


def _precision(need: Need, accelerator: Accelerator) -> str:
    missing = sorted(need.precisions - accelerator.precisions)
    return f"{accelerator.name} does not run {', '.join(missing)}"


def _encoder(accelerator: Accelerator) -> str:
    known = "" if accelerator.video_encode is False else " that is known"
    return f"{accelerator.name} has no video encoder{known}"


_WITH_FACTS: Mapping[Reason, Callable[[Need, Accelerator], str]] = {
    "accelerator_memory_too_small": _memory,
    "framework_unsupported": _framework,
    "no_graphics": lambda _, accelerator: f"EC2 lists no graphics workloads for {accelerator.name}",
    "no_ray_tracing": lambda _, accelerator: f"{accelerator.name} has no ray tracing cores that are known",
    "no_throughput": lambda _, accelerator: f"the spec gives no throughput for {accelerator.key}, and fleet ships none",
    "no_video_encoder": lambda _, accelerator: _encoder(accelerator),
    "not_orderable": lambda _, accelerator: accelerator.why_not or f"EC2 does not sell {accelerator.name} by type",
    "precision_unsupported": _precision,
    "stack_unsupported": _stack,
}

_PLAIN: Mapping[Reason, str] = {
    "architecture": "its processor architecture is not among the candidates",
    "bare_metal": "it is bare metal, which the candidates leave out",
    "burstable": "it is burstable, which the candidates leave out",
    "capacity_block_window": (
        "no capacity block fits: they start within 8 weeks, run 1 to 14 days or whole weeks up to 182 days, and hold "
        "at most 64 instances"
    ),
    "excluded": "the candidates of the spec leave it out",
    "generation": "its generation is below min_generation",
    "interruption_rate": "spot interrupts it too often",
    "no_accelerator": "it has no accelerator",
    "no_efa": "the job needs several instances, and it has no EFA",
    "no_price": "no price is known for a way in which it may be bought",
    "no_spot_data": "no interruption figures are known for it",
    "not_in_region": "no region of the workload offers it",
    "not_in_zone": "no single zone offers what the job needs",
    "purchase_unsupported": "AWS does not sell it in a way that the workload may use",
    "quota": "the quota does not hold the instances needed",
    "unavailable": "the spec lists it as unavailable",
}
