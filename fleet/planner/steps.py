"""What a fleet is planned from: one step for each cluster and each workload outside clusters, from what is left."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Protocol

from fleet.catalog import Catalog
from fleet.money import HOURS_PER_MONTH, usd
from fleet.planner.accelerators import plan_inference, plan_rendering, plan_training
from fleet.planner.candidates import NO_TOLL
from fleet.planner.clusters import hours_of, kept_clusters, members_of, plan_cluster, relaxed_cluster_usd
from fleet.planner.commitments import less_commitments, without_plans
from fleet.planner.covering import cover
from fleet.planner.mac import as_batch, needs_mac, plan_apple_builds
from fleet.planner.own_held import kept_own_nodes
from fleet.planner.own_nodes import How, plan_batch, plan_service
from fleet.planner.packing import NEAR
from fleet.planner.part import Part
from fleet.planner.quotas import Quotas
from fleet.plans.model import Allocation, Node
from fleet.spec.model import (
    AppleBuilds,
    Batch,
    Cluster,
    FleetSpec,
    Inference,
    Pool,
    Rendering,
    Service,
    Training,
    Workload,
)

if TYPE_CHECKING:
    from fleet.vocabulary import Purchase


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What quotas and commitments leave; `spec` carries the commitments."""

    quotas: Quotas
    spec: FleetSpec
    near: float = NEAR
    """Cost over bound, less one, at which a cluster's plan is good enough; infinite where any will do."""

    def less(self, part: Part) -> "Left":
        """The same with what a part takes."""
        return replace(
            self,
            quotas=self.quotas.less(part.allocations, part.cleaned_hosts),
            spec=less_commitments(self.spec, part.allocations, self.quotas.catalog),
        )

    @property
    def uncommitted(self) -> "Left":
        """The same without savings plans."""
        return replace(self, spec=without_plans(self.spec))


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What a lock has for a step, and the share of its price (0 to 1) that moving must save."""

    allocations: Sequence[Allocation]
    nodes: Sequence[Node]
    discount: float


class _Planner(Protocol):
    def __call__(self, left: Left, *, toll: Mapping[str, float] = ...) -> Part: ...


class _Doubter(Protocol):
    def __call__(self, left: Left) -> bool: ...


class _Keeper(Protocol):
    def __call__(self, left: Left, locked: Locked) -> Iterable[Part]: ...


def _doubts_nothing(left: Left) -> bool:  # noqa: ARG001  (the signature of a _Doubter)
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One cluster or workload to plan from what is left, and the plans that keep more of what is locked."""

    name: str
    cluster: str | None = None
    plan: _Planner = field(compare=False)
    keep: _Keeper = field(compare=False)
    rules_out: _Doubter = field(compare=False, default=_doubts_nothing)
    """Whether not even part instances do: sure, and quicker than a plan. False says nothing."""
    most_hours: Decimal = Decimal(HOURS_PER_MONTH)
    """Hours that an instance of it can count for, in a month or in a job."""

    def owns(self, allocation: Allocation) -> bool:
        """Whether an allocation is this step's."""
        if self.cluster is not None or allocation.cluster is not None:
            return allocation.cluster == self.cluster
        return allocation.workloads == [self.name]


def steps_of(spec: FleetSpec, catalog: Catalog, today: date, how: How = cover) -> list[Step]:
    """What is planned, in the order of the spec; a cluster stands where its first workload does.

    `how` answers the covering model of workloads with nodes of their own.
    """
    clusters = {cluster.name: cluster for cluster in spec.clusters}
    steps = []
    for workload in spec.workloads:
        if not (isinstance(workload, Service) and workload.cluster is not None):
            plan = partial(_planned, workload.name, catalog, today, how)
            keep = partial(_kept, workload.name, catalog, today)
            steps.append(Step(name=workload.name, plan=plan, keep=keep, most_hours=_most_hours(workload, catalog)))
            continue
        cluster = clusters.pop(workload.cluster, None)
        if cluster is not None:
            steps.append(
                Step(
                    name=f"cluster {cluster.name}",
                    cluster=cluster.name,
                    plan=partial(_clustered, cluster, catalog, today),
                    keep=partial(_kept_cluster, cluster, catalog, today),
                    rules_out=partial(_cluster_ruled_out, cluster, catalog, today),
                    most_hours=usd(hours_of(members_of(spec, cluster))),
                )
            )
    return steps


