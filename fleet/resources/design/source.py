"""What designs are made from: a spec, its plan, the catalog's facts and a stack's settings, joined by workload."""

from collections.abc import Iterable
from dataclasses import dataclass

from pulumi import InputPropertyError

from fleet.plans import Allocation, Plan
from fleet.resources.facts import CatalogFacts, TypeFacts, type_facts
from fleet.resources.images import Image, NoImage, image_for, macos_image, own_image
from fleet.resources.settings import Settings
from fleet.spec import AppleBuilds, FleetSpec, Inference, Rendering, Training, Workload
from fleet.vocabulary import Stack

__all__ = ["Source", "zones_of"]

_STACKS_BY_PREFERENCE: tuple[Stack, ...] = ("cuda", "neuron", "rocm", "habana", "graphics")
_ROOT_VOLUME_GIB = {"apple_builds": 200, "training": 150, "inference": 150, "rendering": 150}
"""Deep-learning images are 75 GiB and more, Xcode with simulators fills 100: those kinds start larger."""
_PLAIN_ROOT_VOLUME_GIB = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One fleet, ready to be designed."""

    spec: FleetSpec
    plan: Plan
    catalog: CatalogFacts
    settings: Settings

    def facts(self, instance_type: str) -> TypeFacts:
        """What the catalog says of a type; UnknownName when it does not have it."""
        return type_facts(instance_type, self.catalog)

    def allocations(self, workload: Workload) -> list[Allocation]:
        """What the plan gives a workload on nodes of its own, in the plan's order."""
        return [a for a in self.plan.of(workload.name) if a.cluster is None and a.count > 0]

    def stack(self, workload: Workload, facts: TypeFacts) -> Stack | None:
        """The software stack that a workload uses on a type; None for plain processors."""
        if facts.accelerator is None:
            return None
        wanted: set[Stack] = set(facts.stacks)
        if isinstance(workload, Training | Inference):
            wanted &= set(workload.accelerator_stacks)
        elif isinstance(workload, Rendering) and "cuda" not in wanted:
            wanted = {"graphics"}
        return next((stack for stack in _STACKS_BY_PREFERENCE if stack in wanted), None)

    def image(self, workload: Workload, facts: TypeFacts, region: str) -> Image:
        """The image of a workload on a type: its own `ami`, else the public one that fits."""
        try:
            if workload.ami:
                return own_image(workload.ami, facts)
            if isinstance(workload, AppleBuilds) and facts.host_family:
                return macos_image(facts, min_macos=workload.min_macos)
            framework = workload.framework if isinstance(workload, Training | Inference) else None
            return image_for(facts, region=region, stack=self.stack(workload, facts), framework=framework)
        except NoImage as error:
            raise InputPropertyError(f"spec.workloads.{workload.name}.ami", str(error)) from error

    def root_volume_gib(self, workload: Workload) -> int:
        """Size of the root volume: the stack's setting, else the default of the kind."""
        default = _ROOT_VOLUME_GIB.get(workload.kind, _PLAIN_ROOT_VOLUME_GIB)
        return self.settings.root_volume_gib.get(workload.name, default)


def zones_of(allocations: Iterable[Allocation], workload: str) -> tuple[str, ...]:
    """All zones of some allocations, sorted; every allocation must name at least one."""
    zones: set[str] = set()
    for allocation in allocations:
        if not allocation.zones:
            place = f"plan.allocations.{workload}.zones"
            raise InputPropertyError(place, f"{allocation.instance_type} in {allocation.region} names no zone")
        zones.update(allocation.zones)
    return tuple(sorted(zones))
