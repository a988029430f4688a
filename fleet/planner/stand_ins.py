"""What instances of a type do for a workload, so that types can be compared: which may stand in for which."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType
from fleet.planner.accelerators import Counter, on_demand_choices, standing_task
from fleet.planner.candidates import survey
from fleet.planner.clusters import room_of
from fleet.planner.mac import as_batch, needs_mac
from fleet.planner.own_nodes import batch_vcpus, replicas_on
from fleet.planner.work import work_of
from fleet.spec.model import AppleBuilds, Batch, Cluster, FleetSpec, Inference, Rendering, Service, Workload

_EPSILON = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A type that a workload may run on: an hour on demand in USD, and the zones that have it."""

    kind: InstanceType
    usd: Decimal
    zones: frozenset[str]
    alike: Hashable
    """Equal in types that may stand in for each other: one image starts both, and who counts vCPUs counts the same."""
    does: tuple[float, ...]
    """What an instance has and the work that it does; a type that stands in has nothing less."""

    def stands_for(self, other: "Candidate", zones: Iterable[str]) -> bool:
        """Whether an instance of it does all that one of the other does, in all of these zones."""
        enough = all(mine + _EPSILON >= needed for mine, needed in zip(self.does, other.does, strict=True))
        return self.kind.name != other.kind.name and self.alike == other.alike and enough and self.zones >= {*zones}


def candidates(
    spec: FleetSpec, workload: Workload, catalog: Catalog, region: str, *, today: date
) -> Mapping[str, Candidate]:
    """Type -> what the workload can have of it on demand in a region, at a price that is known.

    Empty for training and builds on Macs: a job runs on equal nodes, and hosts are chosen as one.
    """
    match workload:
        case Service() | Batch():
            found = _processors(spec, workload, catalog, region, today)
        case AppleBuilds() if not needs_mac(workload):
            found = _processors(spec, as_batch(workload, catalog)[0], catalog, region, today)
        case Inference() | Rendering():
            found = _accelerators(spec, workload, catalog, region, today)
        case _:
            found = iter(())
    return {candidate.kind.name: candidate for candidate in found}


def _processors(
    spec: FleetSpec, workload: Service | Batch, catalog: Catalog, region: str, today: date
) -> Iterator[Candidate]:
    """Types of as many vCPUs: Batch and quotas count them, and nodes of one group must be of one size."""
    cluster = next((c for c in spec.clusters if isinstance(workload, Service) and c.name == workload.cluster), None)
    for offer in survey(spec, workload, catalog, region, today=today).offers:
        if offer.purchase != "on_demand":
            continue
        kind = offer.kind
        size = (kind.memory_gib, kind.max_pods) if cluster is not None else ()
        does = _room(spec, catalog, workload, cluster, kind)
        yield Candidate(
            kind=kind,
            usd=offer.usd,
            zones=frozenset(offer.zones),
            alike=(kind.architecture, kind.vcpus, kind.burstable, size),
            does=(kind.memory_gib, *does),
        )


def _room(
    spec: FleetSpec, catalog: Catalog, workload: Service | Batch, cluster: Cluster | None, kind: InstanceType
) -> tuple[float, ...]:
    if cluster is not None:
        return room_of(cluster, catalog, kind)
    work = work_of(spec.performance, catalog)
    return (
        float(
            replicas_on(workload, kind, work) if isinstance(workload, Service) else batch_vcpus(workload, kind, work)
        ),
    )


def _accelerators(
    spec: FleetSpec, workload: Inference | Rendering, catalog: Catalog, region: str, today: date
) -> Iterator[Candidate]:
    """Types of the same software stacks; for a mix of requests of the same accelerator, as the mix was split by it."""
    task = standing_task(workload)
    counter = Counter(spec=spec, workload=workload, catalog=catalog, today=today)
    for choice in on_demand_choices(counter, region):
        kind, accelerator = choice.kind, choice.accelerator
        same = accelerator.key if task.demand.buckets else accelerator.stacks
        yield Candidate(
            kind=kind,
            usd=choice.unit_usd,
            zones=frozenset(choice.zones),
            alike=(kind.architecture, same),
            does=(kind.memory_gib, float(kind.vcpus), float(task.capacity(choice))),
        )
