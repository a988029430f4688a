"""What is declared for a plan, as plain values: every decision is made here or before, none in a component."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pulumi import Input

from fleet.resources.facts import TypeFacts
from fleet.resources.images import Image
from fleet.resources.settings import ClusterSettings, OfficeHours
from fleet.vocabulary import Kind

__all__ = [
    "BatchDesign",
    "Choice",
    "ClusterDesign",
    "ComputeDesign",
    "FleetDesign",
    "GroupDesign",
    "HostDesign",
    "LeaseDesign",
    "LeaseStep",
    "MacDesign",
    "Market",
    "NodeGroupDesign",
    "PoolDesign",
    "Taint",
    "TrainingDesign",
]

Market = Literal["on_demand", "spot", "capacity_block"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One instance type of a group: how many the plan has, and how many capacity units one of them is worth.

    A type that only stands in where AWS has no capacity of the planned one has a count of 0.
    """

    facts: TypeFacts
    count: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDesign:
    """One Auto Scaling group: types in order of preference, sizes in capacity units (instances when all weigh 1)."""

    name: str
    workload: str
    region: str
    zones: tuple[str, ...]
    choices: tuple[Choice, ...]
    image: Image
    market: Market
    on_demand_base: int
    min_size: int
    desired: int
    max_size: int
    root_volume_gib: int
    tags: Mapping[str, str]
    target_groups: tuple[Input[str], ...] = ()
    is_rolling: bool = True
    """A new launch template version replaces running instances, a few at a time."""
    reservation: str | None = None
    """Id of the capacity reservation, or bought capacity block, that its instances start in."""

    @property
    def is_weighted(self) -> bool:
        """True when an instance of some type is worth more than one unit."""
        return any(choice.weight != 1 for choice in self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDesign:
    """Groups that serve one workload of a kind that runs on groups of its own."""

    workload: str
    kind: Kind
    home: str
    """The region of the fleet, which names do not repeat."""
    groups: tuple[GroupDesign, ...]
    tags: Mapping[str, str]
    target_cpu_percent: float | None = None
    schedule: OfficeHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDesign:
    """Groups of one training job, with EFA where nodes talk to each other."""

    workload: str
    groups: tuple[GroupDesign, ...]
    tags: Mapping[str, str]
    uses_efa: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeDesign:
    """One Batch compute environment: one architecture, one market."""

    name: str
    market: Market
    types: tuple[TypeFacts, ...]
    zones: tuple[str, ...]
    max_vcpus: int
    tags: Mapping[str, str]
    image_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDesign:
    """A queue, the compute environments that it fills in order, and what one job asks for."""

    workload: str
    region: str
    environments: tuple[ComputeDesign, ...]
    job_memory_mib: int
    timeout_seconds: int
    root_volume_gib: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taint:
    """Keeps pods that do not tolerate it off a node."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroupDesign:
    """One managed node group."""

    name: str
    types: tuple[TypeFacts, ...]
    market: Market
    zone: str
    count: int
    max_pods: int
    ami_type: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterDesign:
    """An EKS cluster with its node groups."""

    name: str
    region: str
    control_plane_zones: tuple[str, ...]
    node_groups: tuple[NodeGroupDesign, ...]
    root_volume_gib: int
    settings: ClusterSettings
    tags: Mapping[str, str]
    workloads: tuple[str, ...]
    protect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostDesign:
    """One Mac host that is always on, and the instance on it."""

    name: str
    zone: str
    facts: TypeFacts
    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseStep:
    """From this hour of the week on (0 is Monday 00:00), so many hosts are leased."""

    hour: int
    hosts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseDesign:
    """Mac hosts that come and go over the week, none for less than 24 hours."""

    name: str
    zones: tuple[str, ...]
    facts: TypeFacts
    image: Image
    tracks: tuple[tuple[LeaseStep, ...], ...]
    """Timetables of groups, one for each set of leases that do not overlap."""
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MacDesign:
    """The Mac fleet of one workload."""

    workload: str
    region: str
    hosts: tuple[HostDesign, ...]
    leases: tuple[LeaseDesign, ...]
    root_volume_gib: int
    tags: Mapping[str, str]
    protect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDesign:
    """Everything that a plan declares."""

    name: str
    clusters: tuple[ClusterDesign, ...]
    pools: tuple[PoolDesign, ...]
    queues: tuple[BatchDesign, ...]
    trainings: tuple[TrainingDesign, ...]
    macs: tuple[MacDesign, ...]
    zones: Mapping[str, tuple[str, ...]]
    """Region -> zones that need a subnet."""
    tags: Mapping[str, str]
    monthly_usd: Decimal
    one_off_usd: Decimal
    hourly_usd: Decimal = Decimal(0)
