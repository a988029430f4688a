"""Cover a demand by whole instances at least cost: one exact model for services with nodes of their own and batch work.

Columns are instances of an offer in a zone. Rows: each zone's demand; at least the on-demand base; spot spread over so
many types, none with more than its share; quotas. HiGHS proves the bound.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fleet.planner.candidates import Offer
from fleet.planner.milp import Limits, Program, Solution, solve
from fleet.vocabulary import Status

_RELATIVE_GAP = 1e-4
_SIMPLICITY = 1e-3
"""Share of the cost that fewer groups of instances may cost: less than a spot price moves in a day."""
_NODES = 20_000
_SAME = 1e-9
"""Relative difference of sizes that is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An offer and how many units of the demand one instance of it covers; `takes` is what it takes of which limit."""

    offer: Offer
    units: float
    hourly_usd: float
    takes: tuple[tuple[str, float], ...] = ()
    volume_usd: Decimal | None = None
    """The root volume's share of `hourly_usd`; None where the catalog has no price for it."""

    @property
    def size(self) -> float:
        """Units of one instance, those that interruptions lose counted: what shares of a group go by."""
        return self.units / self.offer.kept


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotRules:
    """How much must be on demand (share 0 to 1 of the demand), and over how many types spot is spread."""

    on_demand_base: float = 0.0
    min_types: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Units needed in all, the rules, and what is free of each quota.

    With `spread` the units are whole and lie in so many zones, differing by at most one; which zones is part of the
    model. Without, any zone will do (key None).
    """

    total: float
    spread: int | None = None
    spot: SpotRules = SpotRules()
    free: Mapping[str, float]
    seconds: float = 30.0
    least_instances: int = 0
    """Instances that must run whatever the demand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Counts by (option, zone); hourly cost and the bound on it that was proved."""

    solution: Solution
    counts: Mapping[tuple[int, str | None], int]


NO_COVER = Cover(solution=Solution(status="infeasible", values=(), cost=0.0, bound=0.0), counts={})
_NOTHING = Cover(solution=Solution(status="optimal", values=(), cost=0.0, bound=0.0), counts={})


def relaxed_usd(options: Sequence[Option], demand: Demand) -> float | None:
    """Hourly cost that no mix of whole or part instances can beat: the model of `cover` without whole numbers.

    Any cover, scaled down to exactly the demand, is a solution of it; the least number of instances, which does
    not scale, is left out. None where there is no solution.
    """
    program, _ = _program(options, range(len(options)), replace(demand, least_instances=0))
    program.integer = [False] * len(program.integer)
    solution = solve(program, Limits(seconds=demand.seconds))
    return None if solution.status == "infeasible" else max(0.0, solution.bound)


def cover(options: Sequence[Option], demand: Demand) -> Cover:
    """Counts that cost within 0.1 % of the cheapest, in few groups."""
    found = cheapest_cover(options, demand)

    def best_of(kept: Iterable[int]) -> Cover:
        return _solved(*_program(options, kept, demand), demand)

    return _simpler(options, best_of, found)


def cheapest_cover(options: Sequence[Option], demand: Demand) -> Cover:
    """The cheapest counts, within a relative gap of 0.01 % or what the node limit leaves."""
    if demand.total <= 0 and not demand.least_instances:
        return _NOTHING
    return _solved(*_program(options, _undominated(options, demand), demand), demand)


def cover_near(options: Sequence[Option], demand: Demand, held: Mapping[int, int], discount: float) -> Cover:
    """The cover that changes what is held (option -> instances) only where that saves more than a share of its price.

    Instances that stay count at their price less the discount (0 to 1). The cost and bound are of these prices.
    """

    def best_of(kept: Iterable[int]) -> Cover:
        program, columns = _program(options, kept, demand)
        for index, count in held.items():
            stays = program.column(-discount * options[index].hourly_usd, high=float(count))
            own = {column: -1.0 for (i, _), column in columns.items() if i == index}
            program.row({stays: 1.0, **own}, high=0.0)
        return _solved(program, columns, demand)

    return _simpler(options, best_of, best_of(sorted({*_undominated(options, demand), *held})))


def cover_exactly(options: Sequence[Option], demand: Demand, held: Mapping[int, int]) -> Cover:
    """Exactly these instances of each option, in whichever zones they do; infeasible where they do not."""
    program, columns = _program(options, sorted(held), demand)
    for index, count in held.items():
        own = {column: 1.0 for (i, _), column in columns.items() if i == index}
        program.row(own, low=float(count), high=float(count))
    return _solved(program, columns, demand)


def _solved(program: Program, columns: Mapping[tuple[int, str | None], int], demand: Demand) -> Cover:
    if not columns:
        return NO_COVER
    solution = solve(program, Limits(relative_gap=_RELATIVE_GAP, nodes=_NODES, seconds=demand.seconds))
    counts = {key: int(solution.values[column]) for key, column in columns.items() if solution.values}
    return Cover(solution=solution, counts={key: count for key, count in counts.items() if count})


def _simpler(options: Sequence[Option], best_of: Callable[[Iterable[int]], Cover], found: Cover) -> Cover:
    """The same demand on fewer options where that costs next to nothing; the bound stays what was proved for all.

    `best_of` covers the demand by some of the options.

    Options go one after the other, the least spent first, while what remains of them still does within the allowance.
    """
    best, most = found, found.solution.cost * (1 + _SIMPLICITY)
    spent: dict[int, float] = defaultdict(float)
    for (index, _), count in found.counts.items():
        spent[index] += options[index].hourly_usd * count
    for out in sorted(spent, key=lambda index: (spent[index], index)):
        used = {index for index, _ in best.counts}
        if out not in used or len(used) == 1:
            continue
        without = best_of(sorted(used - {out}))
        if without.counts and without.solution.cost <= most:
            best = without
    if best is found:
        return found
    solution = replace(best.solution, bound=found.solution.bound, status=_claim(found.solution, best.solution.cost))
    return Cover(solution=solution, counts=best.counts)


def _claim(found: Solution, cost: float) -> Status:
    """What a dearer solution may be called under the same bound."""
    return "feasible" if found.status == "optimal" and cost > found.cost else found.status


def _program(
    options: Sequence[Option], kept: Iterable[int], demand: Demand
) -> tuple[Program, dict[tuple[int, str | None], int]]:
    program = Program()
    kept = list(kept)
    columns: dict[tuple[int, str | None], int] = {}
    if demand.spread is None:
        columns = {(index, None): program.column(options[index].hourly_usd) for index in kept}
        program.row({column: options[i].units for (i, _), column in columns.items()}, low=demand.total)
    else:
        groups = _interchangeable(options, kept, demand.spread)
        for index in kept:
            for zone in options[index].offer.zones:
                if any(zone in group for group in groups):
                    columns[index, zone] = program.column(options[index].hourly_usd)
        _zone_rows(program, options, columns, demand, groups)
    _base_row(program, options, columns, demand)
    _spot_rows(program, options, columns, demand)
    _quota_rows(program, options, columns, demand)
    if demand.least_instances:
        program.row(dict.fromkeys(columns.values(), 1.0), low=float(demand.least_instances))
    return program, columns


def _undominated(options: Sequence[Option], demand: Demand) -> list[int]:
    """Options that could be part of an optimum: not beaten by enough others that cover as much for as little.

    Beaten means: no fewer units, no dearer, in every zone it has, without taking more of a quota. A spread over n types
    may need the n best, and one more a zone where every zone needs a whole instance, so an option goes only when that
    many others beat it.
    """
    order = sorted(
        range(len(options)), key=lambda i: (options[i].hourly_usd, -options[i].units, options[i].offer.order)
    )
    spread_over = _spot_types(demand)
    enough = spread_over + (demand.spread or 1) if spread_over > 1 else 1
    kept: list[int] = []
    for index in order:
        option = options[index]
        if option.units <= 0:
            continue
        needed = enough if option.offer.purchase == "spot" else 1
        if sum(_beats(options[other], option, demand) for other in kept) < needed:
            kept.append(index)
    return sorted(kept)


def _beats(better: Option, worse: Option, demand: Demand) -> bool:
    return (
        better.offer.purchase == worse.offer.purchase
        and better.units >= worse.units
        and (better.offer.purchase != "spot" or _fits_as_spot(better, worse, demand))
        and set(better.offer.zones) >= set(worse.offer.zones)
        and all(amount <= dict(worse.takes).get(name, 0.0) for name, amount in better.takes)
    )


def _fits_as_spot(better: Option, worse: Option, demand: Demand) -> bool:
    """Whether spot of more units may stand for that of fewer: the larger needs more on demand and is capped lower."""
    if demand.spot.on_demand_base > 0 and better.size > worse.size * (1 + _SAME):
        return False
    return _spot_types(demand) <= 1 or _most_of_a_type(better.units, demand) >= _most_of_a_type(worse.units, demand)


def _on_spot(demand: Demand) -> float:
    return (1 - demand.spot.on_demand_base) * demand.total


def _spot_types(demand: Demand) -> int:
    """Over so many types spot is spread: a demand of few units has no more types than units."""
    on_spot = _on_spot(demand)
    return min(demand.spot.min_types, math.ceil(on_spot)) if on_spot > 0 else 1


def _most_of_a_type(units: float, demand: Demand) -> int:
    """Instances of one spot type at most: what its equal share of the demand on spot needs."""
    return math.ceil(_on_spot(demand) / _spot_types(demand) / units)


def _interchangeable(options: Sequence[Option], kept: Sequence[int], most: int) -> list[list[str]]:
    """Zones in groups that offer the same, by name; more than `most` of one group are never needed."""
    offered: dict[str, list[int]] = defaultdict(list)
    for index in kept:
        for zone in options[index].offer.zones:
            offered[zone].append(index)
    groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for zone in sorted(offered):
        groups[tuple(offered[zone])].append(zone)
    return [zones[:most] for zones in groups.values()]


def _zone_rows(
    program: Program,
    options: Sequence[Option],
    columns: Mapping[tuple[int, str | None], int],
    demand: Demand,
    groups: Sequence[Sequence[str]],
) -> None:
    """So many zones are used; each holds an equal share, and some of them one unit more."""
    zones = max(1, min(demand.spread or 1, int(demand.total)))
    share, rest = divmod(int(demand.total), zones)
    used, extra = {}, {}
    for group in groups:
        for place, zone in enumerate(group):
            used[zone], extra[zone] = program.column(0.0, high=1.0), program.column(0.0, high=1.0)
            terms = {column: options[i].units for (i, z), column in columns.items() if z == zone}
            program.row({**terms, used[zone]: -float(share), extra[zone]: -1.0}, low=0.0)
            program.row({extra[zone]: 1.0, used[zone]: -1.0}, high=0.0)
            if place:
                # Equal zones are used in the order of their names: one of many equal solutions.
                program.row({used[zone]: 1.0, used[group[place - 1]]: -1.0}, high=0.0)
                program.row({extra[zone]: 1.0, extra[group[place - 1]]: -1.0}, high=0.0)
    program.row(dict.fromkeys(used.values(), 1.0), low=float(zones), high=float(zones))
    program.row(dict.fromkeys(extra.values(), 1.0), low=float(rest), high=float(rest))


def _base_row(
    program: Program, options: Sequence[Option], columns: Mapping[tuple[int, str | None], int], demand: Demand
) -> None:
    base = demand.spot.on_demand_base
    if base > 0:
        # A share of what runs, as an Auto Scaling group counts it: on demand >= base x everything.
        shares = {
            column: options[i].size * (1 - base if options[i].offer.purchase != "spot" else -base)
            for (i, _), column in columns.items()
        }
        program.row(shares, low=0.0)


def _spot_rows(
    program: Program, options: Sequence[Option], columns: Mapping[tuple[int, str | None], int], demand: Demand
) -> None:
    by_type: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for (index, _), column in columns.items():
        if options[index].offer.purchase == "spot":
            by_type[options[index].offer.kind.name].append((column, options[index].units))
    types = _spot_types(demand)
    if types <= 1 or not by_type:
        return
    any_spot = program.column(0.0, high=1.0)
    used = {}
    for name, found in sorted(by_type.items()):
        most = _most_of_a_type(found[0][1], demand)
        used[name] = program.column(0.0, high=1.0)
        terms = dict.fromkeys((column for column, _ in found), 1.0)
        program.row({**terms, any_spot: -float(most)}, high=0.0)
        program.row({**terms, used[name]: -1.0}, low=0.0)
    program.row({**dict.fromkeys(used.values(), 1.0), any_spot: -float(types)}, low=0.0)


def _quota_rows(
    program: Program, options: Sequence[Option], columns: Mapping[tuple[int, str | None], int], demand: Demand
) -> None:
    for code, free in sorted(demand.free.items()):
        terms = {
            column: amount
            for (i, _), column in columns.items()
            for name, amount in options[i].takes
            if name == code and amount
        }
        if terms:
            program.row(terms, high=free)
