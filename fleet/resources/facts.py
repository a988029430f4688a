"""What a component must know of an instance type: plain values, taken from the catalog before anything is declared."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fleet.vocabulary import Architecture, Stack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fleet.catalog.model import Accelerator, InstanceType, MacHost

__all__ = ["CatalogFacts", "TypeFacts", "type_facts"]


class CatalogFacts(Protocol):
    """The part of a catalog that resources read: shapes, accelerators and Mac hosts. Never a price."""

    @property
    def accelerators(self) -> "Mapping[str, Accelerator]":
        """Accelerators by key."""

    def type(self, name: str, /) -> "InstanceType":
        """The type of that name; UnknownName when there is none."""

    def zones(self, region: str, /) -> tuple[str, ...]:
        """All zones of a region that the catalog knows."""

    def mac(self, name: str, /) -> "MacHost | None":
        """Mac facts of a type; None when it is no Mac."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFacts:
    """One instance type as resources see it."""

    name: str
    family: str
    architecture: Architecture
    vcpus: int
    memory_gib: float
    max_pods: int = 110
    burstable: bool = False
    accelerator: str | None = None
    accelerators: float = 0
    stacks: frozenset[Stack] = frozenset()
    efa_interfaces: int = 0
    network_cards: int = 1
    clusters_in_placement_group: bool = False
    host_family: str | None = None
    oldest_macos: str | None = None
    newest_macos: str | None = None


def type_facts(name: str, catalog: CatalogFacts) -> TypeFacts:
    """Facts of a type; UnknownName when the catalog does not have it."""
    shape = catalog.type(name)
    accelerator = catalog.accelerators.get(shape.accelerator) if shape.accelerator else None
    mac = catalog.mac(name)
    return TypeFacts(
        name=shape.name,
        family=shape.family,
        architecture=shape.architecture,
        vcpus=shape.vcpus,
        memory_gib=shape.memory_gib,
        max_pods=shape.max_pods,
        burstable=shape.burstable,
        accelerator=shape.accelerator,
        accelerators=shape.accelerators,
        stacks=accelerator.stacks if accelerator else frozenset(),
        efa_interfaces=shape.efa_interfaces,
        network_cards=shape.network_cards,
        clusters_in_placement_group="cluster" in shape.placement_strategies,
        host_family=mac.host_family if mac else None,
        oldest_macos=mac.oldest_macos if mac else None,
        newest_macos=mac.newest_macos if mac else None,
    )
