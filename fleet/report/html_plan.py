"""What the HTML page shows of a plan: each workload's choice and alternatives, and the week of the Mac hosts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fleet.planner import Explanation
from fleet.planner.explanation import Verdict
from fleet.plans.model import Allocation, Plan, Schedule
from fleet.report import amounts
from fleet.report.plan import claim

_MOST_ALTERNATIVES = 4
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = 168


def plan_section(plan: Plan, explanations: Sequence[Explanation]) -> dict[str, Any]:
    """The values that the page's template reads."""
    return {
        "claim": claim(plan)[:1].upper() + claim(plan)[1:],
        "monthly": amounts.money(plan.monthly_usd),
        "once": amounts.money(plan.one_off_usd) if plan.one_off_usd else "",
        "bound": amounts.money(plan.lower_bound_usd),
        "day": plan.planned_on.isoformat(),
        "workloads": [_workload(plan, explanation) for explanation in explanations],
        "weeks": [_week(schedule) for schedule in plan.schedules if len(schedule.leased) == _WEEK],
    }


def _workload(plan: Plan, found: Explanation) -> dict[str, Any]:
    chosen = plan.of(found.workload)
    monthly = sum((_share(item, found.workload) for item in chosen), Decimal(0))
    once = sum((item.job_usd or Decimal(0) for item in chosen), Decimal(0))
    alone = min((_cost(verdict) for verdict in found.chosen), default=Decimal(0))
    clusters = sorted({item.cluster for item in chosen if item.cluster})
    return {
        "name": found.workload,
        "kind": f"shares the nodes of {', '.join(clusters)}" if clusters else "",
        "chosen": [_chosen(item) for item in chosen],
        "usd": _usd(monthly, once),
        "alternatives": [
            {
                "name": f"{other.count} x {other.name}" if other.count else other.name,
                "usd": _usd(other.monthly_usd or Decimal(0), other.job_usd or Decimal(0)),
                "more": _more(_cost(other), alone),
            }
            for other in found.alternatives[:_MOST_ALTERNATIVES]
        ],
        "rejected": sum(out.count for out in found.rejections),
        "rejections": found.rejections,
    }


def _share(item: Allocation, workload: str) -> Decimal:
    return item.monthly_usd * Decimal(str(item.shares.get(workload, 0)))


def _chosen(item: Allocation) -> str:
    return f"{item.count} x {item.instance_type} {item.purchase.replace('_', ' ')} in {item.region}"


def _usd(monthly: Decimal, once: Decimal) -> str:
    said = [f"{amounts.money(monthly)} a month"] if monthly or not once else []
    return " and ".join([*said, *([f"{amounts.money(once)} once"] if once else [])])


def _cost(verdict: Verdict) -> Decimal:
    return (verdict.monthly_usd or Decimal(0)) + (verdict.job_usd or Decimal(0))


def _more(other: Decimal, chosen: Decimal) -> str:
    """How much dearer, both alone: the plan itself mixes types, and counts volumes and shared nodes."""
    if not chosen:
        return ""
    percent = round((other - chosen) / chosen * 100)
    return f"{percent:+} %" if percent else "the same"


def _week(schedule: Schedule) -> dict[str, Any]:
    most = max(schedule.leased)
    top = max(most, *schedule.needed, 1)
    wait = schedule.wait_minutes
    return {
        "workload": schedule.workload,
        "instance_type": schedule.instance_type,
        "always_on": schedule.always_on,
        "most": most,
        "wait": f"{wait.p50:g}, {wait.p95:g} and {wait.p99:g}",
        # A little air above the highest line.
        "top": f"{top * 1.05:.2f}",
        "needed": _steps(schedule.needed, top) + f"V{top * 1.05:.2f}H0Z",
        "leased": _steps(schedule.leased, top),
        "leases": [
            f"{lease.count} x {_DAYS[lease.start_hour // 24]} {lease.start_hour % 24:02}:00 for {lease.hours} hours"
            for lease in schedule.leases
        ],
    }


def _steps(hosts: Sequence[int], top: int) -> str:
    """An SVG path: one unit an hour to the right, one unit a host upwards."""
    heights = [f"{top * 1.05 - number:.2f}" for number in hosts]
    return f"M0 {heights[0]}" + "".join(f"V{height}H{hour + 1}" for hour, height in enumerate(heights))
