"""What must run: the fleet as a whole. The same models are the Python API; `docs/spec.md` explains every field."""

from typing import Literal, Self

from pydantic import Field, model_validator

from fleet.spec import clashes
from fleet.spec.choices import (
    Budget,
    Candidates,
    CarbonBudget,
    Cluster,
    OnDemandRules,
    Overhead,
    Performance,
    PlannerOptions,
    Pool,
    PriceBook,
    PurchaseRules,
    QuotaLimit,
    Quotas,
    SavingsPlan,
    SpotLimits,
)
from fleet.spec.fields import Name, Region, SpecModel, Tags, refuse
from fleet.spec.workloads import (
    AppleBuilds,
    Batch,
    Compute,
    Inference,
    PerReplica,
    Rendering,
    RequestBucket,
    Service,
    Training,
    Workload,
)

__all__ = [
    "AppleBuilds",
    "Batch",
    "Budget",
    "Candidates",
    "CarbonBudget",
    "Cluster",
    "Compute",
    "FleetSpec",
    "Inference",
    "OnDemandRules",
    "Overhead",
    "PerReplica",
    "Performance",
    "PlannerOptions",
    "Pool",
    "PriceBook",
    "PurchaseRules",
    "QuotaLimit",
    "Quotas",
    "Rendering",
    "RequestBucket",
    "SavingsPlan",
    "Service",
    "SpotLimits",
    "Training",
    "Workload",
]


class FleetSpec(SpecModel):
    """What must run."""

    version: Literal[1] = Field(description="Version of this format: 1.")
    name: Name = Field(description="Name of the fleet.")
    region: Region = Field(description="Region of workloads that name none.")
    tags: Tags = Field({}, description="Tags of every resource.")
    budget: Budget = Field(Budget(), description="Limits in money.")
    carbon_budget: CarbonBudget | None = Field(
        None, description="Limit in CO2 equivalent; checked, never an objective."
    )
    performance: Performance = Field(
        Performance(), description="What a vCPU of services and batch work outside clusters means."
    )
    candidates: Candidates = Field(
        Candidates(),
        description="Filters on services and batch work; architectures and exclude_families hold for every kind.",
    )
    unavailable: list[Pool] = Field([], description="Pools that are known to have no capacity.")
    purchase: PurchaseRules = Field(
        PurchaseRules(), description="Purchase options that workloads without rules of their own may use."
    )
    price_book: PriceBook = Field(PriceBook(), description="Negotiated prices.")
    quotas: Quotas = Field(Quotas(), description="Service quotas to respect.")
    planner: PlannerOptions = Field(
        PlannerOptions(), description="Limits of the solver, and when a locked plan is kept."
    )
    clusters: list[Cluster] = Field([], description="Clusters whose nodes workloads share.")
    workloads: list[Workload] = Field(description="What must run.")

    @model_validator(mode="after")
    def _parts_go_together(self) -> Self:
        refuse(clashes.fleet(self.model_dump()))
        return self

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
