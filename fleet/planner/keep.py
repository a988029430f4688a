"""Keep what is locked unless moving pays: a new plan replaces the old one only for a saving worth the churn."""

from collections import defaultdict
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.plans.model import Allocation, Plan
from fleet.spec.digest import spec_sha256
from fleet.spec.model import FleetSpec


def kept(previous: Plan, found: Plan, spec: FleetSpec, catalog: Catalog) -> Plan:
    """The previous plan where it still answers the same spec and the new one saves too little; else the new one.

    A previous plan of another spec, of a catalog with other prices, or one that was infeasible is not kept: whether it
    still fits would have to be proved anew.
    """
    same = previous.spec_sha256 == spec_sha256(spec) and previous.catalog.sha256 == catalog.sha256
    if not same or not previous.allocations or not found.allocations:
        return found
    before, after = _cost(previous), _cost(found)
    saving = (before - after) / before * 100 if before else Decimal(0)
    if saving > Decimal(str(spec.planner.keep_unless_saving_percent)):
        return found
    return previous


def _cost(plan: Plan) -> Decimal:
    return plan.monthly_usd + plan.one_off_usd


def moved(before: Plan, after: Plan) -> dict[tuple[str, str], tuple[int, int]]:
    """(owner, type) -> counts before and after, for what differs."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for position, plan in enumerate((before, after)):
        for allocation in plan.allocations:
            counts[_owner(allocation), allocation.instance_type][position] += allocation.count
    return {key: (old, new) for key, (old, new) in sorted(counts.items()) if old != new}


def _owner(allocation: Allocation) -> str:
    return allocation.cluster or ", ".join(allocation.workloads)
