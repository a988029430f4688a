"""The work that an accelerator must do, as tags say it, and why a type is proved not to do it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.catalog.model import Accelerator, InstanceType
from fleet.cost import Machines
from fleet.stack.model import Unknown
from fleet_policies.intent import share, words

__all__ = ["Work", "obstacle", "read_work"]

_STACKS = frozenset({"cuda", "neuron", "rocm", "habana"})
_PRECISIONS = frozenset({"fp32", "tf32", "fp16", "bf16", "int8", "fp8", "mxfp8", "fp4"})
_TOLERANCE_GIB = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the tags say that the accelerator must do."""

    stack: str | None = None
    framework: str | None = None
    precision: str | None = None
    needs: frozenset[str] = frozenset()
    memory_gib: float | None = None
    rendering: bool = False

    @property
    def needs_accelerator(self) -> bool:
        """Something is asked that only an accelerator does."""
        return bool(self.stack or self.needs or self.memory_gib)


def obstacle(work: Work, shape: InstanceType, accelerators: Mapping[str, Accelerator]) -> str | None:
    """Why a type is proved not to run the work; None when nothing proves it."""
    if shape.accelerator is None:
        return f"{shape.name} has no accelerator" if work.needs_accelerator else None
    device = accelerators.get(shape.accelerator)
    if device is None:
        return None
    what = f"the {device.name} of {shape.name}"
    return _missing_feature(work, device, what) or _missing_software(work, device, what) or _small(work, shape, what)


def _missing_feature(work: Work, device: Accelerator, what: str) -> str | None:
    if "video_encode" in work.needs and device.video_encode is False:
        return f"{what} has no video encoder"
    if "ray_tracing" in work.needs and device.ray_tracing is False:
        return f"{what} has no ray tracing cores"
    if work.rendering and not device.graphics:
        return f"{what} does not render graphics"
    wanted = {need for need in work.needs if need in _PRECISIONS} | ({work.precision} if work.precision else set())
    lacking = sorted(wanted - device.precisions) if device.precisions else []
    return f"{what} does not compute in {lacking[0]}" if lacking else None


def _missing_software(work: Work, device: Accelerator, what: str) -> str | None:
    if work.stack is not None and device.stacks and work.stack not in device.stacks:
        return f"{what} does not run {work.stack}, only {', '.join(sorted(device.stacks))}"
    refused = device.frameworks.get(work.framework or "", "")
    return f"{what} does not run {work.framework}: {refused}" if refused else None


def _small(work: Work, shape: InstanceType, what: str) -> str | None:
    if work.memory_gib is None or shape.accelerator_memory_gib is None or shape.accelerators <= 0:
        return None
    each = shape.accelerator_memory_gib / shape.accelerators
    if each >= work.memory_gib - _TOLERANCE_GIB:
        return None
    return f"{what} has {each:g} GiB, the work needs {work.memory_gib:g} GiB"


def read_work(machines: Machines) -> Work | Unknown:
    """The work that the tags of a resource describe; UNKNOWN when a tag that matters is not known."""
    tags = machines.tags
    texts = {key: tags.get(f"fleet:{key}") for key in ("stack", "framework", "precision", "kind")}
    needs, memory = words(tags, "fleet:needs"), share(tags, "fleet:memory-gib")
    unknown = next((v for v in (*texts.values(), needs, memory) if isinstance(v, Unknown)), None)
    if unknown is not None:
        return unknown
    given = {key: value.strip().lower() for key, value in texts.items() if isinstance(value, str) and value.strip()}
    stack, precision = given.get("stack"), given.get("precision")
    return Work(
        stack=stack if stack in _STACKS else None,
        framework=given.get("framework"),
        precision=precision if precision in _PRECISIONS else None,
        needs=frozenset(needs) if isinstance(needs, tuple) else frozenset(),
        memory_gib=memory if isinstance(memory, float) and memory > 0 else None,
        rendering=given.get("kind") == "rendering",
    )
