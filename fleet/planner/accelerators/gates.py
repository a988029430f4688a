"""Whether an accelerator can run a workload at all, from facts only: no gate reads a name."""

import math

from fleet.catalog.model import Accelerator, InstanceType
from fleet.planner.accelerators.needs import Need
from fleet.planner.accelerators.software import COMPUTE_ONLY, OPEN_STACKS, version_too_new
from fleet.vocabulary import Reason, Stack

_TOLERANCE_GIB = 1e-9


def hardware_reasons(need: Need, kind: InstanceType, accelerator: Accelerator | None) -> frozenset[Reason]:
    """Every reason for which a type cannot run the workload; empty when it can."""
    if accelerator is None or kind.accelerators <= 0:
        return frozenset({"no_accelerator"})
    reasons = set(accelerator_reasons(need, accelerator))
    if kind.why_not:
        reasons.add("not_orderable")
    reasons |= _memory_reasons(need, memory_gib_each(kind, accelerator), kind.accelerators)
    return frozenset(reasons)


def accelerator_reasons(need: Need, accelerator: Accelerator) -> frozenset[Reason]:
    """Reasons that hold for every type with this accelerator, also for kinds that EC2 does not sell.

    What is not known counts as missing, except the precisions of a kind that cannot be bought anyway.
    """
    reasons: set[Reason] = set()
    if not accelerator.orderable:
        reasons.add("not_orderable")
    reasons |= _software_reasons(need, accelerator)
    if not need.precisions <= accelerator.precisions and (accelerator.precisions or accelerator.orderable):
        reasons.add("precision_unsupported")
    if need.graphics and not accelerator.graphics:
        reasons.add("no_graphics")
    if need.video_encode and accelerator.video_encode is not True:
        reasons.add("no_video_encoder")
    if need.ray_tracing and accelerator.ray_tracing is not True:
        reasons.add("no_ray_tracing")
    if need.throughput is not None and accelerator.key not in need.throughput:
        reasons.add("no_throughput")
    return frozenset(reasons)


def usable_stacks(need: Need, accelerator: Accelerator) -> frozenset[Stack]:
    """Stacks that the workload allows, the accelerator has and the framework runs on."""
    if need.stacks is None:
        return accelerator.stacks
    return frozenset(stack for stack in need.stacks & accelerator.stacks if _runs(need, accelerator, stack))


def accelerators_per_replica(need: Need, kind: InstanceType, accelerator: Accelerator) -> int | None:
    """How many accelerators of one instance hold a replica; None when all of them together do not."""
    each = memory_gib_each(kind, accelerator)
    if each is None or each <= 0:
        return None
    count = 1
    while count * each < need.replica_memory_gib - _TOLERANCE_GIB:
        count += 1
        if count > kind.accelerators:
            return None
    return count if count <= kind.accelerators else None


def memory_gib_each(kind: InstanceType, accelerator: Accelerator) -> float | None:
    """Memory of one accelerator in GiB as EC2 gives it to the instance; None when nobody says."""
    if kind.accelerator_memory_gib is not None and kind.accelerators > 0:
        return kind.accelerator_memory_gib / kind.accelerators
    return accelerator.memory_gib


def _software_reasons(need: Need, accelerator: Accelerator) -> set[Reason]:
    if need.stacks is None:
        return set()
    common = need.stacks & accelerator.stacks
    if not common:
        reasons: set[Reason] = {"stack_unsupported"}
        if _refused(need, accelerator):
            reasons.add("framework_unsupported")
        return reasons
    return set() if usable_stacks(need, accelerator) else {"framework_unsupported"}


def _runs(need: Need, accelerator: Accelerator, stack: Stack) -> bool:
    """Whether the framework has a path to the accelerator on a stack.

    A closed stack runs only what the catalog lists for the accelerator, and nothing once every path has ended; an open
    one runs all but what is refused or, for frameworks that the catalog follows, not listed.
    """
    listed = accelerator.frameworks
    if need.framework is None:
        return stack in OPEN_STACKS or not listed or "" in listed.values()
    framework = need.framework.lower()
    if _refused(need, accelerator) or version_too_new(stack, framework, need.framework_version):
        return False
    if framework in COMPUTE_ONLY and (stack == "graphics" or (listed and framework not in listed)):
        return False
    return stack in OPEN_STACKS or framework in listed


def _refused(need: Need, accelerator: Accelerator) -> bool:
    return need.framework is not None and accelerator.frameworks.get(need.framework.lower(), "") != ""


def _memory_reasons(need: Need, each: float | None, count: float) -> set[Reason]:
    if not need.memory_gib_each and not need.replica_memory_gib:
        return set()
    if each is None or each < need.memory_gib_each - _TOLERANCE_GIB:
        return {"accelerator_memory_too_small"}
    if each * math.floor(count) < need.replica_memory_gib - _TOLERANCE_GIB:
        return {"accelerator_memory_too_small"}
    return set()
