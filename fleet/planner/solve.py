"""The plan of a whole fleet: each cluster and workload planned in turn, quotas handed on, parts joined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from fleet.catalog import Catalog
from fleet.planner.accelerators import plan_inference, plan_rendering, plan_training
from fleet.planner.assemble import assemble
from fleet.planner.clusters import plan_cluster
from fleet.planner.commitments import less_commitments
from fleet.planner.keep import kept
from fleet.planner.mac import as_batch, needs_mac, plan_apple_builds
from fleet.planner.own_nodes import plan_batch, plan_service
from fleet.planner.part import Part
from fleet.planner.quotas import Quotas
from fleet.plans.model import Allocation, Plan
from fleet.spec.model import AppleBuilds, Batch, Cluster, FleetSpec, Inference, Rendering, Service

Progress = Callable[[str], None]


def plan(
    spec: FleetSpec, catalog: Catalog, *, today: date, previous: Plan | None = None, progress: Progress | None = None
) -> Plan:
    """The cheapest fleet found, with its proof; a pure function of its arguments.

    `previous` is a plan to keep unless moving pays more than `planner.keep_unless_saving_percent`. A fleet that cannot
    be had is a plan with status `infeasible`, no allocations, and the constraints that clash.
    """
    steps = _steps(spec, catalog, today)
    start = _Left(quotas=Quotas.of(spec, catalog), spec=spec)
    parts, left = _in_order(steps, start, progress)
    for _ in steps if start.quotas.allowed else ():
        # What is planned first takes the quota: before a fleet is called impossible, what found no room goes first.
        homeless = [step for step in steps if parts[step.name].status == "infeasible"]
        order = [*homeless, *(step for step in steps if step not in homeless)]
        if not homeless or order == steps:
            break
        steps = order
        parts, left = _in_order(steps, start, progress)
    in_spec_order = [parts[step.name] for step in _steps(spec, catalog, today)]
    found = assemble(spec, catalog, in_spec_order, left.quotas, today=today)
    return found if previous is None else kept(previous, found, spec, catalog)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What quotas and commitments leave; `spec` carries the commitments."""

    quotas: Quotas
    spec: FleetSpec

    def less(self, allocations: Sequence[Allocation]) -> "_Left":
        """The same with what these allocations take."""
        return _Left(
            quotas=self.quotas.less(allocations),
            spec=less_commitments(self.spec, allocations, self.quotas.catalog),
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """One cluster or workload to plan, from what is left."""

    name: str
    plan: Callable[[_Left], Part] = field(compare=False)


def _in_order(steps: Sequence[_Step], start: _Left, progress: Progress | None) -> tuple[dict[str, Part], _Left]:
    """Each step from what the ones before it leave.

    Its lower bound is that of the step alone, from everything: what others took is their plan's choice, not a law.
    """
    left, parts = start, {}
    for step in steps:
        if progress is not None:
            progress(f"planning {step.name}")
        part = step.plan(left)
        limited = left.spec != start.spec or (left.quotas.allowed and left.quotas.needed != start.quotas.needed)
        if limited and part.status != "infeasible":
            alone = step.plan(start)
            part = replace(
                part,
                monthly_bound_usd=min(part.monthly_bound_usd, alone.monthly_bound_usd),
                one_off_bound_usd=min(part.one_off_bound_usd, alone.one_off_bound_usd),
            )
        left = left.less(part.allocations)
        parts[step.name] = part
    return parts, left


def _steps(spec: FleetSpec, catalog: Catalog, today: date) -> list[_Step]:
    """What is planned, in the order of the spec; a cluster stands where its first workload does."""
    clusters = {cluster.name: cluster for cluster in spec.clusters}
    steps = []
    for workload in spec.workloads:
        if isinstance(workload, Service) and workload.cluster is not None:
            cluster = clusters.pop(workload.cluster, None)
            if cluster is not None:
                steps.append(_Step(f"cluster {cluster.name}", partial(_clustered, cluster, catalog, today)))
        else:
            steps.append(_Step(workload.name, partial(_planned, workload.name, catalog, today)))
    return steps


def _clustered(cluster: Cluster, catalog: Catalog, today: date, left: _Left) -> Part:
    return plan_cluster(left.spec, cluster, catalog, today=today, free=left.quotas.free)


def _planned(name: str, catalog: Catalog, today: date, room: _Left) -> Part:
    """One workload outside clusters."""
    spec, quotas = room.spec, room.quotas
    workload = spec.workload(name)
    left = spec.model_copy(update={"quotas": quotas.rules()})
    if isinstance(workload, Service):
        return plan_service(spec, workload, catalog, today=today, free=quotas.free)
    if isinstance(workload, Batch):
        return plan_batch(spec, workload, catalog, today=today, free=quotas.free)
    if isinstance(workload, AppleBuilds):
        return _builds(left, workload, catalog, today, quotas)
    if isinstance(workload, Inference):
        answer = plan_inference(left, workload, catalog, today=today)
    elif isinstance(workload, Rendering):
        answer = plan_rendering(left, workload, catalog, today=today)
    else:
        answer = plan_training(left, workload, catalog, today=today)
    return answer


def _builds(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, today: date, quotas: Quotas) -> Part:
    if needs_mac(workload):
        return plan_apple_builds(spec, workload, catalog, today=today)
    batch, assumed = as_batch(workload, catalog)
    part = plan_batch(spec, batch, catalog, today=today, free=quotas.free)
    return replace(part, assumptions=(*assumed, *part.assumptions))
