"""The smallest set of limits that clash: with all of them there is no fleet, without any one of them there is one."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from fleet.planner.limits import Limit
from fleet.planner.part import Part
from fleet.plans.model import Conflict
from fleet.spec.model import FleetSpec

Answer = Callable[[FleetSpec], Sequence[Part] | None]
"""The parts of what is asked about under another spec; None where there is no plan."""

Doubt = Callable[[FleetSpec], bool]
"""Whether it is sure, and quickly told, that there is no plan under another spec."""


def smallest_clash(spec: FleetSpec, limits: Sequence[Limit], answer: Answer, rules_out: Doubt) -> list[Conflict]:
    """The clashing limits with what each would have to give; nothing where no limit is to blame.

    Where all limits are ruled out for sure, the smallest set that is ruled out for sure is sought: that is quick, and a
    proof. Otherwise plans are made under some of the limits, and what is found is said not to be proved.

    Found by halving (Junker's QuickXplain, AAAI 2004), so that a few clashing limits among many take few plans. Where
    it is not one limit alone, the other order is tried too and the smaller set wins.
    """
    asked = _Asked(spec, limits, answer, rules_out)
    if asked.parts([]) is None:
        return []
    every = range(len(limits))
    kept = _irreducible(asked, every[::-1])
    if len(kept) > 1:
        kept = min(kept, _irreducible(asked, every), key=len)
    return [_conflict(spec, asked, at, kept) for at in sorted(kept, reverse=True)]


class _Asked:
    """Plans under some of the limits, each asked for once."""

    def __init__(self, spec: FleetSpec, limits: Sequence[Limit], answer: Answer, rules_out: Doubt) -> None:
        self._spec, self.limits, self._answer, self._rules_out = spec, limits, answer, rules_out
        self._known: dict[frozenset[int], Sequence[Part] | None] = {}
        self._doubted: dict[frozenset[int], bool] = {}
        self.is_proved = rules_out(spec)

    def clash(self, kept: Iterable[int]) -> bool:
        """Whether these limits clash: for sure where all of them do for sure, else as far as plans are found."""
        key = frozenset(kept)
        if not self.is_proved:
            return self.parts(key) is None
        if key not in self._doubted:
            self._doubted[key] = self._rules_out(self._under(key))
        return self._doubted[key]

    def parts(self, kept: Iterable[int]) -> Sequence[Part] | None:
        """The plan with these limits (places in the list) and no other; None where there is none."""
        key = frozenset(kept)
        if key not in self._known:
            self._known[key] = self._answer(self._under(key))
        return self._known[key]

    def _under(self, kept: AbstractSet[int]) -> FleetSpec:
        spec = self._spec
        for place, limit in enumerate(self.limits):
            spec = spec if place in kept else limit.without(spec)
        return spec


def _irreducible(asked: _Asked, order: Sequence[int]) -> list[int]:
    """Limits that clash, none of them to spare; those that come first stay where there is a choice."""

    def needed(kept: list[int], *, is_new: bool, rest: Sequence[int]) -> list[int]:
        if is_new and asked.clash(kept):
            return []
        if len(rest) == 1:
            return list(rest)
        half = len(rest) // 2
        later = needed([*kept, *rest[:half]], is_new=True, rest=rest[half:])
        return [*needed([*kept, *later], is_new=bool(later), rest=rest[:half]), *later]

    return needed([], is_new=False, rest=order) if order else []


def _conflict(spec: FleetSpec, asked: _Asked, at: int, kept: Sequence[int]) -> Conflict:
    """One clashing limit: what a plan without it takes, be it that the others go too."""
    limit = asked.limits[at]
    alone = asked.parts(place for place in range(len(asked.limits)) if place != at)
    parts = alone if alone is not None else asked.parts(place for place in kept if place != at)
    needed, allowed = limit.words(spec, parts or ())
    is_enough = "that alone is enough" if alone is not None else "other limits clash too, so that alone is not enough"
    return Conflict(
        constraint=limit.constraint,
        needed=needed,
        allowed=allowed,
        hint=f"{limit.advice}: {is_enough}",
        proved=asked.is_proved,
    )
