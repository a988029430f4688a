"""What a training, inference or rendering workload asks of an accelerator, whatever its kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.spec.model import Inference, Rendering, Training
from fleet.vocabulary import Precision, Stack

AcceleratedWorkload = Training | Inference | Rendering


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Demands on one accelerator; None and empty values demand nothing."""

    stacks: frozenset[Stack] | None = None
    framework: str | None = None
    framework_version: str | None = None
    precisions: frozenset[Precision] = frozenset()
    memory_gib_each: float = 0.0
    replica_memory_gib: float = 0.0
    graphics: bool = False
    video_encode: bool = False
    ray_tracing: bool = False
    throughput: Mapping[str, object] | None = None
    """Accelerators that the spec gives throughput for; None where none is needed."""


def need_of(workload: AcceleratedWorkload) -> Need:
    """The demands that a workload puts on each accelerator."""
    if isinstance(workload, Training):
        return _training(workload)
    return _inference(workload) if isinstance(workload, Inference) else _rendering(workload)


def _training(workload: Training) -> Need:
    precisions = frozenset({workload.compute.precision}) if workload.compute else frozenset()
    return Need(
        stacks=frozenset(workload.accelerator_stacks),
        framework=workload.framework,
        framework_version=workload.framework_version,
        precisions=precisions,
        memory_gib_each=workload.min_accelerator_memory_gib,
    )


def _inference(workload: Inference) -> Need:
    throughput: Mapping[str, object] | None = None
    if workload.tokens_per_second is not None:
        throughput = workload.throughput
    elif workload.request_mix is not None:
        throughput = {key: rate for bucket in workload.request_mix for key, rate in bucket.throughput.items()}
    return Need(
        stacks=frozenset(workload.accelerator_stacks),
        framework=workload.framework,
        framework_version=workload.framework_version,
        precisions=frozenset({workload.precision}) if workload.precision else frozenset(),
        replica_memory_gib=workload.model_memory_gib,
        throughput=throughput,
    )


def _rendering(workload: Rendering) -> Need:
    precisions: set[Precision] = set()
    if "fp8" in workload.needs:
        precisions.add("fp8")
    if "fp4" in workload.needs:
        precisions.add("fp4")
    return Need(
        precisions=frozenset(precisions),
        graphics=True,
        video_encode="video_encode" in workload.needs,
        ray_tracing="ray_tracing" in workload.needs,
        throughput=workload.streams_per_accelerator,
    )
