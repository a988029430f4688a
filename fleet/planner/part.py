"""What the planner of one workload or cluster answers, before it joins the plan of the whole fleet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from fleet.plans.model import Allocation, Conflict, Node, Rejection, Schedule
from fleet.vocabulary import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Allocations with proved lower bounds of their recurring (USD a month) and one-off (USD) cost, and what to know.

    A part without a solution has status `infeasible` (or `timed_out`), no allocations, and says why under `conflicts`.
    """

    status: Status
    allocations: tuple[Allocation, ...] = ()
    nodes: tuple[Node, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    monthly_bound_usd: Decimal = Decimal(0)
    one_off_bound_usd: Decimal = Decimal(0)
    rejections: tuple[Rejection, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    assumptions: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    cleaned_hosts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Region and quota code -> hosts that count against the quota beside those allocated, while AWS cleans them."""
