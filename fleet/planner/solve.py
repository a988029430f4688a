"""The plan of a whole fleet: each cluster and workload planned in turn, quotas handed on, parts joined."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from fleet.catalog import Catalog
from fleet.planner.accelerators import plan_inference, plan_rendering, plan_training
from fleet.planner.assemble import assemble
from fleet.planner.clusters import plan_cluster
from fleet.planner.keep import kept
from fleet.planner.mac import as_batch, needs_mac, plan_apple_builds
from fleet.planner.own_nodes import plan_batch, plan_service
from fleet.planner.part import Part
from fleet.planner.quotas import Quotas
from fleet.plans.model import Plan
from fleet.spec.model import AppleBuilds, Batch, FleetSpec, Inference, Rendering, Service, Workload

Progress = Callable[[str], None]


def plan(
    spec: FleetSpec, catalog: Catalog, *, today: date, previous: Plan | None = None, progress: Progress | None = None
) -> Plan:
    """The cheapest fleet found, with its proof; a pure function of its arguments.

    `previous` is a plan to keep unless moving pays more than `planner.keep_unless_saving_percent`. A fleet that cannot
    be had is a plan with status `infeasible`, no allocations, and the constraints that clash.
    """
    quotas = Quotas.of(spec, catalog)
    parts: list[Part] = []
    for name, part_of in _steps(spec, catalog, today):
        if progress is not None:
            progress(f"planning {name}")
        part = part_of(quotas)
        quotas = quotas.less(part.allocations)
        parts.append(part)
    found = assemble(spec, catalog, parts, quotas, today=today)
    return found if previous is None else kept(previous, found, spec, catalog)


def _steps(spec: FleetSpec, catalog: Catalog, today: date) -> Iterator[tuple[str, Callable[[Quotas], Part]]]:
    """What is planned, in the order of the spec; a cluster stands where its first workload does."""
    clusters = {cluster.name: cluster for cluster in spec.clusters}
    for workload in spec.workloads:
        if not (isinstance(workload, Service) and workload.cluster is not None):
            yield workload.name, lambda quotas, w=workload: _planned(spec, w, catalog, today, quotas)  # type: ignore[misc]  # mypy does not infer the default
            continue
        cluster = clusters.pop(workload.cluster, None)
        if cluster is not None:
            yield (
                f"cluster {cluster.name}",
                lambda quotas, c=cluster: plan_cluster(spec, c, catalog, today=today, free=quotas.free),  # type: ignore[misc]  # the same
            )


def _planned(spec: FleetSpec, workload: Workload, catalog: Catalog, today: date, quotas: Quotas) -> Part:
    """One workload outside clusters."""
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
