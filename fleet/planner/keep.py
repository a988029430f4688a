"""Keep what is locked unless moving pays: each cluster and workload changes only for a saving worth the churn.

With a threshold of k per cent, a part stays exactly as locked while the cheapest plan saves no more than k per cent of
it. Otherwise, of the plans found, the one counts that costs least when instances that stay are k per cent cheaper: so
whatever moves saves at least k per cent of what it cost, and what is kept is never k per cent dearer than the cheapest.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from fleet.planner.part import Part
from fleet.planner.steps import Left, Locked, Step
from fleet.plans.model import Allocation, Change, Plan

Instances = Counter[tuple[str, str, str]]
"""(instance type, how it is bought whatever pays for it, region) -> count."""

_MOST_DISCOUNT = 0.95


def settled(
    step: Step, left: Left, fresh: Part, previous: Plan, percent: float, pay: Callable[[Part], Part]
) -> tuple[Part, Change | None]:
    """The part to plan with, and what moves against the lock. `pay` covers a part by savings plans."""
    owned = [allocation for allocation in previous.allocations if step.owns(allocation)]
    locked = Locked(
        allocations=owned,
        nodes=[node for node in previous.nodes if node.cluster == step.cluster],
        discount=min(percent / 100, _MOST_DISCOUNT),
    )
    before = instances(owned)
    if not owned:
        return fresh, _change(step, before, fresh, "new in the fleet")
    if fresh.status != "infeasible" and instances(fresh.allocations) == before:
        return fresh, None
    kept = [pay(part) for part in step.keep(left.uncommitted, locked)]
    kept = [_proved_by(fresh, part) for part in kept if part.status != "infeasible" and part.allocations]
    exact = next((part for part in kept if instances(part.allocations) == before), None)
    share = Decimal(str(percent)) / 100
    if exact is not None and (fresh.status == "infeasible" or cost(exact) - cost(fresh) <= share * cost(exact)):
        return exact, None
    possible = [part for part in (*kept, fresh) if part.status != "infeasible"]
    best = min(possible, key=lambda part: cost(part) - share * staying_usd(part.allocations, before), default=fresh)
    return best, _change(step, before, best, _why(exact, best))


def gone(steps: Sequence[Step], previous: Plan) -> list[Change]:
    """What the lock has and no step owns any more."""
    left: dict[str, Instances] = {}
    for item in previous.allocations:
        if not any(step.owns(item) for step in steps):
            owner = f"cluster {item.cluster}" if item.cluster else ", ".join(item.workloads)
            left.setdefault(owner, Counter()).update(instances([item]))
    return [
        Change(owner=owner, before=_named(found), after={}, why="no longer in the spec")
        for owner, found in sorted(left.items())
    ]


def instances(allocations: Sequence[Allocation]) -> Instances:
    """What runs where, whatever pays for it."""
    found: Instances = Counter()
    for item in allocations:
        found[item.instance_type, _bought(item), item.region] += item.count
    return found


def cost(part: Part) -> Decimal:
    """USD of a month and of one-off jobs."""
    return sum((item.monthly_usd + (item.job_usd or 0) for item in part.allocations), Decimal(0))


def _bought(item: Allocation) -> str:
    return "on_demand" if item.purchase == "savings_plan" else item.purchase


def _proved_by(fresh: Part, part: Part) -> Part:
    """The part under the bounds that the cheapest plan proved."""
    status = "timed_out" if fresh.status == "timed_out" else part.status
    return replace(
        part,
        status=status,
        monthly_bound_usd=fresh.monthly_bound_usd,
        one_off_bound_usd=fresh.one_off_bound_usd,
    )


def staying_usd(allocations: Iterable[Allocation], before: Instances) -> Decimal:
    """What the instances cost that were there before."""
    left, found = Counter(before), Decimal(0)
    for item in allocations:
        key = (item.instance_type, _bought(item), item.region)
        stay = min(item.count, left[key])
        left[key] -= stay
        found += (item.monthly_usd + (item.job_usd or 0)) / item.count * stay if item.count else 0
    return found


def _why(exact: Part | None, best: Part) -> str:
    if exact is None:
        return "what is locked no longer does: the demand, the limits or what is sold has changed"
    saving = cost(exact) - cost(best)
    return f"saves {saving:,.2f} USD a month, {saving / cost(exact) * 100:.1f} % of what is locked"


def _change(step: Step, before: Instances, part: Part, why: str) -> Change | None:
    after = instances(part.allocations)
    return None if after == before else Change(owner=step.name, before=_named(before), after=_named(after), why=why)


def _named(found: Instances) -> dict[str, int]:
    return {f"{name} {bought.replace('_', ' ')} in {region}": n for (name, bought, region), n in sorted(found.items())}
