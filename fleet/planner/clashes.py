"""The smallest set of limits that clash: with all of them there is no fleet, without any one of them there is one."""

from collections.abc import Callable, Sequence

from fleet.planner.limits import Limit
from fleet.planner.part import Part
from fleet.plans.model import Conflict
from fleet.spec.model import FleetSpec

Answer = Callable[[FleetSpec], Sequence[Part] | None]
"""The parts of what is asked about under another spec; None where there is no plan."""


def smallest_clash(spec: FleetSpec, limits: Sequence[Limit], answer: Answer) -> list[Conflict]:
    """The clashing limits with what each would have to give; nothing where no limit is to blame.

    Limits are taken away one after the other as long as no plan is found; what then makes one possible has to stay. Two
    orders are tried and the smaller set wins.
    """
    if answer(_without(spec, limits)) is None:
        return []
    sets = [_irreducible(spec, order, answer) for order in (limits, list(reversed(limits)))]
    found = min(sets, key=len)
    found.sort(key=lambda item: limits.index(item[0]))
    return [_conflict(spec, limit, parts, answer) for limit, parts in reversed(found)]


def _irreducible(spec: FleetSpec, limits: Sequence[Limit], answer: Answer) -> list[tuple[Limit, Sequence[Part]]]:
    """Limits that clash, each with the plan that is possible without it and without those that do not matter."""
    loose, needed = spec, []
    for limit in limits:
        looser = limit.without(loose)
        parts = answer(looser)
        if parts is None:
            loose = looser
        else:
            needed.append(limit)
    return [(limit, answer(limit.without(loose)) or ()) for limit in needed]


def _conflict(spec: FleetSpec, limit: Limit, parts: Sequence[Part], answer: Answer) -> Conflict:
    alone = answer(limit.without(spec))
    needed, allowed = limit.words(spec, alone or parts)
    is_enough = "that alone is enough" if alone is not None else "other limits clash too, so that alone is not enough"
    return Conflict(constraint=limit.constraint, needed=needed, allowed=allowed, hint=f"{limit.advice}: {is_enough}")


def _without(spec: FleetSpec, limits: Sequence[Limit]) -> FleetSpec:
    for limit in limits:
        spec = limit.without(spec)
    return spec
