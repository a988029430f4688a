"""What work a resource does, as its `fleet:*` tags say; and what a rule assumed where they say nothing."""

import math

from fleet.cost import Machines, Tags
from fleet.stack.model import UNKNOWN, Unknown

__all__ = ["Claim", "all_of", "flag", "is_kind", "is_set", "need_words", "negated", "share", "words"]


Claim = bool | Unknown
"""Proved, excluded, or not known."""


def negated(claim: Claim) -> Claim:
    """The opposite; what is not known stays so."""
    return claim if isinstance(claim, Unknown) else not claim


def all_of(*claims: Claim) -> Claim:
    """All claims hold: one that does not settles it, else one that is not known leaves it open."""
    if any(claim is False for claim in claims):
        return False
    return UNKNOWN if any(isinstance(claim, Unknown) for claim in claims) else True


def is_kind(tags: Tags, *kinds: str) -> bool | Unknown:
    """The tag `fleet:kind` names one of some kinds (the tag of a shared node names several)."""
    named = words(tags, "fleet:kind")
    return named if isinstance(named, Unknown) else any(kind in named for kind in kinds)


def is_set(tags: Tags, key: str) -> bool | Unknown:
    """A tag is there, with whatever value."""
    if tags.values.get(key) is not None:
        return True
    return False if tags.whole else UNKNOWN


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
