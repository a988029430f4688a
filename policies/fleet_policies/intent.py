"""What work a resource does, as its `fleet:*` tags say; and what a rule assumed where they say nothing."""

import math

from fleet.cost import Machines, Tags
from fleet.stack.model import UNKNOWN, Unknown

__all__ = ["flag", "need_words", "share", "words"]


def flag(tags: Tags, key: str) -> bool | Unknown | None:
    """A tag that claims something: true, false, not given, or UNKNOWN (also when it says neither)."""
    value = tags.get(key)
    if value is None or isinstance(value, Unknown):
        return value
    return {"true": True, "false": False}.get(value.strip().lower(), UNKNOWN)


def words(tags: Tags, key: str) -> tuple[str, ...] | Unknown:
    """The words of a tag, in lower case."""
    value = tags.get(key)
    if isinstance(value, Unknown):
        return value
    return () if value is None else tuple(value.lower().replace(",", " ").split())


def share(tags: Tags, key: str) -> float | Unknown | None:
    """A number that a tag gives; UNKNOWN when it is none."""
    value = tags.get(key)
    if value is None or isinstance(value, Unknown):
        return value
    try:
        found = float(value)
    except ValueError:
        return UNKNOWN
    return found if math.isfinite(found) else UNKNOWN


def need_words(machines: Machines) -> tuple[str, ...] | Unknown:
    """What the work needs of its accelerator (`fleet:needs`)."""
    return words(machines.tags, "fleet:needs")
