"""The accelerator of an instance type cannot run the work it is meant for.

## What it does
Reports instance types whose accelerator cannot run the work that the tags describe: `fleet:stack` (cuda, neuron),
`fleet:framework`, `fleet:precision`, `fleet:needs` (video_encode, ray_tracing), `fleet:memory-gib`, and rendering as
`fleet:kind`. It fires only when the catalog knows that the accelerator cannot.

## Why is this bad
Training GPUs have no video encoder, Trainium compiles no CUDA, older GPUs know no FP8: the instances start, cost their
price, and the work does not run.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: transcoder
    properties:
      instanceType: p5.48xlarge
      ami: ami-0abc
      tags: {"fleet:kind": rendering, "fleet:needs": video_encode}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: transcoder
    properties:
      instanceType: g6.xlarge
      ami: ami-0abc
      tags: {"fleet:kind": rendering, "fleet:needs": video_encode}
```

## Options
None of its own.

## Source
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/accelerated-computing-instances.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet.catalog.model import Accelerator, InstanceType
from fleet.cost import MACHINE_TYPES, Machines
from fleet.stack.model import Unknown
from fleet_policies.intent import share, words
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene

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


def check(scene: Scene, _options: Options) -> Iterator[Found]:
    """Every type of everything that launches instances."""
    for machines in scene.machines:
        work = read_work(machines)
        if isinstance(work, Unknown):
            yield Undecided(urn=machines.urn, why="a tag that describes its work is not known yet")
            continue
        if work == Work():
            continue
        shapes, known = machines.all_shapes(scene.catalog), scene.catalog.accelerators
        found = next((text for shape in shapes if (text := obstacle(work, shape, known)) is not None), None)
        if found is not None:
            yield Violation(urn=machines.urn, text=f"{found}; choose a type that can, or correct the tags")
        elif not machines.types_known:
            yield Undecided(urn=machines.urn, why="its instance types are not all known")


RULE = Rule(
    id="FA301",
    name="accelerator-cannot-run-workload",
    level="mandatory",
    severity="high",
    summary="The accelerator of an instance type cannot run the work it is meant for.",
    fix="Choose a type whose accelerator can, or correct the tags that describe the work.",
    check=check,
    types=MACHINE_TYPES,
)
