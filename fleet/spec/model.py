"""What must run: the models of fleet.yaml, which are also the Python API. Meaning and units of every field: contract of fleet.yaml in docs/spec.md.

A field that is left out does not restrict. Units are in the names; percentages are 0 to 100.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fleet.money import Usd
from fleet.vocabulary import Architecture, Need, Platform, Precision, Purchase, Stack

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,38}[a-z0-9]$|^[a-z]$")]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Amount = Annotated[Usd, Field(ge=0, le=Decimal(10) ** 12, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Budget(_Model):
    """Limits in money: a month's recurring cost plus one-off jobs."""

    monthly_usd: Amount | None = None
    max_increase_percent: NotNegative | None = None


class CarbonBudget(_Model):
    """Limit in kilograms of CO2 equivalent; checked, never an objective."""

    kg_co2e_per_month: NotNegative


class Performance(_Model):
    """What a vCPU of services and batch work outside clusters means: nominal, or measured against a reference family."""

    metric: Literal["vcpu", "coremark"] = "vcpu"
    reference: str | None = None
    relative: dict[str, Positive] = {}

    @model_validator(mode="after")
    def _reference_is_named(self) -> Self:
        if self.metric == "coremark" and self.reference is None:
            raise ValueError("metric coremark needs a reference family, for example 'reference: m7g'")
        return self


class Candidates(_Model):
    """Filters on what may be chosen."""

    architectures: list[Architecture] | None = None
    categories: list[str] | None = None
    families: list[str] = []
    exclude_families: list[str] = []
    instance_types: list[str] = []
    min_generation: Annotated[int, Field(ge=1, le=20)] | None = None
    max_vcpus: Annotated[int, Field(ge=1)] | None = None
    bare_metal: bool = False
    burstable: bool = False


class Pool(_Model):
    """A capacity pool that is known to be empty; what is left out means all."""

    instance_type: str
    zone: str | None = None
    purchase: Purchase | None = None


class SpotLimits(_Model):
    """How spot may be used by interruptible work."""

    max_interruption_percent: Percent | None = None
    min_instance_types: Annotated[int, Field(ge=1, le=40)] | None = None
    on_demand_base_percent: Percent = 0.0


class SavingsPlan(_Model):
    """A commitment that is owned: so many dollars an hour."""

    kind: Literal["compute", "ec2_instance"]
    hourly_usd: Amount
    discount_percent: Percent | None = None
    family: str | None = None
    region: str | None = None
    ends: date | None = None

    @model_validator(mode="after")
    def _family_and_region(self) -> Self:
        if self.kind == "ec2_instance" and (self.family is None or self.region is None):
            raise ValueError("an ec2_instance savings plan holds for one family in one region: give both")
        return self


class PurchaseRules(_Model):
    """Which purchase options may be used."""

    spot: SpotLimits = SpotLimits()
    capacity_blocks: bool = True
    savings_plans: list[SavingsPlan] = []


class PriceBook(_Model):
    """Negotiated prices: exact prices by type win over discounts by family, which win over '*'."""

    on_demand_usd: dict[str, Amount] = {}
    discount_percent: dict[str, Percent] = {}


class QuotaLimit(_Model):
    """One service quota of the account: vCPUs, or hosts for the Mac codes."""

    code: Annotated[str, Field(pattern=r"^L-[0-9A-F]{8}$")]
    region: str | None = None
    limit: NotNegative
    in_use: NotNegative = 0.0


class Quotas(_Model):
    """Quotas to respect; `defaults` applies AWS's defaults to those not listed."""

    defaults: bool = False
    limits: list[QuotaLimit] = []


class PlannerOptions(_Model):
    """How the planner works."""

    keep_unless_saving_percent: Percent = 0.0
    time_limit_seconds: NotNegative = 30.0
    max_gap_percent: NotNegative = 2.0


class Overhead(_Model):
    """What every node loses to daemons, on top of what EKS reserves."""

    vcpus: NotNegative = 0.0
    memory_gib: NotNegative = 0.0
    pods: Annotated[int, Field(ge=0, le=1000)] = 0


class Cluster(_Model):
    """Nodes that several workloads share (Kubernetes)."""

    name: Name
    zones: Annotated[int, Field(ge=1, le=6)] = 1
    max_nodes: Count | None = None
    max_pods_per_node: Annotated[int, Field(ge=1, le=1000)] = 110
    headroom_percent: Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False)] = 0.0
    node_overhead: Overhead = Overhead()
    per_node_monthly_usd: Amount = Decimal(0)
    root_volume_gib: NotNegative = 20.0


class _Workload(_Model):
    name: Name
    tags: dict[str, str] = {}
    regions: list[str] = []
    interruptible: bool = False
    hours_per_month: Annotated[float, Field(ge=0, le=730, allow_inf_nan=False)] | None = None
    budget_monthly_usd: Amount | None = None
    candidates: Candidates = Candidates()
    purchase: PurchaseRules | None = None
    ami: str | None = None
    min_nodes: Count = 0


class PerReplica(_Model):
    """What one replica of a service needs."""

    vcpus: Positive
    memory_gib: Positive


