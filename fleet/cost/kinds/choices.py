"""What the kinds of resources that launch instances share: overrides, weights, sizes, shares of spot."""

from decimal import Decimal
from typing import Any

from fleet.cost.launches import template_of, templated_launch
from fleet.cost.machines import Choice, Launch
from fleet.cost.properties import at, count, text
from fleet.cost.surroundings import Surroundings
from fleet.interval import Interval
from fleet.stack.model import Resource, Unknown

__all__ = ["ALL_ON_DEMAND", "ALL_SPOT", "EITHER", "desired_size", "overridden", "weight_of"]

ALL_ON_DEMAND = Interval.exactly(Decimal(100))
ALL_SPOT = Interval.exactly(Decimal(0))
EITHER = Interval(Decimal(0), Decimal(100))
_ONE = Decimal(1)


def desired_size(value: Decimal | Unknown | None, minimum: Interval, maximum: Interval) -> Interval:
    """Desired capacity: the minimum when it is not set, anything up to the maximum when it is not known."""
    if value is None:
        return minimum
    if isinstance(value, Unknown):
        return Interval(minimum.min, maximum.max)
    return Interval.exactly(value)


def overridden(
    resource: Resource, near: Surroundings, overrides: list[Any], launch: Launch, key: str
) -> tuple[tuple[Choice, ...], bool]:
    """Choices of overrides over a launch template, and whether they are all: attributes name no types."""
    choices, whole = [], True
    for override in overrides:
        if isinstance(override, Unknown) or at(override, "instanceRequirements") is not None:
            whole = False
            continue
        own = launch
        if at(override, "launchTemplateSpecification") is not None:
            named = template_of(near, resource, at(override, "launchTemplateSpecification"), key)
            own = templated_launch(named, near)
        weight = count(override, "weightedCapacity")
        kind = text(override, "instanceType")
        choices.append(
            Choice(
                type=own.instance_type if kind is None else kind,
                weight=weight_of(weight),
                launch=own,
            )
        )
    return tuple(choices), whole


def weight_of(given: Decimal | Unknown | None) -> Decimal | Unknown:
    """Capacity that one instance counts for: one when nothing is said."""
    return _ONE if given is None or given == 0 else given
