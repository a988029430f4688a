"""Properties on the wire: secrets and unknowns are marked values inside plain JSON-like ones."""

from typing import Any

__all__ = ["UNKNOWN", "has_unknown", "is_secret", "is_unknown", "plain"]

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  (the protocol's mark of a secret, not one)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The protocol's mark of a string that is not known yet."""
_UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


def is_unknown(value: Any) -> bool:
    """Whether this is the mark of an unknown of any type."""
    return isinstance(value, str) and value in _UNKNOWNS


def is_secret(value: Any) -> bool:
    """Whether this is a value wrapped as a secret."""
    return isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET


def has_unknown(value: Any) -> bool:
    """Whether anything in this value is unknown."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return is_unknown(value)


def plain(value: Any) -> Any:
    """The value without its secret wrappers, and whole numbers as such (the wire knows only floats)."""
    if is_secret(value):
        return plain(value.get("value"))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
