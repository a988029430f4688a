"""Dedicated hosts for EC2 Mac."""

from fleet.catalog import Catalog
from fleet.cost.properties import effective, text
from fleet.stack.model import UNKNOWN, Resource, Unknown

__all__ = ["HOST", "is_mac_host"]

HOST = "aws:ec2/dedicatedHost:DedicatedHost"


def is_mac_host(resource: Resource, catalog: Catalog) -> bool | Unknown:
    """A host whose type or family is a Mac's: proved, excluded, or UNKNOWN."""
    values = effective(resource)
    kind, family = text(values, "instanceType"), text(values, "instanceFamily")
    if isinstance(kind, Unknown) or (kind is None and isinstance(family, Unknown)):
        return UNKNOWN
    if isinstance(kind, str):
        return catalog.mac(kind) is not None
    return isinstance(family, str) and any(mac.host_family == family for mac in catalog.macs.values())
