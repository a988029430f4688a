"""What the spec leaves out by its own wish: architectures, families, sizes. Accelerator work takes all the rest."""

from fleet.catalog.model import InstanceType
from fleet.planner.accelerators.needs import AcceleratedWorkload
from fleet.spec.model import Candidates, FleetSpec
from fleet.vocabulary import Reason


def filter_reasons(spec: FleetSpec, workload: AcceleratedWorkload, kind: InstanceType) -> frozenset[Reason]:
    """Reasons from the candidates of the workload, and from the fleet's architectures and excluded families."""
    reasons = _own(workload.candidates, kind)
    if spec.candidates.architectures is not None and kind.architecture not in spec.candidates.architectures:
        reasons.add("architecture")
    if kind.family in spec.candidates.exclude_families:
        reasons.add("excluded")
    return frozenset(reasons)


def _own(wanted: Candidates, kind: InstanceType) -> set[Reason]:
    reasons: set[Reason] = set()
    if wanted.architectures is not None and kind.architecture not in wanted.architectures:
        reasons.add("architecture")
    if _left_out(wanted, kind):
        reasons.add("excluded")
    if wanted.min_generation is not None and kind.generation is not None and kind.generation < wanted.min_generation:
        reasons.add("generation")
    if kind.bare_metal and not wanted.bare_metal:
        reasons.add("bare_metal")
    if kind.burstable and not wanted.burstable:
        reasons.add("burstable")
    return reasons


def _left_out(wanted: Candidates, kind: InstanceType) -> bool:
    return (
        kind.family in wanted.exclude_families
        or (wanted.categories is not None and kind.category not in wanted.categories)
        or (bool(wanted.families) and kind.family not in wanted.families)
        or (bool(wanted.instance_types) and kind.name not in wanted.instance_types)
        or (wanted.max_vcpus is not None and kind.vcpus > wanted.max_vcpus)
    )
