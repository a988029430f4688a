"""Tags that carry intent: what a resource is for, in words that policies and cost allocation read."""

from collections.abc import Iterable, Mapping

from fleet.money import HOURS_PER_MONTH
from fleet.spec import AppleBuilds, Batch, FleetSpec, Inference, Rendering, Service, Training, Workload
from fleet.vocabulary import Stack

__all__ = ["cluster_tags", "fleet_tags", "hours_tag", "workload_tags"]


def fleet_tags(spec: FleetSpec, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Tags of everything in a fleet: the spec's, those of the stack over them, and the fleet's name."""
    return {**spec.tags, **(extra or {}), "fleet:name": spec.name}


def workload_tags(
    spec: FleetSpec, workload: Workload, *, stack: Stack | None = None, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Tags of everything that serves one workload."""
    tags = {
        **fleet_tags(spec, extra),
        **workload.tags,
        "fleet:workload": workload.name,
        "fleet:kind": workload.kind,
        "fleet:interruptible": _flag(workload.interruptible),
    }
    if stack is not None and not isinstance(workload, Rendering):
        tags["fleet:stack"] = stack
    return tags | _of_kind(workload)


_LONGEST_VALUE = 256
"""AWS's limit for the value of a tag."""


def cluster_tags(
    spec: FleetSpec, cluster: str, names: Iterable[str], extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Tags of nodes that several workloads share; interruptible only when each of them is."""
    sharing = [spec.workload(name) for name in sorted(names)]
    kinds = sorted({workload.kind for workload in sharing})
    languages = sorted({w.language for w in sharing if isinstance(w, Service) and w.language})
    together = " ".join(workload.name for workload in sharing)
    tags = {
        **fleet_tags(spec, extra),
        "fleet:cluster": cluster,
        "fleet:workload": together if len(together) <= _LONGEST_VALUE else cluster,
        "fleet:kind": " ".join(kinds),
        "fleet:interruptible": _flag(all(workload.interruptible for workload in sharing)),
    }
    if len(languages) == 1 and len(sharing) == 1:
        tags["fleet:language"] = languages[0]
    return tags


def hours_tag(hours: float) -> dict[str, str]:
    """The hours that an estimate counts, where they are not a whole month."""
    return {} if hours >= HOURS_PER_MONTH else {"fleet:hours-per-month": f"{hours:g}"}


def _of_kind(workload: Workload) -> dict[str, str]:
    match workload:
        case Service():
            return _given(language=workload.language)
        case Training():
            precision = workload.compute.precision if workload.compute else None
            memory = workload.min_accelerator_memory_gib or None
            return _given(framework=workload.framework, precision=precision, memory_gib=memory)
        case Inference():
            return _given(framework=workload.framework, precision=workload.precision)
        case Rendering():
            return _given(needs=" ".join(sorted(n for n in workload.needs if n in ("video_encode", "ray_tracing"))))
        case AppleBuilds():
            return _given(platforms=" ".join(sorted(workload.platforms)))
        case Batch():
            return {}


def _given(**values: str | float | None) -> dict[str, str]:
    named = {f"fleet:{key.replace('_', '-')}": value for key, value in values.items()}
    return {key: f"{value:g}" if isinstance(value, float) else value for key, value in named.items() if value}


def _flag(value: bool) -> str:  # noqa: FBT001  (the value is the whole point)
    return "true" if value else "false"
