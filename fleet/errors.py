"""Everything that fleet raises on purpose.

FleetError                     exit code 2 unless a class says otherwise
├── SpecError                  fleet.yaml has problems; carries all of them
├── CatalogError               a snapshot is broken, of another schema, or lacks what was asked
├── UnknownName                a type, field, workload or rule that nobody knows; suggests the nearest
├── LockError                  a lock cannot be read
├── StaleLock                  the lock was made from another spec (exit 1)
├── DecodeError                a state file, preview or result cannot be read
├── ConfigError                policy configuration, exemptions or a baseline are wrong
├── ProgramError               the user's program raised; carries its own traceback
├── PackError                  a policy pack could not be started or broke the protocol
└── MissingError               something needed is not there: engine, credentials, network (exit 3)

Messages: what is wrong, the value found, what is allowed, what to do; lower case, no full stop.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "CatalogError",
    "ConfigError",
    "DecodeError",
    "FleetError",
    "LockError",
    "MissingError",
    "PackError",
    "Problem",
    "ProgramError",
    "SpecError",
    "StaleLock",
    "UnknownName",
    "nearest",
]


_FEW = 40
"""Names that an error lists when none of them is near the one given."""
_SHORTEST_PART = 3
"""Letters of a name that say something as a part of another."""


class FleetError(Exception):
    """Base of everything that fleet raises on purpose."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file, with its place (lines and columns count from 1)."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class SpecError(FleetError):
    """A spec with problems, all of them, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CatalogError(FleetError):
    """A snapshot that is broken, of another schema, or lacks what was asked."""


class UnknownName(FleetError):  # noqa: N818  (reads as what it is)
    """A name that nobody knows, with the nearest ones that are known, or all of a few."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        every = sorted(set(known))
        self.suggestions = nearest(name, every)
        hint = f"; did you mean {' or '.join(repr(s) for s in self.suggestions)}?" if self.suggestions else ""
        if not hint and 0 < len(every) <= _FEW:
            hint = f"; known are {', '.join(every)}"
        super().__init__(f"unknown {what} {name!r}{hint}")


class LockError(FleetError):
    """A lock that cannot be read."""


class StaleLock(FleetError):  # noqa: N818  (reads as what it is)
    """A lock that was made from another spec."""

    exit_code = 1


class DecodeError(FleetError):
    """A state file, preview or result that cannot be read."""


class ConfigError(FleetError):
    """Policy configuration, exemptions or a baseline that are wrong."""


class ProgramError(FleetError):
    """The user's program raised; `traceback` is its own, ours left out."""

    def __init__(self, message: str, traceback: str = "") -> None:
        self.traceback = traceback
        super().__init__(message)


class PackError(FleetError):
    """A policy pack that could not be started or broke the protocol."""


class MissingError(FleetError):
    """Something needed is not there: engine, credentials, network."""

    exit_code = 3


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Known names that look most like `name`, best first, at most `limit`; those with its letters swapped lead.

    A name that looks like none may be part of some: `gp2` of `gp2-volume`.
    """
    every = sorted(set(known))
    close = difflib.get_close_matches(name, every, n=2 * limit, cutoff=0.6)
    if not close and len(name) >= _SHORTEST_PART:
        return tuple(found for found in every if name in found)[:limit]
    return tuple(sorted(close, key=lambda found: sorted(found) != sorted(name))[:limit])
