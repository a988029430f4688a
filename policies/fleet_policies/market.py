"""What else could be bought: types of a region with their on-demand prices, compared by what they can do."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType, Price

__all__ = ["Market", "Offered", "not_less", "work_per_dollar"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Offered:
    """A type that a region offers at a known on-demand price."""

    shape: InstanceType
    usd: Decimal
    """An hour, on demand."""


@dataclass(frozen=True)
class Market:
    """Types and prices by region, read once."""

    catalog: Catalog
    _regions: dict[str, tuple[Offered, ...]] = field(default_factory=dict)
    _answers: dict[tuple[Hashable, ...], Any] = field(default_factory=dict)

    def offers(self, region: str) -> tuple[Offered, ...]:
        """Everything a region sells on demand and offers today, by name."""
        found = self._regions.get(region)
        if found is None:
            found = self._regions[region] = tuple(self._read(region))
        return found

    def once(self, *question: Hashable, answer: Callable[[], T]) -> T:
        """The answer to a question that many resources ask, found once; the question holds all that it depends on."""
        if question not in self._answers:
            self._answers[question] = answer()
        found: T = self._answers[question]
        return found

    def offer(self, name: str, region: str) -> Offered | None:
        """One type; None when it is not offered there or has no price."""
        shape = self.catalog.types.get(name)
        price = None if shape is None else self.catalog.on_demand(name, region)
        return Offered(shape, price.usd) if shape is not None and isinstance(price, Price) else None

    def _read(self, region: str) -> list[Offered]:
        found = []
        for name, shape in self.catalog.types.items():
            price = self.catalog.on_demand(name, region)
            if isinstance(price, Price) and self.catalog.offered(name, region):
                found.append(Offered(shape, price.usd))
        return found


def not_less(other: InstanceType, than: InstanceType) -> bool:
    """The other type has nothing less: vCPU, memory, network, EBS bandwidth, disks, accelerators, EFA, bare metal."""
    return (
        other.vcpus >= than.vcpus
        and other.memory_gib >= than.memory_gib
        and _at_least(other.network_gbps, than.network_gbps)
        and _at_least(other.ebs_mbps, than.ebs_mbps)
        and other.instance_storage_gb >= than.instance_storage_gb
        and other.efa_interfaces >= than.efa_interfaces
        and other.accelerator == than.accelerator
        and other.accelerators >= than.accelerators
        and other.bare_metal == than.bare_metal
        and not (other.burstable and not than.burstable)
    )


def _at_least(value: float | None, least: float | None) -> bool:
    """Proved not to be less: what is not known proves nothing."""
    return least is None or (value is not None and value >= least)


def work_per_dollar(offered: Offered) -> Decimal | None:
    """Measured CoreMark iterations per second for a dollar an hour; None without a measurement."""
    if offered.shape.coremark is None or offered.usd <= 0:
        return None
    return Decimal(str(offered.shape.coremark)) / offered.usd
