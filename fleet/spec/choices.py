"""What holds for the whole fleet: limits, filters, purchase, prices, quotas, clusters.

A field that is left out does not restrict. Units are in the names; percentages are 0 to 100.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from fleet.spec import clashes
from fleet.spec.fields import (
    Amount,
    Count,
    Day,
    Name,
    NotNegative,
    Percent,
    Positive,
    QuotaCode,
    Region,
    SpecModel,
    Zones,
    refuse,
)
from fleet.vocabulary import Architecture, Purchase

__all__ = [
    "Budget",
    "Candidates",
    "CarbonBudget",
    "Cluster",
    "OnDemandRules",
    "Overhead",
    "Performance",
    "PlannerOptions",
    "Pool",
    "PriceBook",
    "PurchaseRules",
    "QuotaLimit",
    "Quotas",
    "SavingsPlan",
    "SpotLimits",
]


class Budget(SpecModel):
    """Limits in money: a month's recurring cost plus one-off jobs."""

    monthly_usd: Amount | None = Field(None, description="USD: a month's recurring cost plus one-off jobs.")
    max_increase_percent: NotNegative | None = Field(
        None, description="How much more than the baseline a change may cost, in per cent."
    )


class CarbonBudget(SpecModel):
    """Limit in kilograms of CO2 equivalent; checked, never an objective."""

    kg_co2e_per_month: NotNegative = Field(description="Kilograms of CO2 equivalent a month.")


class Performance(SpecModel):
    """What a vCPU of services and batch work outside clusters means: nominal, or measured against a family."""

    metric: Literal["vcpu", "coremark"] = Field(
        "vcpu", description="vcpu counts nominal vCPUs; coremark counts vCPUs of the reference family, as measured."
    )
    reference: str | None = Field(None, description="Family whose vCPU is the unit, for metric coremark, such as m7g.")
    relative: dict[str, Positive] = Field(
        {}, description="Speed of a vCPU of a family against the reference: overrides or fills in measurements."
    )

    @model_validator(mode="after")
    def _fields_go_together(self) -> Self:
        refuse(clashes.performance(self.__dict__))
        return self


class Candidates(SpecModel):
    """Filters on what may be chosen."""

    architectures: list[Architecture] | None = Field(None, description="Architectures to choose from.")
    categories: list[str] | None = Field(
        None, description="Categories to choose from: c, m, r, ...; left out: all but hpc."
    )
    families: list[str] = Field([], description="Exact families to choose from, such as m9g; empty: every family.")
    exclude_families: list[str] = Field([], description="Families that are not chosen.")
    instance_types: list[str] = Field([], description="Exact types to choose from; empty: every type.")
    min_generation: Annotated[int, Field(ge=1, le=20)] | None = Field(None, description="Oldest generation to choose.")
    max_vcpus: Annotated[int, Field(ge=1, le=10_000)] | None = Field(None, description="Largest type, in vCPUs.")
    bare_metal: bool = Field(default=False, description="Whether bare-metal types may be chosen.")
    burstable: bool = Field(
        default=False, description="Whether burstable types may be chosen; they count at their baseline vCPU."
    )


class Pool(SpecModel):
    """A capacity pool that is known to be empty; what is left out means all."""

    instance_type: str = Field(description="The type that has no capacity.")
    zone: str | None = Field(None, description="Zone such as us-east-1a; left out: every zone.")
    purchase: Purchase | None = Field(None, description="Purchase option; left out: all of them.")


class SpotLimits(SpecModel):
    """How spot may be used by interruptible work."""

    max_interruption_percent: Percent | None = Field(
        None, description="Highest share of instances interrupted in a month, as Spot Advisor publishes it."
    )
    min_instance_types: Annotated[int, Field(ge=1, le=40)] | None = Field(
        None, description="So many types at least share the spot capacity of a group."
    )
    on_demand_base_percent: Percent = Field(0.0, description="Share of the capacity that stays on demand.")


