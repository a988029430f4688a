"""The smallest set of limits that clash: with all of them there is no fleet, without any one of them there is one."""

from collections.abc import Callable, Iterable, Sequence

from fleet.planner.limits import Limit
from fleet.planner.part import Part
from fleet.plans.model import Conflict
from fleet.spec.model import FleetSpec

Answer = Callable[[FleetSpec], Sequence[Part] | None]
"""The parts of what is asked about under another spec; None where there is no plan."""


def smallest_clash(spec: FleetSpec, limits: Sequence[Limit], answer: Answer) -> list[Conflict]:
    """The clashing limits with what each would have to give; nothing where no limit is to blame.

    Found by halving (Junker's QuickXplain, AAAI 2004), so that a few clashing limits among many take few plans. Two
    orders are tried and the smaller set wins.
    """
    asked = _Asked(spec, limits, answer)
    if asked.parts([]) is None:
        return []
    every = range(len(limits))
    kept = min((_irreducible(asked, order) for order in (every[::-1], every)), key=len)
    found = [(limits[at], asked.parts([other for other in kept if other != at]) or ()) for at in sorted(kept)]
    return [_conflict(spec, limit, parts, answer) for limit, parts in reversed(found)]


class _Asked:
    """Plans under some of the limits, each asked for once."""

    def __init__(self, spec: FleetSpec, limits: Sequence[Limit], answer: Answer) -> None:
        self._spec, self._limits, self._answer = spec, limits, answer
        self._known: dict[frozenset[int], Sequence[Part] | None] = {}

    def parts(self, kept: Iterable[int]) -> Sequence[Part] | None:
        """The plan with these limits (places in the list) and no other; None where there is none."""
        key = frozenset(kept)
        if key not in self._known:
            spec = self._spec
            for place, limit in enumerate(self._limits):
                spec = spec if place in key else limit.without(spec)
            self._known[key] = self._answer(spec)
        return self._known[key]


def _irreducible(asked: _Asked, order: Sequence[int]) -> list[int]:
    """Limits that clash, none of them to spare; those that come first stay where there is a choice."""

    def needed(kept: list[int], *, is_new: bool, rest: Sequence[int]) -> list[int]:
        if is_new and asked.parts(kept) is None:
            return []
        if len(rest) == 1:
            return list(rest)
        half = len(rest) // 2
        later = needed([*kept, *rest[:half]], is_new=True, rest=rest[half:])
        return [*needed([*kept, *later], is_new=bool(later), rest=rest[:half]), *later]

    return needed([], is_new=False, rest=order) if order else []


def _conflict(spec: FleetSpec, limit: Limit, parts: Sequence[Part], answer: Answer) -> Conflict:
    alone = answer(limit.without(spec))
    needed, allowed = limit.words(spec, alone or parts)
    is_enough = "that alone is enough" if alone is not None else "other limits clash too, so that alone is not enough"
    return Conflict(constraint=limit.constraint, needed=needed, allowed=allowed, hint=f"{limit.advice}: {is_enough}")
