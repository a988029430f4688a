"""Pulumi stacks as plain values, and the decoders that read them."""

from fleet.stack.model import UNKNOWN, Location, Property, Resource, Secret, Stack, Unknown
from fleet.stack.plain import from_wire, has_secret, has_unknown, reveal, to_wire, walk
from fleet.stack.registrations import decode_monitor

__all__ = [
    "UNKNOWN",
    "Location",
    "Property",
    "Resource",
    "Secret",
    "Stack",
    "Unknown",
    "decode_monitor",
    "from_wire",
    "has_secret",
    "has_unknown",
    "reveal",
    "to_wire",
    "walk",
]
