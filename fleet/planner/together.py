"""Owned savings plans that several parts of a fleet share: how much goes to which part, and what no fleet beats.

With a price on each dollar of a commitment the parts no longer compete for it: each is planned with plans that have no
end, at their rate and the price on top. What all parts then cost at least, less what the commitments are worth at these
prices, is a bound on every fleet within the commitments, whatever the prices (Lagrange). Good prices, and good shares
of the commitments, come from a linear program that mixes the plans met so far within the commitments (Dantzig and
Wolfe): its dual values are the next prices to try.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from fleet.money import usd
from fleet.planner.commitments import in_order, paying, priced
from fleet.planner.coverage import least_usd
from fleet.planner.keep import cost
from fleet.planner.packing.linear import INFINITY, Linear
from fleet.planner.part import Part
from fleet.planner.steps import Left, Step
from fleet.spec.model import SavingsPlan

_ROUNDS = 5
_FEW_SUCH = 2
_CENT = Decimal("0.01")
_FINE = Decimal("0.000000001")
_LITTLE = 1e-3
"""Share of its cost by which the mix must get cheaper for a round of prices to have helped."""

Amounts = Mapping[SavingsPlan, Decimal]
"""For each plan USD an hour, or USD a month for each USD an hour of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """A step with its plans when every commitment is its own, and when there is none."""

    step: Step
    owning: Part
    listed: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What all steps cost at least, and how much of each commitment each of them had better take, USD an hour."""

    bound_usd: Decimal
    mixed_usd: float
    """What parts of the plans met come to when they are mixed: a fleet of whole plans can hardly cost less."""
    shares: Mapping[str, Amounts]
    listed: Mapping[str, Part]
    """Each step's plan at list prices."""
    timed_out: bool = False
    """Whether the time limit ended the search for a better bound and better shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """A plan of a step: its cost (USD) at the rates of savings plans, and what it uses of them."""

    usd: Decimal
    used: Amounts


def together(steps: Sequence[Alone], start: Left, near: float) -> Together:
    """Bound and shares from a few prices, sought while cost over bound, less one, may be more than `near`."""
    until = time.monotonic() + start.spec.planner.time_limit_seconds
    plans = {plan: amount for plan, amount in in_order(start.spec).items() if amount}
    met = [[_met(part, start, plans, {}) for part in _found(alone.owning, alone.listed)] for alone in steps]
    best = _bound_alone(steps, start)
    mix = _mix(met, plans) if all(met) else _Mix(usd=0.0, prices={}, shares=[{} for _ in steps])
    rounds = in_vain = 0
    timed_out = False
    while len(steps) > 1 and rounds < _ROUNDS and in_vain < _FEW_SUCH and mix.usd > float(best) * (1 + near):
        if time.monotonic() > until:
            timed_out = True
            break
        parts = [_priced(alone.step, start, mix.prices) for alone in steps]
        best = max(best, _worth(steps, parts, mix.prices, plans))
        for alone, found, part in zip(steps, met, parts, strict=True):
            hourly = _hourly(mix.prices, alone.step.most_hours)
            found += [_met(some, start, plans, hourly) for some in _found(part)]
        before, mix = mix, _mix(met, plans)
        rounds, in_vain = rounds + 1, in_vain + 1 if mix.usd > before.usd * (1 - _LITTLE) else 0
        if mix.prices == before.prices:
            break
    return Together(
        bound_usd=best,
        mixed_usd=max(mix.usd, float(best)),
        shares={alone.step.name: share for alone, share in zip(steps, mix.shares, strict=True)},
        listed={alone.step.name: alone.listed for alone in steps},
        timed_out=timed_out,
    )


def _bound_alone(steps: Sequence[Alone], start: Left) -> Decimal:
    """What steps cost at least if each had all commitments, or if the commitments saved as much as they ever can."""
    owning = sum((bound_of(alone.owning) for alone in steps), Decimal(0))
    listed = sum((bound_of(alone.listed) for alone in steps), Decimal(0))
    hours = max((alone.step.most_hours for alone in steps), default=Decimal(0))
    return max(owning, least_usd(listed, start.spec, start.quotas.catalog, hours))


def _found(*parts: Part) -> list[Part]:
    """Those that are a plan: not infeasible, nor without an answer within the time limit."""
    return [part for part in parts if part.allocations or part.status not in {"infeasible", "timed_out"}]


def _priced(step: Step, start: Left, prices: Amounts) -> Part:
    """A step planned at prices on the commitments, as if it had all that it wants of them."""
    return step.plan(replace(start, spec=priced(start.spec, _hourly(prices, step.most_hours))))


def _worth(steps: Sequence[Alone], parts: Sequence[Part], prices: Amounts, plans: Amounts) -> Decimal:
    """What all steps cost at least, from their plans at these prices; a step may still keep within all of a plan."""
    least = sum(
        (max(bound_of(alone.owning), *map(bound_of, _found(part))) for alone, part in zip(steps, parts, strict=True)),
        Decimal(0),
    )
    return least - sum((price * plans[plan] for plan, price in prices.items()), Decimal(0))


def bound_of(part: Part) -> Decimal:
    """What a part's cost is proved not to go below, USD of a month and of one-off jobs."""
    return part.monthly_bound_usd + part.one_off_bound_usd


def _hourly(prices: Amounts, hours: Decimal) -> dict[SavingsPlan, Decimal]:
    """The prices for a USD used in one of so many hours; rounded down, as less than the price bounds too."""
    return {plan: (price / max(hours, Decimal(1))).quantize(_FINE, ROUND_FLOOR) for plan, price in prices.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mix:
    """The cheapest mix of plans within the commitments: its cost, prices of the commitments, the use by step."""

    usd: float
    prices: Amounts
    shares: Sequence[Amounts]


def _mix(met: Sequence[Sequence[_Met]], plans: Amounts) -> _Mix:
    """For each step a part of each plan met, in all one plan."""
    order, columns = list(plans), [(place, one) for place, some in enumerate(met) for one in some]
    program = Linear(
        [-INFINITY] * len(order) + [1.0] * len(met), [float(plans[plan]) for plan in order] + [1.0] * len(met)
    )
    matrix = np.zeros((len(columns), program.rows))
    for row, (place, one) in enumerate(columns):
        matrix[row, : len(order)] = [float(one.used.get(plan, 0)) for plan in order]
        matrix[row, len(order) + place] = 1.0
    program.add(np.array([float(one.usd) for _, one in columns]), matrix)
    program.run()
    weights, duals = program.values, program.duals
    shares = [dict.fromkeys(order, Decimal(0)) for _ in met]
    for weight, (place, one) in zip(weights, columns, strict=True):
        for plan, amount in one.used.items():
            shares[place][plan] += usd(float(weight)) * amount
    prices = {plan: usd(max(0.0, -float(dual))).quantize(_CENT) for plan, dual in zip(order, duals, strict=False)}
    return _Mix(usd=program.cost, prices=prices, shares=shares)


def _met(part: Part, start: Left, plans: Amounts, prices: Amounts) -> _Met:
    """A part that was planned at hourly prices on the plans: its cost without these, and what it uses."""
    used: dict[SavingsPlan, Decimal] = defaultdict(Decimal)
    real = cost(part)
    for item in part.allocations:
        for plan in paying(item, plans, start.spec, start.quotas.catalog, prices)[:1]:
            price = prices.get(plan, Decimal(0))
            rate = item.unit_hourly_usd / (1 + price)
            used[plan] += rate * item.count
            real -= rate * price * item.count * usd(item.hours_per_month)
    return _Met(usd=real, used=used)
