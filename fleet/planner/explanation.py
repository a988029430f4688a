"""Why a choice was made: what each type would cost for a workload, or every reason against it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import Accelerator, InstanceType, Resolved
from fleet.catalog.names import Preference
from fleet.errors import UnknownName
from fleet.money import HOURS_PER_MONTH, usd
from fleet.planner.accelerators import Judgement, judge
from fleet.planner.accelerators.gates import accelerator_reasons
from fleet.planner.accelerators.needs import need_of
from fleet.planner.candidates import Offer, survey
from fleet.planner.clusters import node_type
from fleet.planner.mac import Weeks, as_batch, mac_choices, needs_mac, survey_macs
from fleet.planner.own_nodes import batch_vcpus, replicas_on, why_too_small
from fleet.planner.rejections import rejections
from fleet.planner.volumes import ROOT_VOLUME_GIB, root_volume_hourly_usd
from fleet.planner.work import Work, work_of
from fleet.planner.worth import Binding, bindings
from fleet.plans.model import Plan, Rejection
from fleet.spec.model import AppleBuilds, Batch, FleetSpec, Inference, Rendering, Service, Training, Workload
from fleet.vocabulary import Reason

_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a workload on one type alone. Money None where there is none; `count` instances of it."""

    name: str
    eligible: bool
    chosen: bool
    reasons: tuple[Reason, ...]
    message: str
    count: int | None = None
    hourly_usd: Decimal | None = None
    monthly_usd: Decimal | None = None
    job_usd: Decimal | None = None
    known: bool = True
    purchase: str | None = None
    region: str | None = None

    @property
    def order(self) -> tuple[Decimal, str]:
        """Cheapest first, then by name."""
        return ((self.monthly_usd or Decimal(0)) + (self.job_usd or Decimal(0)), self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A workload's choice, what else would do, cheapest first, and the rest by reason."""

    workload: str
    chosen: tuple[Verdict, ...]
    alternatives: tuple[Verdict, ...]
    rejections: tuple[Rejection, ...]
    about: Verdict | None = None
    """The answer to a question about one name."""
    binding: tuple[Binding, ...] = ()
    """Limits that cost something, the dearest first; of services and batch work."""


def explain(
    spec: FleetSpec, catalog: Catalog, workload: str, *, today: date, type_: str | None = None, plan: Plan | None = None
) -> Explanation:
    """Every type for one workload; `type_` asks about one type, family, accelerator, chip or system in particular.

    `plan` says what was chosen (nothing is marked as chosen without it). UnknownName for a workload that the spec does
    not have, and for a `type_` that nobody knows.
    """
    names = [item.name for item in spec.workloads]
    if workload not in names:
        raise UnknownName("workload", workload, names)
    wanted = spec.workload(workload)
    chosen = {allocation.instance_type for allocation in plan.of(workload)} if plan is not None else set()
    verdicts = {
        name: replace(verdict, chosen=name in chosen)
        for name, verdict in _verdicts(spec, wanted, catalog, today).items()
    }
    out = {name: frozenset(verdict.reasons) for name, verdict in verdicts.items() if not verdict.eligible}
    eligible = sorted((v for v in verdicts.values() if v.eligible), key=lambda verdict: verdict.order)
    return Explanation(
        workload=workload,
        chosen=tuple(verdict for verdict in eligible if verdict.chosen),
        alternatives=tuple(verdict for verdict in eligible if not verdict.chosen),
        rejections=rejections(workload, out),
        about=_about(wanted, catalog, type_, verdicts) if type_ is not None else None,
        binding=_bindings(spec, wanted, catalog, plan, today) if type_ is None else (),
    )


def _bindings(
    spec: FleetSpec, workload: Workload, catalog: Catalog, plan: Plan | None, today: date
) -> tuple[Binding, ...]:
    if not isinstance(workload, Service | Batch):
        return ()
    cluster = workload.cluster if isinstance(workload, Service) else None
    others = [
        allocation
        for allocation in (plan.allocations if plan is not None else ())
        if (allocation.cluster != cluster if cluster is not None else workload.name not in allocation.workloads)
    ]
    return bindings(spec, catalog, workload, others, today=today)


def _verdicts(spec: FleetSpec, workload: Workload, catalog: Catalog, today: date) -> Mapping[str, Verdict]:
    if isinstance(workload, Training | Inference | Rendering):
        judged = judge(spec, workload, catalog, today=today)
        return {name: _of_judgement(judgement) for name, judgement in judged.items()}
    if isinstance(workload, AppleBuilds):
        if needs_mac(workload):
            return _macs(spec, workload, catalog, today)
        workload = as_batch(workload, catalog)[0]
    return _processors(spec, workload, catalog, today)


def _of_judgement(judgement: Judgement) -> Verdict:
    return Verdict(
        name=judgement.name,
        eligible=judgement.eligible,
        chosen=False,
        reasons=judgement.reasons,
        message=judgement.message,
        count=judgement.count,
        hourly_usd=judgement.hourly_usd,
        monthly_usd=judgement.monthly_usd,
        job_usd=judgement.job_usd,
        purchase=judgement.purchase,
        region=judgement.region,
    )


def _processors(spec: FleetSpec, workload: Service | Batch, catalog: Catalog, today: date) -> Mapping[str, Verdict]:
    """Services and batch work: so many instances of the type alone, at its cheapest usable purchase and region."""
    work = work_of(spec.performance, catalog)
    found: dict[str, Verdict] = {}
    for region in spec.regions_for(workload):
        market = survey(spec, workload, catalog, region, today=today)
        verdicts = [_processor(spec, workload, catalog, offer, work) for offer in market.offers]
        verdicts += [_out(name, reasons) for name, reasons in market.rejected.items()]
        for verdict in verdicts:
            known = found.get(verdict.name)
            if known is None or (verdict.eligible, *_negative(verdict)) > (known.eligible, *_negative(known)):
                found[verdict.name] = verdict
    return dict(sorted(found.items()))


def _negative(verdict: Verdict) -> tuple[Decimal, int]:
    return (-(verdict.monthly_usd or Decimal(0)), -len(verdict.reasons))


def _processor(spec: FleetSpec, workload: Service | Batch, catalog: Catalog, offer: Offer, work: Work) -> Verdict:
    units = _units(spec, workload, catalog, offer, work)
    if units <= 0:
        return _out(offer.kind.name, why_too_small(workload, offer.kind))
    demand, hours = _demand(workload)
    count = sum(math.ceil(part / units - 1e-9) for part in _by_zone(workload, demand))
    monthly = (count * (offer.usd + _beside(spec, workload, catalog, offer.region)) * usd(hours)).quantize(_MICRO)
    each = f"{units:g} {'replicas' if isinstance(workload, Service) else 'vCPUs'} each"
    return Verdict(
        name=offer.kind.name,
        eligible=True,
        chosen=False,
        reasons=(),
        message=f"alone: {count} x {offer.kind.name} {offer.purchase.replace('_', ' ')} in {offer.region}, {each}",
        count=count,
        hourly_usd=offer.usd * count,
        monthly_usd=monthly,
        purchase=offer.purchase,
        region=offer.region,
    )


def _beside(spec: FleetSpec, workload: Service | Batch, catalog: Catalog, region: str) -> Decimal:
    """What a node costs an hour beside its instance, as the plan counts it: root volume, and the cluster's fee."""
    name = workload.cluster if isinstance(workload, Service) else None
    if name is None:
        return root_volume_hourly_usd(catalog, region, ROOT_VOLUME_GIB) or Decimal(0)
    cluster = next(item for item in spec.clusters if item.name == name)
    volume = root_volume_hourly_usd(catalog, region, cluster.root_volume_gib) or Decimal(0)
    return volume + cluster.per_node_monthly_usd / HOURS_PER_MONTH


def _units(spec: FleetSpec, workload: Service | Batch, catalog: Catalog, offer: Offer, work: Work) -> float:
    if isinstance(workload, Batch):
        return batch_vcpus(workload, offer.kind, work) * offer.kept
    if workload.cluster is None:
        return float(replicas_on(workload, offer.kind, work))
    cluster = next(item for item in spec.clusters if item.name == workload.cluster)
    room = node_type(cluster, catalog, offer).room
    need = (workload.per_replica.vcpus, workload.per_replica.memory_gib, 1.0)
    return float(math.floor(min(space / size for space, size in zip(room, need, strict=True)) + 1e-9))


def _demand(workload: Service | Batch) -> tuple[float, float]:
    """Units needed at once, and hours a month."""
    if isinstance(workload, Service):
        hours = HOURS_PER_MONTH if workload.hours_per_month is None else workload.hours_per_month
        return float(workload.replicas), float(hours)
    return workload.vcpu_hours / workload.deadline_hours, workload.runs_per_month * workload.deadline_hours


def _by_zone(workload: Service | Batch, demand: float) -> list[float]:
    """The demand of each zone that nodes of its own must serve: replicas spread, their counts at most 1 apart."""
    zones = min(workload.zone_spread, workload.replicas) if isinstance(workload, Service) else 1
    if zones <= 1:
        return [demand]
    each, more = divmod(int(demand), zones)
    return [float(each + (zone < more)) for zone in range(zones)]


def _macs(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, today: date) -> Mapping[str, Verdict]:
    market = survey_macs(spec, workload, catalog, today=today)
    found = {name: _out(name, reasons) for name, reasons in market.rejected.items()}
    for choice in mac_choices(market, Weeks(workload)):
        name = choice.option.kind.name
        if name in found and found[name].eligible:
            continue
        plan = choice.week.plan
        most = max(plan.leased, default=0)
        found[name] = Verdict(
            name=name,
            eligible=True,
            chosen=False,
            reasons=(),
            message=f"{plan.always_on} hosts always on, {most} at most, in {choice.option.region}",
            count=most,
            hourly_usd=choice.option.price.usd,
            monthly_usd=choice.monthly_usd,
            purchase="dedicated_host",
            region=choice.option.region,
        )
    for option in market.options:
        found.setdefault(option.kind.name, _out(option.kind.name, frozenset({"quota"})))
    return dict(sorted(found.items()))


def _out(name: str, reasons: Iterable[Reason]) -> Verdict:
    ordered = tuple(sorted(set(reasons)))
    return Verdict(name=name, eligible=False, chosen=False, reasons=ordered, message=f"{name}: {', '.join(ordered)}")


def _about(workload: Workload, catalog: Catalog, name: str, verdicts: Mapping[str, Verdict]) -> Verdict:
    """The verdict on one name: a type's own, the best of a family or accelerator, or why EC2 does not sell it."""
    if name in verdicts:
        return verdicts[name]
    resolved = catalog.resolve(name, prefer=_PREFERRED.get(workload.kind))
    members = [verdicts[kind.name] for kind in _kinds(resolved, catalog) if kind.name in verdicts]
    if members:
        best = min(
            members,
            key=lambda v: (
                (not v.chosen, not v.eligible, *v.order) if v.eligible else (True, True, len(v.reasons), v.name)
            ),
        )
        every = tuple(sorted(set.intersection(*(set(v.reasons) for v in members)))) if not best.eligible else ()
        return replace(best, name=name, reasons=every or best.reasons, message=f"{name}: {best.message}")
    return _not_sold(workload, catalog, name, resolved)


_PREFERRED: Mapping[str, Preference] = {
    "training": "accelerator",
    "inference": "accelerator",
    "rendering": "accelerator",
    "apple_builds": "chip",
}
"""What a name with two meanings stands for: t4g is a family and a GPU, m4 a family and a chip of Apple."""


def _kinds(resolved: Resolved, catalog: Catalog) -> Sequence[InstanceType]:
    if resolved.types:
        return resolved.types
    if resolved.accelerator is not None:
        return [kind for kind in catalog.types.values() if kind.accelerator == resolved.accelerator.key]
    return ()


def _not_sold(workload: Workload, catalog: Catalog, name: str, resolved: Resolved) -> Verdict:
    reasons: set[Reason] = {"not_orderable"}
    accelerator = resolved.accelerator or _of_listed(resolved, catalog)
    if accelerator is not None and isinstance(workload, Training | Inference | Rendering):
        reasons |= accelerator_reasons(need_of(workload), accelerator)
    text = resolved.text or (resolved.listed[0].why_not if resolved.listed else _why_not(accelerator))
    return Verdict(
        name=name,
        eligible=False,
        chosen=False,
        reasons=tuple(sorted(reasons)),
        message=f"EC2 does not sell {name}: {text}" if text else f"EC2 does not sell {name} by type",
    )


def _of_listed(resolved: Resolved, catalog: Catalog) -> Accelerator | None:
    """The accelerator of types that only a price list knows."""
    keys = [listed.accelerator for listed in resolved.listed if listed.accelerator is not None]
    return catalog.accelerators.get(keys[0]) if keys else None


def _why_not(accelerator: Accelerator | None) -> str:
    return accelerator.why_not if accelerator is not None else ""
