"""Zone problems that are solved once: zones and choices of zones ask for the same packings and bounds again."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fleet.planner.packing import Column, NodeType, Packing, Problem, pack, proved_usd, useful

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Solved:
    """Packings and bounds by problem. Problems are one where the types that matter are, whatever else is sold there."""

    _until: float
    """On the monotonic clock, in seconds."""
    _packings: dict[_Key, Packing] = field(default_factory=dict)
    _bounds: dict[_Key, tuple[float, float]] = field(default_factory=dict)
    """The bound, and how much would have been enough."""

    @classmethod
    def within(cls, seconds: float) -> "Solved":
        """Nothing is solved yet, and so many seconds are left for all of it."""
        return cls(_until=time.monotonic() + seconds)

    @property
    def is_late(self) -> bool:
        """Whether the time is over: what is found by then is good enough."""
        return time.monotonic() > self._until

    def packing(self, problem: Problem) -> Packing:
        """The packing of a problem."""
        core = useful(problem)
        key = _key(core)
        found = self._packings.get(key)
        if found is None:
            found = self._packings[key] = pack(self._timed(core))
        return replace(found, columns=tuple(_renumbered(found.columns, core, problem)))

    def bound_usd(self, problem: Problem, enough: float) -> float:
        """What no packing of a problem beats in an hour; sought no further than `enough`."""
        core = useful(problem)
        key = _key(core)
        packing = self._packings.get(key)
        if packing is not None and packing.columns:
            return packing.bound_usd
        bound, sought = self._bounds.get(key, (0.0, 0.0))
        if bound >= enough or bound < sought:
            return bound
        bound = proved_usd(self._timed(core), enough)
        self._bounds[key] = (bound, enough)
        return bound

    def _timed(self, problem: Problem) -> Problem:
        return replace(problem, seconds=max(0.0, self._until - time.monotonic()))


def _key(problem: Problem) -> _Key:
    types = tuple((*name_of(node), node.hourly_usd, node.most) for node in problem.types)
    return problem.loads, types, tuple(sorted(problem.free.items())), problem.max_nodes


def _renumbered(columns: Iterable[tuple[Column, int]], core: Problem, problem: Problem) -> Iterable[tuple[Column, int]]:
    places = {name_of(node): place for place, node in enumerate(problem.types)}
    for column, count in columns:
        yield replace(column, type=places[name_of(core.types[column.type])]), count


def name_of(node: NodeType) -> tuple[str, str, str | None]:
    """What tells a node type from all others of a problem: instance type, purchase, commitment."""
    return node.offer.kind.name, node.offer.purchase, node.offer.commitment