def _most_hours(workload: Workload, catalog: Catalog) -> Decimal:
    """Hours in which instances of a workload run: those of a month, or of a job by its deadline."""
    batch = _as_batch(workload, catalog)
    if batch is not None:
        return usd(batch[0].runs_per_month * batch[0].deadline_hours)
    if isinstance(workload, Training):
        return usd(24 * workload.deadline_days)
    return usd(HOURS_PER_MONTH if workload.hours_per_month is None else workload.hours_per_month)


def _clustered(
    cluster: Cluster, catalog: Catalog, today: date, left: Left, *, toll: Mapping[str, float] = NO_TOLL
) -> Part:
    return plan_cluster(left.spec, cluster, catalog, today=today, free=left.quotas.free, toll=toll, near=left.near)


def _cluster_ruled_out(cluster: Cluster, catalog: Catalog, today: date, left: Left) -> bool:
    return relaxed_cluster_usd(left.spec, cluster, catalog, today=today, free=left.quotas.free) is None


def _kept_cluster(cluster: Cluster, catalog: Catalog, today: date, left: Left, locked: Locked) -> Iterator[Part]:
    free = left.quotas.free
    return kept_clusters(left.spec, cluster, catalog, locked.nodes, today=today, free=free, discount=locked.discount)


def _planned(
    name: str, catalog: Catalog, today: date, how: How, left: Left, *, toll: Mapping[str, float] = NO_TOLL
) -> Part:
    """One workload outside clusters; a toll steers services and batch work only."""
    spec, quotas = left.spec, left.quotas
    workload = spec.workload(name)
    if isinstance(workload, Service):
        return plan_service(spec, workload, catalog, today=today, free=quotas.free, toll=toll, how=how)
    batch = _as_batch(workload, catalog)
    if batch is not None:
        work, assumed = batch
        part = plan_batch(spec, work, catalog, today=today, free=quotas.free, toll=toll, how=how)
        return replace(part, assumptions=(*assumed, *part.assumptions))
    limited = spec.model_copy(update={"quotas": quotas.rules()})
    if isinstance(workload, AppleBuilds):
        return plan_apple_builds(limited, workload, catalog, today=today)
    if isinstance(workload, Inference):
        return plan_inference(limited, workload, catalog, today=today)
    if isinstance(workload, Rendering):
        return plan_rendering(limited, workload, catalog, today=today)
    return plan_training(limited, workload, catalog, today=today)  # type: ignore[arg-type]  # the kind that is left


def _as_batch(workload: Workload, catalog: Catalog) -> tuple[Batch, Sequence[str]] | None:
    """Work that is planned as batch work: batch, and builds that need no Mac."""
    if isinstance(workload, Batch):
        return workload, ()
    if isinstance(workload, AppleBuilds) and not needs_mac(workload):
        return as_batch(workload, catalog)
    return None


def _kept(name: str, catalog: Catalog, today: date, left: Left, locked: Locked) -> Iterator[Part]:
    """Plans of one workload that keep more of what is locked."""
    workload = left.spec.workload(name)
    own = workload if isinstance(workload, Service) else (_as_batch(workload, catalog) or (None,))[0]
    if own is None:
        yield _planned(
            name, catalog, today, cover, replace(left, spec=_narrowed(left.spec, workload, locked.allocations))
        )
        return
    free = left.quotas.free
    yield from kept_own_nodes(
        left.spec, own, catalog, locked.allocations, today=today, free=free, discount=locked.discount
    )


def _narrowed(spec: FleetSpec, workload: Workload, locked: Sequence[Allocation]) -> FleetSpec:
    """The spec with nothing for the workload to choose but the locked types, as they are bought and where."""
    types = sorted({allocation.instance_type for allocation in locked})
    regions = [r for r in spec.regions_for(workload) if r in {allocation.region for allocation in locked}]
    bought: dict[str, set[Purchase]] = {name: set() for name in types}
    for allocation in locked:
        bought[allocation.instance_type].add(allocation.purchase)
    ways: tuple[Purchase, ...] = ("spot", "capacity_block")
    closed = [Pool(instance_type=name, purchase=way) for name in types for way in ways if way not in bought[name]]
    narrow = workload.model_copy(
        update={
            "candidates": workload.candidates.model_copy(update={"instance_types": types}),
            "regions": regions or spec.regions_for(workload),
        }
    )
    workloads = [narrow if item.name == workload.name else item for item in spec.workloads]
    return spec.model_copy(update={"workloads": workloads, "unavailable": [*spec.unavailable, *closed]})
