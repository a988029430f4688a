"""What a resource launches: instance types, how they are bought, how many, on what hosts and with which volumes.

One view of instances, Auto Scaling groups, EC2 and spot fleets, EKS node groups and Batch compute environments, so that
prices and policies need not know how each of them spells it. Values that are set but not known are UNKNOWN.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType
from fleet.cost.tags import Tags
from fleet.cost.warm_pools import WarmPool
from fleet.interval import Interval
from fleet.stack.model import UNKNOWN, Unknown

__all__ = ["BLOCK_MARKET", "Choice", "Launch", "Machines", "VolumeSpec"]

BLOCK_MARKET = "capacity-block"
"""AWS's word for the market of capacity blocks."""

_ONE = Interval.exactly(Decimal(1))
_HUNDRED = Decimal(100)
_ALL = Interval.exactly(_HUNDRED)
_NONE = Interval.exactly(Decimal(0))
_NOT_LINUX = {
    "windows": "Windows",
    "rhel": "RHEL",
    "red-hat": "RHEL",
    "sles": "SUSE",
    "suse": "SUSE",
    "ubuntu/pro": "Ubuntu Pro",
    "ubuntu-pro": "Ubuntu Pro",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSpec:
    """An EBS volume that comes with an instance; None where nothing was said."""

    type: str | Unknown | None = None
    size_gib: Decimal | Unknown | None = None
    iops: Decimal | Unknown | None = None
    throughput: Decimal | Unknown | None = None
    root: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How instances are launched: the settings of a launch template with those of the resource on top."""

    instance_type: str | Unknown | None = None
    requirements: bool = False
    """Types are chosen by attributes (instance requirements), so they are not known by name."""
    image: str | Unknown | None = None
    tenancy: str | Unknown | None = None
    host_id: str | Unknown | None = None
    host_group: str | Unknown | None = None
    market: str | Unknown | None = None
    """AWS's words: None (on demand), spot, capacity-block."""
    spot_max_price: str | Unknown | None = None
    reservation: str | Unknown | None = None
    """What is targeted: a reservation's id (its URN while the id is not known), or the ARN of a reservation group."""
    reservation_preference: str | Unknown | None = None
    """AWS's words: open (also when not given), none, capacity-reservations-only."""
    volumes: tuple[VolumeSpec, ...] | Unknown = ()
    credits: str | Unknown | None = None
    placement_group: str | Unknown | None = None
    interfaces: tuple[Any, ...] | Unknown = field(default=(), compare=False)
    """Network interfaces, as they were written."""
    public_address: bool = False
    """Asks for a public IPv4 address by itself."""
    found: bool = True
    """False when the launch template that is named could not be found in the stack."""

    @property
    def on_host(self) -> bool | Unknown:
        """Runs on a dedicated host, which is billed instead of the instance."""
        if isinstance(self.tenancy, Unknown):
            return self.tenancy
        return self.tenancy == "host" or self.host_id is not None or self.host_group is not None

    @property
    def other_system(self) -> str | None:
        """An operating system that is priced apart from Linux, when the image says that it is one."""
        if not isinstance(self.image, str):
            return None
        lowered = self.image.lower()
        return next((system for word, system in _NOT_LINUX.items() if word in lowered), None)

    @property
    def is_priced_apart(self) -> bool:
        """Prices of Linux on shared hardware, the only ones that are known, do not hold for it."""
        return self.other_system is not None or self.tenancy == "dedicated"

    @property
    def takes_open_reservations(self) -> bool:
        """May run in an open capacity reservation without naming it."""
        return self.reservation is None and self.reservation_preference != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One type that may be launched, with the capacity that one instance counts for."""

    type: str | Unknown | None
    weight: Decimal | Unknown = Decimal(1)
    launch: Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """What a resource launches. Capacities are in units of weight; `maximum` is where scaling ends.

    Two that launch the same are equal, whoever they are: what they cost is worked out once.
    """

    urn: str = field(compare=False)
    resource_type: str = field(compare=False)
    name: str = field(compare=False)
    region: str | Unknown | None
    tags: Tags = field(compare=False)
    choices: tuple[Choice, ...]
    whole: bool = True
    """False when there may be more types than `choices` says."""
    desired: Interval = _ONE
    minimum: Interval = _ONE
    maximum: Interval = _ONE
    in_vcpus: bool = False
    """Capacities count vCPUs (Batch), not instances."""
    on_demand_base: Interval = _NONE
    on_demand_percent: Interval = _ALL
    """Share of what is above the base that is bought on demand; the rest is spot."""
    market: str | Unknown | None = None
    """How all of it is bought when there is no split: None (on demand), spot, capacity-block."""
    on_demand_strategy: str | Unknown | None = None
    spot_strategy: str | Unknown | None = None
    zones: tuple[str | Unknown, ...] | Unknown | None = None
    placement_group: str | Unknown | None = None
    """Of the group itself; a launch template may name one too."""
    spot_max_price: str | Unknown | None = None
    warm_pool: WarmPool | None = None
    kind: Literal["instance", "group", "fleet", "node_group", "batch"] = "instance"

    @property
    def types(self) -> tuple[str, ...]:
        """Types that are known by name, in the order they were written, each once."""
        return tuple(dict.fromkeys(c.type for c in self.choices if isinstance(c.type, str)))

    @property
    def types_known(self) -> bool:
        """Every type that may be launched is known by name."""
        return self.whole and bool(self.choices) and all(isinstance(c.type, str) for c in self.choices)

    @property
    def runs_any(self) -> bool | Unknown:
        """At least one instance may run: proved, excluded, or UNKNOWN."""
        if self.maximum.max == 0:
            return False
        return True if max(self.minimum.min, self.desired.min, self.maximum.min) > 0 else UNKNOWN

    @property
    def only_on_demand(self) -> bool | Unknown:
        """Neither spot nor capacity blocks: proved, excluded, or UNKNOWN."""
        if self.market is not None:
            return UNKNOWN if isinstance(self.market, Unknown) else False
        spot = self.may_use_spot
        return UNKNOWN if isinstance(spot, Unknown) else not spot

    @property
    def may_use_spot(self) -> bool | Unknown:
        """Some of it is bought as spot: proved, excluded, or UNKNOWN."""
        if self.market == "spot":
            return True
        if isinstance(self.market, Unknown):
            return self.market
        low, high = self.on_demand_percent.min, self.on_demand_percent.max
        if high is not None and high < _HUNDRED:
            return True
        return False if low >= _HUNDRED else UNKNOWN

    @property
    def only_spot(self) -> bool:
        """Nothing of it is bought in another way than spot: proved."""
        return self.may_use_spot is True and self.on_demand_percent.max == 0 and self.on_demand_base.max == 0

    @property
    def takes_the_first(self) -> bool:
        """On demand launches the first choice of the list, as long as AWS has capacity of it."""
        return self.kind in ("group", "node_group") and self.on_demand_strategy in (None, "prioritized")

    @property
    def takes_the_cheapest(self) -> bool:
        """On demand launches the cheapest choice."""
        if self.on_demand_strategy is None:
            return self.kind == "fleet"
        return self.on_demand_strategy in ("lowest-price", "lowestPrice")

    def all_shapes(self, catalog: Catalog) -> tuple[InstanceType, ...]:
        """Types that any choice stands for, in their order, each once."""
        found = (shape for choice in self.choices for shape in self.shapes(choice, catalog))
        return tuple({shape.name: shape for shape in found}.values())

    def shapes(self, choice: Choice, catalog: Catalog) -> tuple[InstanceType, ...]:
        """Types that a choice stands for (Batch takes families too); none when the catalog has nothing of that name."""
        if not isinstance(choice.type, str):
            return ()
        one = catalog.types.get(choice.type)
        if one is not None:
            return (one,)
        return catalog.families.get(choice.type, ()) if self.in_vcpus else ()
