"""Which zones a resource uses, as far as its zone or subnets say."""

from collections.abc import Mapping
from typing import Any

from fleet.cost.properties import effective, items, text
from fleet.cost.surroundings import Surroundings
from fleet.stack.model import UNKNOWN, Resource, Unknown

__all__ = ["SUBNET", "zones_of"]

SUBNET = "aws:ec2/subnet:Subnet"


def zones_of(
    near: Surroundings, resource: Resource, values: Mapping[str, Any], *, zones: str, subnets: str
) -> tuple[str, ...] | Unknown | None:
    """Zones that a list of zones or subnets names, sorted; UNKNOWN when one of them is not known, None without any."""
    named, placed = items(values, zones), items(values, subnets)
    if isinstance(named, Unknown) or isinstance(placed, Unknown):
        return _through_dependencies(near, resource, subnets)
    if named:
        known = {zone for zone in named if isinstance(zone, str)}
        return tuple(sorted(known)) if len(known) == len(set(map(repr, named))) else UNKNOWN
    return _zones_of_subnets(near, resource, placed, subnets) if placed else None


def _zones_of_subnets(
    near: Surroundings, resource: Resource, subnets: list[Any], key: str
) -> tuple[str, ...] | Unknown:
    if not all(isinstance(subnet, str) for subnet in subnets):
        return _through_dependencies(near, resource, key, len(subnets))
    return _zones([near.named(SUBNET, subnet) for subnet in subnets])


def _through_dependencies(
    near: Surroundings, resource: Resource, key: str, count: int | None = None
) -> tuple[str, ...] | Unknown:
    """Zones by the subnets that a property depends on; each must stand for one entry of the list."""
    urns = sorted(set(resource.property_dependencies.get(key, ())))
    found = [r for r in (near.by_urn.get(urn) for urn in urns) if r is not None and r.type == SUBNET]
    return _zones(list(found)) if found and count == len(found) else UNKNOWN


def _zones(subnets: list[Resource | None]) -> tuple[str, ...] | Unknown:
    zones = {None if s is None else text(effective(s), "availabilityZone") for s in subnets}
    known = {zone for zone in zones if isinstance(zone, str)}
    return tuple(sorted(known)) if len(known) == len(zones) else UNKNOWN
