"""From prices and patterns to whole nodes: rounding, a small integer master, and rebuilding of wasteful nodes."""

from collections.abc import Sequence

import numpy as np

from fleet.planner.milp import Limits, Program, solve
from fleet.planner.packing.arrays import Arrays
from fleet.planner.packing.construct import Builder, Left, Nodes, Pattern
from fleet.planner.packing.generate import Columns, covered

_UNLIMITED = 1_000_000_000
_STARTS = (11, 12)
_RAISES = (1.0, 1.5, 3.0, 10.0, 30.0)
_QUOTA_STEP = 0.2
_REMOVED = (3, 7)
_MIP_NODES = 60
_MIP_COLUMNS = 400


def constructed(builder: Builder, target_usd: float) -> Nodes | None:
    """The best of two seeded starts; with limits that bind, dearer prices are tried until one start holds them."""
    best: Nodes | None = None
    for raised in _RAISES if builder.problem.is_limited else (1.0,):
        tilted = builder if raised == 1.0 else _with_price(builder, _raised(builder, raised))
        for seed in _STARTS:
            found = tilted.build(seed, Left.of(builder.problem), below=best.cost if best else np.inf)
            best = cheaper(best, found)
            if best is not None and best.cost <= target_usd:
                return best
        if best is not None:
            return best
    return best


def _raised(builder: Builder, times: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Prices with limits worth so many times more, and worth something where part nodes would not feel them."""
    problem, own = builder.problem, builder.problem.price
    price = own + times * (builder.relaxation.price - own)
    if problem.max_nodes < _UNLIMITED:
        price = price + (times - 1) * float(np.median(own))
    for takes in problem.takes.T:
        has = takes > 0
        least = float((own[has] / takes[has]).min())
        price = price + (times - 1) * _QUOTA_STEP * least * takes
    return np.asarray(price)


def _with_price(builder: Builder, price: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Builder:
    return Builder(problem=builder.problem, relaxation=builder.relaxation, by_group=builder.by_group, price=price)


def cheaper(first: Nodes | None, second: Nodes | None) -> Nodes | None:
    """The cheaper of two; the first on a tie."""
    if first is None or second is None:
        return first or second
    return second if second.cost < first.cost - 1e-9 else first


def rounded(columns: Columns, seed: int, below: float) -> Nodes | None:
    """The master's whole nodes, and what remains built under the relaxation's prices and under the master's."""
    problem, builder = columns.builder.problem, columns.tolled_builder
    counts = [int(amount + 1e-6) for amount in columns.amounts]
    held = covered(problem, columns.patterns, counts)
    held = _within_limits(problem, held)
    best: Nodes | None = None
    for worth in (None, columns.worth):
        left = Left.of(problem, held)
        rest = builder.build(seed, left, worth=worth, step=0.0)
        if rest is not None:
            best = cheaper(best, joined(problem, [*held, *rest.patterns]))
    return best if best is not None and best.cost < below else None


def _within_limits(problem: Arrays, held: list[tuple[Pattern, int]]) -> list[tuple[Pattern, int]]:
    """As many of the nodes as limits leave, in order."""
    if not problem.is_limited:
        return held
    left, found = Left.of(problem), []
    for pattern, count in held:
        some = min(count, left.room_for(problem, pattern[0]))
        if some > 0:
            left.take(problem, pattern, some)
            found.append((pattern, some))
    return found


def joined(problem: Arrays, parts: Sequence[tuple[Pattern, int]]) -> Nodes:
    """Patterns with counts added up, and their cost."""
    counts: dict[Pattern, int] = {}
    for pattern, count in parts:
        counts[pattern] = counts.get(pattern, 0) + count
    return Nodes(
        patterns=tuple(counts.items()),
        cost=sum(float(problem.price[type_]) * count for (type_, _), count in counts.items()),
    )


def chosen(columns: Columns, best: Nodes | None, *, gap: float, seconds: float) -> Nodes | None:
    """Whole counts of the patterns found, by a small integer program; patterns that cannot pay are left out."""
    problem, price = columns.builder.problem, columns.price
    costs = np.array([price[type_] for type_, _ in columns.patterns])
    mixes = np.array([mix for _, mix in columns.patterns], dtype=float)
    reduced = costs - mixes @ columns.worth
    slack = np.inf if best is None else best.cost - columns.cost + 1e-9
    order = np.argsort(np.round(reduced, 9), kind="stable")[:_MIP_COLUMNS]
    kept = [int(place) for place in order if reduced[place] <= slack]
    program = Program()
    for place in kept:
        program.column(float(problem.price[columns.patterns[place][0]]))
    for row in range(len(problem.counts)):
        terms = {c: float(mixes[place, row]) for c, place in enumerate(kept) if mixes[place, row]}
        program.row(terms, low=float(problem.counts[row]))
    _limit_rows(program, problem, [columns.patterns[place][0] for place in kept])
    found = solve(program, Limits(relative_gap=gap, nodes=_MIP_NODES, seconds=seconds))
    if not found.values:
        return None
    patterns = [columns.patterns[place] for place in kept]
    return joined(problem, covered(problem, patterns, [int(value) for value in found.values]))


def _limit_rows(program: Program, problem: Arrays, types: list[int]) -> None:
    for limit, free in enumerate(problem.free):
        terms = {c: float(problem.takes[t, limit]) for c, t in enumerate(types) if problem.takes[t, limit]}
        if terms:
            program.row(terms, high=float(free))
    if problem.max_nodes < _UNLIMITED:
        program.row(dict.fromkeys(range(len(types)), 1.0), high=float(problem.max_nodes))
    for type_ in sorted(set(types)):
        if problem.most[type_] < _UNLIMITED:
            terms = {c: 1.0 for c, t in enumerate(types) if t == type_}
            program.row(terms, high=float(problem.most[type_]))


def rebuilt(builder: Builder, best: Nodes, *, tries: int, seed: int, enough: float) -> Nodes:
    """Take a few nodes away, the wasteful ones more often, and build anew what they held; keep what costs no more."""
    random = np.random.Generator(np.random.PCG64(seed))
    for attempt in range(tries):
        if best.cost <= enough or best.count < _REMOVED[0]:
            break
        nodes = [pattern for pattern, count in best.patterns for _ in range(count)]
        waste = _waste(builder, nodes)
        size = min(len(nodes), int(random.integers(*_REMOVED)))
        gone = set(np.argsort(-np.round(waste * random.random(len(nodes)), 12), kind="stable")[:size].tolist())
        held = [(pattern, 1) for place, pattern in enumerate(nodes) if place not in gone]
        rest = builder.build(seed + attempt, Left.of(builder.problem, held), step=0.0)
        if rest is not None:
            found = joined(builder.problem, [*held, *rest.patterns])
            best = found if found.cost <= best.cost + 1e-9 else best
    return best


def _waste(builder: Builder, nodes: Sequence[Pattern]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """What each node's price exceeds the worth of its replicas by, at the relaxation's prices."""
    prices = builder.relaxation.active(builder.by_group.T @ builder.problem.counts)
    worth = builder.by_group @ prices
    mixes = np.array([mix for _, mix in nodes], dtype=float)
    return np.asarray(np.maximum(builder.price[[t for t, _ in nodes]] - mixes @ worth, 1e-6))
