"""What limits cost: the hourly price of one step of each limit that binds a workload, from linear programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fleet.catalog import Catalog
from fleet.planner.clusters import relaxed_cluster_usd
from fleet.planner.commitments import current
from fleet.planner.limits import default_quotas, limits_of
from fleet.planner.own_held import relaxed_own_usd
from fleet.planner.quotas import Quotas
from fleet.plans.model import Allocation
from fleet.spec.model import Batch, FleetSpec, Service

_LEAST = 1e-6
"""USD an hour, and share of the cost: less is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A limit that costs something: what one step of it saves, USD for an hour of the workload or its cluster."""

    constraint: str
    step: str
    hourly_usd: float


def bindings(
    spec: FleetSpec, catalog: Catalog, workload: Service | Batch, others: Sequence[Allocation], *, today: date
) -> tuple[Binding, ...]:
    """Limits that bind, the dearest first; none where not even part instances satisfy them all.

    `others` are the allocations of the rest of the fleet, which take their part of quotas. The price is that of a
    linear program: whole instances may save more or less than it.
    """
    names = [workload.name]
    if isinstance(workload, Service) and workload.cluster is not None:
        names = [w.name for w in spec.workloads if isinstance(w, Service) and w.cluster == workload.cluster]
    least = _least(spec, catalog, workload.name, others, today)
    if least is None:
        return ()
    found = []
    for limit in (*limits_of(spec, catalog, names, today), *default_quotas(spec, catalog, names)):
        loose = _least(limit.looser(spec), catalog, workload.name, others, today)
        saved = 0.0 if loose is None else least - loose
        if saved > _LEAST * max(1.0, least):
            found.append(Binding(constraint=limit.constraint, step=limit.step, hourly_usd=saved))
    return tuple(sorted(found, key=lambda binding: (-binding.hourly_usd, binding.constraint)))


def _least(spec: FleetSpec, catalog: Catalog, name: str, others: Sequence[Allocation], today: date) -> float | None:
    spec = current(spec, today)
    workload = spec.workload(name)
    free = Quotas.of(spec, catalog).less(others).free
    if isinstance(workload, Service) and workload.cluster is not None:
        cluster = next(item for item in spec.clusters if item.name == workload.cluster)
        return relaxed_cluster_usd(spec, cluster, catalog, today=today, free=free)
    if isinstance(workload, Service | Batch):
        return relaxed_own_usd(spec, workload, catalog, today=today, free=free)
    return None
