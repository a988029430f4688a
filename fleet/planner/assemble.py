"""Parts joined into the plan of a fleet: totals, gap, budgets, quotas, carbon."""

import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.carbon import kg_co2e_per_hour
from fleet.planner.commitments import current, unused, worthwhile
from fleet.planner.fallbacks import fallback_notes, with_fallbacks
from fleet.planner.part import Part
from fleet.planner.quotas import Quotas
from fleet.plans.model import Allocation, CatalogStamp, Change, Conflict, Plan
from fleet.spec.digest import spec_sha256
from fleet.spec.model import FleetSpec, PurchaseRules
from fleet.vocabulary import Status

_MICRO = Decimal("0.000001")
_WORST: tuple[Status, ...] = ("optimal", "feasible", "timed_out", "infeasible")
_PROVED = Decimal("1e-6")
"""A relative gap below which cost and bound differ by rounding only."""


def assemble(
    spec: FleetSpec,
    catalog: Catalog,
    parts: Sequence[Part],
    quotas: Quotas,
    *,
    today: date,
    bound_usd: Decimal,
    left: FleetSpec,
    changes: list[Change] | None,
    previous: Plan | None,
) -> Plan:
    """The plan of the fleet. It is infeasible when a part is, or when the whole passes a budget.

    `bound_usd` holds for all parts together; `left` is the spec with what is left of its commitments; `previous` the
    plan that a new one disturbs no more than pays.
    """
    allocations = [allocation for part in parts for allocation in part.allocations]
    monthly = sum((a.monthly_usd for a in allocations), Decimal(0))
    one_off = sum((a.job_usd for a in allocations if a.job_usd is not None), Decimal(0))
    bound = min(bound_usd, monthly + one_off)
    conflicts = [conflict for part in parts for conflict in part.conflicts if part.status == "infeasible"]
    if not conflicts:
        conflicts = _over_budget(spec, allocations, bound, parts)
    status = _status(parts, monthly + one_off, bound)
    fields = {
        "name": spec.name,
        "planned_on": today,
        "spec_sha256": spec_sha256(spec),
        "catalog": CatalogStamp(as_of=catalog.as_of, sha256=catalog.sha256, regions=_regions(spec)),
        "lower_bound_usd": bound.quantize(_MICRO),
        "rejections": [rejection for part in parts for rejection in part.rejections],
    }
    if conflicts or status == "infeasible":
        return Plan(**fields, **_nothing("infeasible", conflicts))
    if any(part.status == "timed_out" and not part.allocations for part in parts):
        # What was found of the rest is not the fleet that was asked for.
        return Plan(**fields, **_nothing("timed_out", ()))
    allocations = with_fallbacks(spec, catalog, allocations, quotas, today=today, previous=previous)
    return Plan(
        **fields,
        status=status,
        monthly_usd=monthly.quantize(_MICRO),
        one_off_usd=one_off.quantize(_MICRO),
        gap_percent=gap_percent(monthly + one_off, bound),
        kg_co2e_per_month=_carbon(catalog, allocations),
        allocations=allocations,
        nodes=[node for part in parts for node in part.nodes],
        conflicts=[],
        schedules=[schedule for part in parts for schedule in part.schedules],
        quotas=quotas.uses(),
        assumptions=_once([*(text for part in parts for text in part.assumptions), *fallback_notes(spec, allocations)]),
        next_steps=_next_steps(parts, allocations, quotas, catalog, current(spec, today), left),
        changes=changes,
    )


def _next_steps(
    parts: Sequence[Part],
    allocations: Sequence[Allocation],
    quotas: Quotas,
    catalog: Catalog,
    spec: FleetSpec,
    left: FleetSpec,
) -> list[str]:
    """What is for a person to do: what the parts say, commitments that stay unused or would pay, quotas to raise."""
    return _once(
        [
            *(text for part in parts for text in part.next_steps),
            *unused(spec, left),
            *worthwhile(allocations, catalog),
            *_quota_steps(quotas),
        ]
    )


def gap_percent(cost: Decimal, bound: Decimal) -> float:
    """How far the cost is above the bound, in per cent of the bound; 0 where both are 0."""
    if bound <= 0:
        return 0.0 if cost <= 0 else 100.0
    return round(float((cost - bound) / bound * 100), 4)


def _nothing(status: Status, conflicts: Sequence[Conflict]) -> dict[str, object]:
    return {
        "status": status,
        "monthly_usd": Decimal(0),
        "one_off_usd": Decimal(0),
        "gap_percent": 0.0,
        "allocations": [],
        "nodes": [],
        "conflicts": list(conflicts),
        "schedules": [],
        "quotas": [],
        "assumptions": [],
        "next_steps": [],
    }


