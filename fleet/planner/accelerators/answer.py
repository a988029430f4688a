"""What this part answers for one workload, before it joins the plan of the whole fleet."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fleet.plan.model import Allocation, Conflict, Rejection
from fleet.vocabulary import Reason, Status

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Allocations with the proved lower bounds of their recurring and one-off cost, and what a user must know."""

    status: Status
    allocations: tuple[Allocation, ...] = ()
    monthly_bound_usd: Decimal = Decimal(0)
    one_off_bound_usd: Decimal = Decimal(0)
    rejections: tuple[Rejection, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    assumptions: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()


def rejections(workload: str, *tables: Mapping[str, frozenset[Reason]]) -> tuple[Rejection, ...]:
    """Type -> reasons as counts by reason with a few examples, both sorted."""
    by_reason: dict[Reason, set[str]] = defaultdict(set)
    for table in tables:
        for name, reasons in table.items():
            for reason in reasons:
                by_reason[reason].add(name)
    return tuple(
        Rejection(workload=workload, reason=reason, count=len(names), examples=sorted(names)[:_EXAMPLES])
        for reason, names in sorted(by_reason.items())
    )
