"""What most rules share: they look at everything that launches instances, one verdict each."""

from collections.abc import Callable, Iterator

from fleet.cost import Machines
from fleet.stack.model import Unknown
from fleet_policies.intent import Claim
from fleet_policies.rule import Check, Found, Options, Undecided, Violation
from fleet_policies.running import is_planned
from fleet_policies.scene import Scene

__all__ = ["Verdict", "decided", "each_machines", "unplanned_machines", "unsure_types"]

Verdict = Callable[[Machines, Scene, Options], Found | None]


def each_machines(verdict: Verdict) -> Check:
    """A check that asks for a verdict on everything that launches instances, by URN."""

    def check(scene: Scene, options: Options) -> Iterator[Found]:
        for machines in scene.machines:
            found = verdict(machines, scene, options)
            if found is not None:
                yield found

    return check


def unplanned_machines(verdict: Verdict) -> Check:
    """The same, but silent on what the lock chose: that was compared with everything else when it was made."""

    def unless_planned(machines: Machines, scene: Scene, options: Options) -> Found | None:
        return None if is_planned(machines, scene.given.plan) else verdict(machines, scene, options)

    return each_machines(unless_planned)


def decided(machines: Machines, premise: Claim, violation: Violation | None) -> Found | None:
    """What a rule says that found `violation`, if its premise holds; None: the known types are fine."""
    if premise is False:
        return None
    if violation is None:
        return unsure_types(machines)
    if premise is True:
        return violation
    return Undecided(urn=machines.urn, why="a tag, a size or its way of purchase that matters here is not known yet")


def unsure_types(machines: Machines) -> Undecided | None:
    """Undecided when the types are not all known, else None."""
    if machines.whole and not any(isinstance(choice.type, Unknown) for choice in machines.choices):
        return None
    return Undecided(urn=machines.urn, why="its instance types are not all known yet")