class SavingsPlan(SpecModel):
    """A commitment that is owned: so many dollars an hour."""

    kind: Literal["compute", "ec2_instance"] = Field(description="compute: any family and region; ec2_instance: one.")
    hourly_usd: Amount = Field(description="Commitment in USD an hour.")
    discount_percent: Percent | None = Field(None, description="Discount where the catalog has no rate.")
    family: str | None = Field(None, description="Family of an ec2_instance plan.")
    region: Region | None = Field(None, description="Region of an ec2_instance plan.")
    ends: Day | None = Field(None, description="Last day of the commitment.")

    @model_validator(mode="after")
    def _fields_go_together(self) -> Self:
        refuse(clashes.savings_plan(self.__dict__))
        return self


_MOST_TYPES = 20
"""Instance types that EKS takes in a node group (CreateNodegroup, instanceTypes); Auto Scaling takes more."""


class OnDemandRules(SpecModel):
    """What stands in for a planned type on demand where AWS has no capacity of it."""

    fallback_types: Annotated[int, Field(ge=0, lt=_MOST_TYPES)] = Field(
        0, description="So many types at most stand in for each planned one: they do no less, in all of its zones."
    )
    max_extra_percent: NotNegative | None = Field(
        None, description="What a type that stands in may cost above the planned one an hour, in per cent."
    )


class PurchaseRules(SpecModel):
    """Which purchase options may be used."""

    on_demand: OnDemandRules = Field(
        OnDemandRules(), description="What stands in for a planned type where AWS has no capacity of it."
    )
    spot: SpotLimits = Field(SpotLimits(), description="Limits on spot, which only interruptible work uses.")
    capacity_blocks: bool = Field(default=True, description="Whether Capacity Blocks for ML may be planned.")
    savings_plans: list[SavingsPlan] = Field([], description="Savings plans that are owned already.")


class PriceBook(SpecModel):
    """Negotiated prices: exact prices by type win over discounts by family, which win over '*'."""

    on_demand_usd: dict[str, Amount] = Field({}, description="Instance type: USD an hour.")
    discount_percent: dict[str, Percent] = Field({}, description='Family, or "*" for the rest: discount in per cent.')


class QuotaLimit(SpecModel):
    """One service quota of the account: vCPUs, or hosts for the Mac codes."""

    code: QuotaCode = Field(description="Service quota code, such as L-1216C47A.")
    region: Region | None = Field(None, description="Region that the limit holds in; left out: every region.")
    limit: NotNegative = Field(description="Applied limit: vCPUs, or hosts for dedicated hosts.")
    in_use: NotNegative = Field(0.0, description="How much of it others use already.")


class Quotas(SpecModel):
    """Quotas to respect; `defaults` applies AWS's defaults to those not listed."""

    defaults: bool = Field(default=False, description="Whether AWS's defaults hold for quotas that are not listed.")
    limits: list[QuotaLimit] = Field([], description="Applied limits of the account.")


class PlannerOptions(SpecModel):
    """How the planner works."""

    keep_unless_saving_percent: Percent = Field(
        0.0, description="What is locked stays unless a new plan saves at least so many per cent."
    )
    time_limit_seconds: NotNegative = Field(30.0, description="Last resort for a solve that takes too long.")
    max_gap_percent: NotNegative = Field(2.0, description="A larger gap between cost and proved bound is a warning.")


class Overhead(SpecModel):
    """What every node loses to daemons, on top of what EKS reserves."""

    vcpus: NotNegative = Field(0.0, description="vCPUs of every node.")
    memory_gib: NotNegative = Field(0.0, description="GiB of memory of every node.")
    pods: Annotated[int, Field(ge=0, le=1000)] = Field(0, description="Pods of daemons on every node.")


class Cluster(SpecModel):
    """Nodes that several workloads share (Kubernetes)."""

    name: Name = Field(description="Name that workloads refer to.")
    zones: Zones = Field(1, description="Zones that the nodes stand in.")
    max_nodes: Count | None = Field(None, description="Nodes at most.")
    max_pods_per_node: Annotated[int, Field(ge=1, le=1000)] = Field(110, description="Pods a node at most.")
    headroom_percent: Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False)] = Field(
        0.0, description="Share of vCPU and memory of the cluster that stays free."
    )
    node_overhead: Overhead = Field(Overhead(), description="Daemons, on top of what EKS reserves on every node.")
    per_node_monthly_usd: Amount = Field(Decimal(0), description="Fee of every node in USD a month (agents, licences).")
    root_volume_gib: NotNegative = Field(20.0, description="Root volume of every node in GiB.")
