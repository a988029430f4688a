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

from collections.abc import Iterator

from fleet.cost import MACHINE_TYPES
from fleet.stack.model import Unknown
from fleet_policies.accelerated_work import Work, obstacle, read_work
from fleet_policies.rule import Found, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene


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
