"""Mixes of replicas for one node: each load alone, and greedy fills that are worth most at given prices."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fleet.planner.packing.problem import Problem

Array = NDArray[np.float64]
Mix = tuple[int, ...]

_WEIGHTS = ((1.0, 1.0, 0.2), (1.0, 0.3, 0.1), (0.3, 1.0, 0.1), (0.1, 0.1, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
"""How much each resource counts in the density of a fill; a few directions find the mixes that matter."""
_PER_ROUND = 60
_EPSILON = 1e-9


def single_mixes(problem: Problem, mask: NDArray[np.bool_]) -> Iterator[tuple[int, Mix]]:
    """Each load alone on each type that takes it, as many as fit (never more than there are)."""
    for index, node in enumerate(problem.types):
        for number, load in enumerate(problem.loads):
            if mask[index, number] and load.count:
                most = min(_fit(need, room) for need, room in zip(load.need, node.room, strict=True))
                yield index, tuple(min(most, load.count) if i == number else 0 for i in range(len(problem.loads)))


def best_mixes(problem: Problem, mask: NDArray[np.bool_], prices: Array, costs: Array) -> list[tuple[int, Mix]]:
    """Mixes worth more than their node costs, best first, at most so many a round."""
    found: dict[tuple[int, Mix], float] = {}
    needs = np.array([load.need for load in problem.loads])
    counts = np.array([load.count for load in problem.loads])
    for index, node in enumerate(problem.types):
        room = np.array(node.room)
        for weights in _WEIGHTS:
            mix = _greedy(prices, needs, counts, room, mask[index], np.array(weights))
            gain = float(prices @ np.array(mix)) - float(costs[index])
            if gain > _EPSILON * max(1.0, float(costs[index])):
                found[index, mix] = gain / float(costs[index])
    return sorted(found, key=lambda key: (-found[key], key))[:_PER_ROUND]


def _greedy(
    prices: Array, needs: Array, counts: NDArray[np.int64], room: Array, usable: NDArray[np.bool_], weights: Array
) -> Mix:
    """Fill a node by worth per weighted share of its room, again and again with what is left."""
    left = room.copy()
    mix = np.zeros(len(prices), dtype=np.int64)
    candidates = usable & (counts > 0) & (prices > 0)
    size = (needs / np.maximum(room, _EPSILON)) @ weights
    order = np.argsort(-np.where(candidates, prices / np.maximum(size, _EPSILON), -1.0), kind="stable")
    for number in order:
        if not candidates[number]:
            break
        fit = min(_fit(need, space) for need, space in zip(needs[number], left, strict=True))
        taken = min(fit, int(counts[number]))
        if taken > 0:
            mix[number] = taken
            left = left - taken * needs[number]
    return tuple(int(n) for n in mix)


def _fit(need: float, room: float) -> int:
    """How often a need fits into a room; a need of nothing always fits."""
    return int((room + _EPSILON) // need) if need > 0 else 1_000_000_000
