"""What the rules look at: the stack, what it costs and what it launches, worked out once for all rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from fleet.catalog import Catalog
from fleet.cost import MACHINE_TYPES, Estimate, Machines, PricedResource, Surroundings, Tags, estimate, read_machines
from fleet.cost.kinds import NODE_GROUP
from fleet.cost.properties import effective, text
from fleet.interval import Interval
from fleet.plans import Plan
from fleet.result.baseline import Baseline
from fleet.result.exemptions import Waiver
from fleet.spec import FleetSpec
from fleet.stack.model import Resource, Stack
from fleet_policies.market import Market

__all__ = ["Given", "Raised", "Scene"]

_CLUSTER = "aws:eks/cluster:Cluster"
_WORKLOAD = "fleet:workload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a pack is told beside the stack: the day, the catalog, and the files that the environment names."""

    today: date
    catalog: Catalog
    spec: FleetSpec | None = None
    plan: Plan | None = None
    baseline: Baseline | None = None
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A finding as an exemption sees it."""

    rule_id: str
    rule: str
    urn: str
    waivable: bool


@dataclass(frozen=True)
class Scene:
    """One stack as the rules see it. Everything is sorted by URN, so that the order of resources changes nothing."""

    stack: Stack
    given: Given
    raised: list[Raised] = field(default_factory=list)
    """What the other rules found, for the rule on exemptions, which runs last."""

    @property
    def catalog(self) -> Catalog:
        """Prices and shapes."""
        return self.given.catalog

    @property
    def today(self) -> date:
        """The day that prices, exemptions and schedules are read for."""
        return self.given.today

    @cached_property
    def near(self) -> Surroundings:
        """Providers, regions, tags and references of the stack."""
        return Surroundings(self.stack)

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Resources that exist after the update and are the stack's own, by URN; components and providers left out."""
        return tuple(
            r
            for _, r in sorted(self.near.by_urn.items())
            if r.custom and r.operation != "read" and not r.type.startswith("pulumi:")
        )

    def of_type(self, *kinds: str) -> tuple[Resource, ...]:
        """Resources of some types, by URN."""
        return tuple(r for r in self.resources if r.type in kinds)

    @cached_property
    def estimate(self) -> Estimate:
        """What the stack costs."""
        return estimate(self.stack, self.catalog, today=self.today)

    @cached_property
    def priced(self) -> Mapping[str, PricedResource]:
        """Priced resources by URN, deleted ones left out."""
        return {r.urn: r for r in self.estimate.resources if r.operation != "delete"}

    @cached_property
    def machines(self) -> tuple[Machines, ...]:
        """Everything that launches instances, by URN."""
        found = (read_machines(r, self.near) for r in self.resources if r.type in MACHINE_TYPES)
        return tuple(machines for machines in found if machines is not None)

    @cached_property
    def _by_workload(self) -> Mapping[str, tuple[Machines, ...]]:
        found: dict[str, list[Machines]] = {}
        for machines in self.machines:
            for name in (machines.tags.known(_WORKLOAD) or "").split():
                found.setdefault(name, []).append(machines)
        return {name: tuple(listed) for name, listed in found.items()}

    def of_workload(self, machines: Machines) -> tuple[Machines, ...]:
        """Everything that runs one of its workloads, by tag; none without the tag."""
        names = (machines.tags.known(_WORKLOAD) or "").split()
        return tuple({m.urn: m for name in names for m in self._by_workload[name]}.values())

    @cached_property
    def _cluster_of(self) -> Mapping[str, str]:
        """What the EKS cluster of a node group is known by: its URN in the stack, else its name."""
        found = {}
        for group in self.of_type(NODE_GROUP):
            name = text(effective(group), "clusterName")
            cluster = self.near.referred(group, "clusterName", _CLUSTER, name)
            if cluster is not None or isinstance(name, str):
                found[group.urn] = str(name) if cluster is None else cluster.urn
        return found

    @cached_property
    def _by_cluster(self) -> Mapping[str, tuple[Machines, ...]]:
        found: dict[str, list[Machines]] = {}
        for machines in self.machines:
            if machines.urn in self._cluster_of:
                found.setdefault(self._cluster_of[machines.urn], []).append(machines)
        return {cluster: tuple(listed) for cluster, listed in found.items()}

    def of_cluster(self, machines: Machines) -> tuple[Machines, ...]:
        """Node groups of its EKS cluster: Kubernetes places work on any of them; none for what is no node group."""
        return self._by_cluster.get(self._cluster_of.get(machines.urn, ""), ())

    @cached_property
    def _tags(self) -> dict[str, Tags]:
        return {machines.urn: machines.tags for machines in self.machines}

    def tags(self, urn: str) -> Tags:
        """Tags of a resource, its launch template's and its provider's counted."""
        found = self._tags.get(urn)
        if found is None:
            found = self._tags[urn] = self.near.tags(self.near.by_urn[urn])
        return found

    @cached_property
    def stack_urn(self) -> str:
        """URN of the stack itself; '' when it is not among the resources."""
        return next((urn for urn, r in self.near.by_urn.items() if r.type == "pulumi:pulumi:Stack"), "")

    @cached_property
    def market(self) -> Market:
        """What else could be bought."""
        return Market(self.catalog)

    def monthly(self, urn: str) -> Interval | None:
        """What a resource costs a month; what the whole stack costs for the stack."""
        if urn in ("", self.stack_urn):
            return self.estimate.cost.monthly_usd
        found = self.priced.get(urn)
        return None if found is None else found.monthly_usd

    def name(self, urn: str) -> str:
        """Name of a resource; of the stack for the stack."""
        found = self.near.by_urn.get(urn)
        return found.name if found is not None else f"{self.stack.project}-{self.stack.name}"
