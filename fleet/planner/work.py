"""How much work a vCPU does: nominal, or measured by CoreMark against a reference family.

CoreMark figures are those of the catalog (iterations per second of the whole instance). A family's figure is the median
over its measured sizes of iterations per vCPU; `performance.relative` of the spec overrides it or fills it in.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType
from fleet.errors import FleetError
from fleet.spec.model import Performance


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Relative work of a vCPU by family; a family that is missing counts as 1.0."""

    by_family: Mapping[str, float]
    is_measured: bool

    def vcpus(self, kind: InstanceType) -> float:
        """VCPUs of the reference that a type stands for; burstable types count at their baseline."""
        nominal = kind.baseline_vcpus if kind.burstable and kind.baseline_vcpus is not None else float(kind.vcpus)
        return nominal * self.by_family.get(kind.family, 1.0)

    def unmeasured(self, families: set[str]) -> list[str]:
        """Families that count at nominal vCPU because nobody measured them; none where nominal is the measure."""
        return sorted(families - self.by_family.keys()) if self.is_measured else []


def work_of(performance: Performance, catalog: Catalog) -> Work:
    """The measure that the spec asks for; FleetError when the reference family has no measurement."""
    if performance.metric == "vcpu":
        return Work(by_family={}, is_measured=False)
    per_vcpu = _per_vcpu(catalog)
    reference = per_vcpu.get(performance.reference or "")
    if reference is None:
        measured = ", ".join(sorted(per_vcpu)[:12])
        raise FleetError(
            f"performance.reference {performance.reference!r} has no CoreMark measurement in the catalog of "
            f"{catalog.as_of}; families with one: {measured}, ..."
        )
    relative = {family: value / reference for family, value in per_vcpu.items()}
    return Work(by_family={**relative, **performance.relative}, is_measured=True)


def _per_vcpu(catalog: Catalog) -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for kind in catalog.types.values():
        if kind.coremark is not None:
            found[kind.family].append(kind.coremark / kind.vcpus)
    return {family: median(values) for family, values in found.items()}