class Service(_Workload):
    """Long-running replicas."""

    kind: Literal["service"] = "service"
    cluster: str | None = None
    language: str | None = None
    replicas: Count
    per_replica: PerReplica
    zone_spread: Annotated[int, Field(ge=1, le=6)] = 1
    exclusive_nodes: bool = False


class Batch(_Workload):
    """Work that is done when so many vCPU-hours are done, so many times a month."""

    kind: Literal["batch"] = "batch"
    vcpu_hours: NotNegative
    runs_per_month: NotNegative
    memory_gib_per_vcpu: NotNegative
    deadline_hours: Positive


class Compute(_Model):
    """Training work: PFLOP-days at a precision, and the share of the peak that each stack reaches."""

    pflop_days: Positive
    precision: Precision = "bf16"
    utilization: dict[Stack, Share]


class Training(_Workload):
    """One job with a deadline, by work or by accelerator count."""

    kind: Literal["training"] = "training"
    framework: str | None = None
    framework_version: str | None = None
    accelerator_stacks: Annotated[list[Stack], Field(min_length=1)]
    compute: Compute | None = None
    accelerators: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    min_accelerator_memory_gib: NotNegative = 0.0
    deadline_days: Positive
    start: date | None = None

    @model_validator(mode="after")
    def _one_demand(self) -> Self:
        if (self.compute is None) == (self.accelerators is None):
            raise ValueError("training needs either 'compute' or 'accelerators', not both")
        return self


class RequestBucket(_Model):
    """Requests of one size: how many a second, and how many each accelerator serves a second."""

    input_tokens: Count
    output_tokens: Count
    requests_per_second: NotNegative
    throughput: dict[str, Positive]


class Inference(_Workload):
    """A model that is served: by replicas, by tokens a second, or by a mix of requests."""

    kind: Literal["inference"] = "inference"
    framework: str | None = None
    framework_version: str | None = None
    accelerator_stacks: Annotated[list[Stack], Field(min_length=1)]
    precision: Precision | None = None
    model_memory_gib: Positive
    tokens_per_second: NotNegative | None = None
    replicas: Count | None = None
    request_mix: list[RequestBucket] | None = None
    throughput: dict[str, Positive] = {}
    utilization_target: Share = 0.7

    @model_validator(mode="after")
    def _one_demand(self) -> Self:
        given = [n for n in ("tokens_per_second", "replicas", "request_mix") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError(f"inference needs one of tokens_per_second, replicas, request_mix; found {given or 'none'}")
        if self.tokens_per_second and not self.throughput:
            raise ValueError("tokens_per_second needs 'throughput' per accelerator")
        return self


class Rendering(_Workload):
    """Real-time video: streams, and how many each accelerator carries."""

    kind: Literal["rendering"] = "rendering"
    streams: Count
    streams_per_accelerator: dict[str, Positive]
    needs: list[Need] = ["video_encode"]


class AppleBuilds(_Workload):
    """Builds that need Apple's SDKs, over a 168-hour week from Monday 00:00."""

    kind: Literal["apple_builds"] = "apple_builds"
    platforms: Annotated[list[Platform], Field(min_length=1)]
    builds_per_weekday: NotNegative | None = None
    profile: Annotated[list[NotNegative], Field(min_length=168, max_length=168)] | None = None
    minutes_per_build: Positive
    reference_chip: str = "m2"
    build_speed: dict[str, Positive] = {}
    memory_gib_per_vm: Positive = 8.0
    max_vms_per_host: Annotated[int, Field(ge=1, le=2)] = 2
    min_macos: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")] | None = None
    ready_minutes: NotNegative = 30.0
    min_hosts: Count = 0
    max_wait_minutes: NotNegative = 20.0

    @model_validator(mode="after")
    def _one_demand(self) -> Self:
        if (self.builds_per_weekday is None) == (self.profile is None):
            raise ValueError("apple_builds needs either 'builds_per_weekday' or 'profile', not both")
        return self


Workload = Annotated[
    Service | Batch | Training | Inference | Rendering | AppleBuilds, Field(discriminator="kind")
]


class FleetSpec(_Model):
    """What must run."""

    version: Literal[1]
    name: Name
    region: str
    tags: dict[str, str] = {}
    budget: Budget = Budget()
    carbon_budget: CarbonBudget | None = None
    performance: Performance = Performance()
    candidates: Candidates = Candidates()
    unavailable: list[Pool] = []
    purchase: PurchaseRules = PurchaseRules()
    price_book: PriceBook = PriceBook()
    quotas: Quotas = Quotas()
    planner: PlannerOptions = PlannerOptions()
    clusters: list[Cluster] = []
    workloads: list[Workload]

    def workload(self, name: str) -> Workload:
        """The workload of that name; KeyError when there is none."""
        for workload in self.workloads:
            if workload.name == name:
                return workload
        raise KeyError(name)

    def rules_for(self, workload: Workload) -> PurchaseRules:
        """Purchase rules of a workload: its own, else the fleet's."""
        return workload.purchase or self.purchase

    def regions_for(self, workload: Workload) -> list[str]:
        """Regions that a workload may run in: its own, else the fleet's."""
        return workload.regions or [self.region]