def _status(parts: Sequence[Part], cost: Decimal, bound: Decimal) -> Status:
    """The worst of the parts; optimal only if the joined bound says so."""
    status: Status = max((part.status for part in parts), key=_WORST.index, default="optimal")
    if status in {"optimal", "feasible"}:
        return "optimal" if cost - bound <= _PROVED * cost else "feasible"
    return status


def _regions(spec: FleetSpec) -> list[str]:
    return sorted({region for workload in spec.workloads for region in spec.regions_for(workload)} | {spec.region})


def _over_budget(
    spec: FleetSpec, allocations: Sequence[Allocation], bound: Decimal, parts: Sequence[Part]
) -> list[Conflict]:
    """Budgets that the fleet passes: the whole fleet's, then the workloads' own."""
    found: list[Conflict] = []
    cost = sum((a.monthly_usd + (a.job_usd or 0) for a in allocations), Decimal(0))
    limit = spec.budget.monthly_usd
    if limit is not None and cost > limit:
        found.append(_passed("budget.monthly_usd", "a fleet", (cost, bound, limit)))
    for workload in spec.workloads:
        most = workload.budget_monthly_usd
        own = sum(
            ((a.monthly_usd + (a.job_usd or 0)) * Decimal(str(a.shares.get(workload.name, 0.0))) for a in allocations),
            Decimal(0),
        )
        if most is not None and own > most:
            least = _least_alone(spec, workload.name, parts)
            found.append(_passed(f"budget_monthly_usd of {workload.name}", workload.name, (own, least, most)))
    return found


def _passed(constraint: str, what: str, usd: tuple[Decimal, Decimal, Decimal]) -> Conflict:
    """A budget that the best plan found passes, from its cost, the bound that was proved, and the limit."""
    cost, bound, limit = usd
    proved = bound > limit
    return Conflict(
        constraint=constraint,
        needed=f"{cost:,.2f} USD for a month and one-off jobs, the cheapest found",
        allowed=f"{limit:,.2f} USD",
        hint=(
            f"no plan has {what} for less than {bound:,.2f} USD: raise the budget to {cost:,.2f} USD or ask for less"
            if proved
            else f"no plan within the budget was found, but none is ruled out: {what} costs {bound:,.2f} USD at least; "
            f"raise the budget to {cost:,.2f} USD, or ask for less"
        ),
        proved=proved,
    )


def _least_alone(spec: FleetSpec, name: str, parts: Sequence[Part]) -> Decimal:
    """What a workload costs at least; 0 where that is not proved: on shared nodes, and where others take of limits."""
    is_limited = spec.quotas.defaults or spec.quotas.limits or any(rules.savings_plans for rules in _purchases(spec))
    if is_limited:
        return Decimal(0)
    for part in parts:
        if part.allocations and all(a.workloads == [name] and a.cluster is None for a in part.allocations):
            return part.monthly_bound_usd + part.one_off_bound_usd
    return Decimal(0)


def _purchases(spec: FleetSpec) -> list[PurchaseRules]:
    return [spec.purchase, *(w.purchase for w in spec.workloads if w.purchase is not None)]


def _carbon(catalog: Catalog, allocations: Sequence[Allocation]) -> float | None:
    """Kilograms of CO2 equivalent a month, the middle of idle and busy; None when an allocation has no figure."""
    total = Decimal(0)
    for allocation in allocations:
        hourly = kg_co2e_per_hour(allocation.instance_type, allocation.region, catalog)
        if hourly is None or hourly.max is None:
            return None
        middle = (hourly.min + hourly.max) / 2
        total += middle * allocation.count * Decimal(str(allocation.hours_per_month))
    return float(round(total, 3))


def _quota_steps(quotas: Quotas) -> list[str]:
    """Quotas whose AWS default does not cover the plan, where the spec does not say what the account has."""
    steps = []
    for (region, code), needed in sorted(quotas.needed.items()):
        quota = quotas.catalog.quotas.get(code)
        if (region, code) in quotas.allowed or quota is None or quota.default is None or needed <= quota.default:
            continue
        steps.append(
            f"quota {code} ({quota.name}) in {region} must allow {needed:g} {quota.unit} and is {quota.default:g} by "
            f"default: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {code} "
            f"--desired-value {math.ceil(needed)} --region {region}"
        )
    return steps


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
