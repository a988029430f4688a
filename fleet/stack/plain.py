"""Properties in Pulumi's wire form to plain values, and back: unknowns, secrets, output values, references."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fleet.stack.model import UNKNOWN, Secret, Unknown

__all__ = ["from_wire", "has_secret", "has_unknown", "reveal", "to_wire", "walk"]

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi's wire form marks a dict as a special value."""

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  (a protocol constant)
OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"

UNKNOWN_SENTINELS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # text
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""The seven texts that stand for an unknown value, by its type."""

_TEXT_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
REDACTED = "[secret]"
_EXACT = 2.0**53


def from_wire(value: Any) -> Any:
    """A plain value from the wire form. What a source hides (`[secret]`, ciphertext) becomes `Secret(None)`."""
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    if isinstance(value, Mapping):
        return _from_object(value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    return value


def _from_text(text: str) -> Any:
    if text in UNKNOWN_SENTINELS:
        return UNKNOWN
    return Secret(None) if text == REDACTED else text


def _from_object(value: Mapping[str, Any]) -> Any:
    kind = value.get(SIGNATURE)
    if kind == SECRET:
        return _secret(value)
    if kind == OUTPUT_VALUE:
        held = from_wire(value["value"]) if "value" in value else UNKNOWN
        return Secret(held) if value.get("secret") else held
    if kind == RESOURCE_REFERENCE:
        return _identity(value)
    return {str(key): from_wire(item) for key, item in value.items()}


def _identity(reference: Mapping[str, Any]) -> Any:
    """What policies see of a resource inside a value: its id, which may be unknown; of a component its URN."""
    if reference.get("id") is None:
        return reference.get("urn")
    return from_wire(reference["id"]) if reference["id"] else UNKNOWN


def _secret(value: Mapping[str, Any]) -> Secret:
    # `pulumi stack export --show-secrets` writes JSON text under `plaintext`, without it there is only ciphertext.
    if isinstance(value.get("plaintext"), str):
        held = from_wire(json.loads(value["plaintext"]))
    elif "value" in value:
        held = from_wire(value["value"])
    else:
        return Secret(None)
    return held if isinstance(held, Secret) else Secret(held)


def to_wire(value: Any) -> Any:
    """The wire form of a plain value; a secret whose value is not known here travels as `[secret]`."""
    if isinstance(value, Unknown):
        return _TEXT_SENTINEL
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "value": REDACTED if value.value is None else to_wire(value.value)}
    if isinstance(value, Mapping):
        return {key: to_wire(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    return value


def reveal(value: Any) -> Any:
    """The value inside a secret, or the value itself. For computing, never for showing."""
    return value.value if isinstance(value, Secret) else value


def walk(value: Any) -> Iterator[Any]:
    """Every value inside a value, itself first; secrets are opened after they were given."""
    stack = [value]
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, Secret):
            stack.append(current.value)
        elif isinstance(current, Mapping):
            stack.extend(reversed(list(current.values())))
        elif isinstance(current, list | tuple):
            stack.extend(reversed(current))


def has_unknown(value: Any) -> bool:
    """Whether any part of a value is unknown."""
    return any(isinstance(part, Unknown) for part in walk(value))


def has_secret(value: Any) -> bool:
    """Whether any part of a value is secret."""
    return any(isinstance(part, Secret) for part in walk(value))
