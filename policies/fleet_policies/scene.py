"""What the rules look at: the stack, what it costs and what it launches, worked out once for all rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fleet.catalog import Catalog
from fleet.cost import MACHINE_TYPES, Estimate, Machines, PricedResource, Surroundings, Tags, estimate, read_machines
from fleet.cost.kinds import NODE_GROUP
from fleet.cost.properties import effective, text
from fleet.interval import Interval
from fleet.result.baseline import Baseline
from fleet.result.exemptions import Waiver
from fleet.stack.model import Resource, Stack
from fleet_policies.market import Market

if TYPE_CHECKING:
    from fleet.plans import Plan
    from fleet.spec import FleetSpec

__all__ = ["Given", "Raised", "Scene", "Work"]

Work = tuple[str, str]
"""What several resources may do together: `("workload", name)` or `("cluster", URN or name)`."""

_CLUSTER = "aws:eks/cluster:Cluster"
_WORKLOAD = "fleet:workload"
_LONGEST_TAG = 256
"""Characters that AWS takes for the value of a tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a pack is told beside the stack: the day, the catalog, and the files that the environment names."""

    today: date
    catalog: Catalog
    spec: "FleetSpec | None" = None
    plan: "Plan | None" = None
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

    def workloads(self, machines: Machines) -> tuple[Work, ...]:
        """Workloads that it runs, by tag; none without the tag."""
        named = (machines.tags.known(_WORKLOAD) or "")[:_LONGEST_TAG].split()
        return tuple(("workload", name) for name in sorted(set(named)))

    def cluster(self, machines: Machines) -> tuple[Work, ...]:
        """The EKS cluster of a node group, which places work on any of its nodes; none for other kinds."""
        return self._clusters.get(machines.urn, ())

    @cached_property
    def _clusters(self) -> Mapping[str, tuple[Work, ...]]:
        """Clusters by the URN of a node group: known by their URN in the stack, else by their name."""
        found: dict[str, tuple[Work, ...]] = {}
        for group in self.of_type(NODE_GROUP):
            name = text(effective(group), "clusterName")
            cluster = self.near.referred(group, "clusterName", _CLUSTER, name)
            known = cluster.urn if cluster is not None else name if isinstance(name, str) else None
            found[group.urn] = () if known is None else (("cluster", known),)
        return found

    def who_does(self, work: Work) -> tuple[Machines, ...]:
        """Everything that runs a workload, or that is a node of a cluster, by URN."""
        return self._by_work.get(work, ())

    @cached_property
    def _by_work(self) -> Mapping[Work, tuple[Machines, ...]]:
        found: dict[Work, list[Machines]] = {}
        for machines in self.machines:
            for work in (*self.workloads(machines), *self.cluster(machines)):
                found.setdefault(work, []).append(machines)
        return {work: tuple(listed) for work, listed in found.items()}

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
