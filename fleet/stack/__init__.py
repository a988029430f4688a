"""Pulumi stacks as plain values, and the decoders that read them."""

from fleet.stack.files import decode_file, decode_text
from fleet.stack.model import UNKNOWN, Location, Property, Resource, Secret, Stack, Unknown
from fleet.stack.plain import from_wire, has_secret, has_unknown, reveal, to_wire, walk
from fleet.stack.previews import decode_preview_json, decode_stream
from fleet.stack.registrations import decode_monitor
from fleet.stack.states import decode_state
from fleet.stack.together import together

__all__ = [
    "UNKNOWN",
    "Location",
    "Property",
    "Resource",
    "Secret",
    "Stack",
    "Unknown",
    "decode_file",
    "decode_monitor",
    "decode_preview_json",
    "decode_state",
    "decode_stream",
    "decode_text",
    "from_wire",
    "has_secret",
    "has_unknown",
    "reveal",
    "to_wire",
    "together",
    "walk",
]
