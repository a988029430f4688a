"""The plan as a value: what was chosen, what it costs, how good it is proved to be, and why the rest was turned down.

Fields and their meaning: `docs/plan.md`. Money in USD, hours per month of 730 unless stated.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fleet.money import Usd
from fleet.vocabulary import Purchase, Reason, Status

NOMINAL_MEMORY = "nodes of its own count nominal memory; leave room for the operating system in memory_gib"
"""The assumption on which it depends whether replicas fit; it stands beside the plan, whatever else is left out."""
UNTRIED_MACOS = "no image parameter and no limit of a Mac is known for so new a macOS: lease one host and try it first"
"""The assumption that a Mac runs what is newer than all that is known of it; it stands beside the plan as well."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CatalogStamp(_Value):
    """Which snapshot the plan was made from."""

    as_of: date
    sha256: str
    regions: list[str]


class Fallback(_Value):
    """A type that stands in for the planned one where AWS has no capacity of it: its on-demand price of an hour."""

    instance_type: str
    unit_hourly_usd: Usd


class Allocation(_Value):
    """So many instances of one type, bought one way, in one region, for one or more workloads."""

    workloads: list[str]
    cluster: str | None = None
    instance_type: str
    purchase: Purchase
    region: str
    zones: list[str]
    count: int
    unit_hourly_usd: Usd
    hours_per_month: float
    monthly_usd: Usd
    job_usd: Usd | None = None
    shares: dict[str, float]
    price_as_of: date
    price_source: str
    fallbacks: list[Fallback] = []
    """In order of preference; only on demand."""

    @property
    def types(self) -> list[str]:
        """The planned type, then those that stand in for it."""
        return [self.instance_type, *(fallback.instance_type for fallback in self.fallbacks)]


class Node(_Value):
    """Equal nodes of a shared cluster: what each of them holds."""

    cluster: str
    instance_type: str
    purchase: Purchase
    zone: str
    count: int
    replicas: dict[str, int]


class Rejection(_Value):
    """How many types a reason turned down for a workload, with a few of their names."""

    workload: str
    reason: Reason
    count: int
    examples: list[str]


class Conflict(_Value):
    """One constraint of the smallest set that clashes, in the user's words."""

    constraint: str
    needed: str
    allowed: str
    hint: str
    proved: bool = True
    """False where no plan was found that keeps it, while none is ruled out either: another plan may keep it."""

    @property
    def is_budget(self) -> bool:
        """Whether it is a limit in money: `budget.monthly_usd`, or `budget_monthly_usd of` a workload."""
        return self.constraint.startswith(("budget.", "budget_"))


class Lease(_Value):
    """Hosts leased together: from an hour of the week (0 is Monday 00:00) for at least 24 hours."""

    start_hour: int
    hours: int
    count: int


class WaitMinutes(_Value):
    """How long builds wait for a free slot, in minutes."""

    p50: float
    p95: float
    p99: float


class Schedule(_Value):
    """The week of a Mac fleet: 168 hours from Monday 00:00."""

    workload: str
    instance_type: str
    needed: list[int]
    leased: list[int]
    always_on: int
    leases: list[Lease]
    wait_minutes: WaitMinutes


class QuotaUse(_Value):
    """What the plan needs of one service quota (vCPU or hosts); `allowed` None where it is not known."""

    code: str
    needed: float
    allowed: float | None = None


class Change(_Value):
    """What moves against the lock for one cluster or workload: instances before and after, and why."""

    owner: str
    before: dict[str, int]
    after: dict[str, int]
    why: str


class Plan(_Value):
    """The fleet that was chosen."""

    schema_: Literal[1] = 1
    name: str
    planned_on: date
    spec_sha256: str
    catalog: CatalogStamp
    status: Status
    monthly_usd: Usd
    one_off_usd: Usd
    lower_bound_usd: Usd
    gap_percent: float
    solve_seconds: float | None = None
    kg_co2e_per_month: float | None = None
    allocations: list[Allocation]
    nodes: list[Node]
    rejections: list[Rejection]
    conflicts: list[Conflict]
    schedules: list[Schedule]
    quotas: list[QuotaUse]
    assumptions: list[str]
    next_steps: list[str]
    changes: list[Change] | None = None
    """Against the lock that the plan started from; None without one. Not in the lock."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=lambda name: name.rstrip("_"), populate_by_name=True
    )

    def of(self, workload: str) -> list[Allocation]:
        """Allocations that serve a workload."""
        return [allocation for allocation in self.allocations if workload in allocation.workloads]

    def types_of(self, workload: str) -> frozenset[str]:
        """Types that may serve a workload, those that stand in for others included."""
        return frozenset(name for allocation in self.of(workload) for name in allocation.types)
