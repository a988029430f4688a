"""Fill many nodes at once: each row is a node that takes what fits of its best class, again and again."""

from dataclasses import dataclass

import numpy as np

from fleet.planner.packing.arrays import EPSILON, Arrays, Bools, Floats, Ints

_PLACES = 9
"""Scores are rounded before they are compared, so that the last bits of a processor's arithmetic decide nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """What rows prefer: worth by class (R, n), weight of CPU and memory in step (R,), share taken at once (R,)."""

    worth: Floats
    balance: Floats
    share: Floats


def fill(problem: Arrays, types: Ints, remaining: Ints, taste: Taste) -> Ints:
    """(R, n) replicas put on a node of each type in `types` (R,)."""
    rest = problem.room[types].copy()
    mix = np.zeros((len(types), len(remaining)), dtype=np.int64)
    ratio = np.log(problem.needs[:, 1] / problem.needs[:, 0])
    live = np.arange(len(types))
    left = np.where(problem.mask[types], remaining[None], 0)
    while len(live):
        fits = _fits(problem, rest[live], left[live])
        open_ = fits > 0
        some = open_.any(axis=1)
        if not some.all():
            live, fits, open_ = live[some], fits[some], open_[some]
            if not len(live):
                break
        chosen = _chosen(ratio, rest[live], taste, live, open_)
        rows = np.arange(len(live))
        most = fits[rows, chosen]
        taken = np.maximum(1, np.floor(most * taste.share[live])).astype(np.int64)
        mix[live, chosen] += taken
        left[live, chosen] -= taken
        rest[live] -= taken[:, None] * problem.needs[chosen]
    return mix


def _fits(problem: Arrays, rest: Floats, left: Ints) -> Ints:
    """How many replicas of each class still fit."""
    found = left.astype(float)
    for resource in range(rest.shape[1]):
        np.minimum(found, (rest[:, resource, None] + EPSILON) / problem.needs[None, :, resource], out=found)
    return np.asarray(np.floor(found + EPSILON)).astype(np.int64)


def _chosen(ratio: Floats, rest: Floats, taste: Taste, live: Ints, open_: Bools) -> Ints:
    room = np.maximum(rest, EPSILON)
    off = ratio[None] - np.log(room[:, 1] / room[:, 0])[:, None]
    score = taste.worth[live] - taste.balance[live, None] * off * off
    return np.asarray(np.argmax(np.where(open_, np.round(score, _PLACES), -np.inf), axis=1))


def retyped(problem: Arrays, types: Ints, mixes: Ints, price: Floats, usable: Bools) -> Ints:
    """(R,) the cheapest usable type that holds each mix; the row's own where none other does."""
    used = mixes @ problem.needs
    there = np.zeros((len(mixes), problem.groups), dtype=bool)
    for group in range(problem.groups):
        there[:, group] = (mixes[:, problem.group == group] > 0).any(axis=1)
    fits = np.ones((len(mixes), len(price)), dtype=bool)
    for resource in range(used.shape[1]):
        fits &= used[:, resource, None] <= problem.room[None, :, resource] + EPSILON
    if problem.groups > 1:
        fits &= ~(there.astype(np.int64) @ (~problem.allowed).T.astype(np.int64)).astype(bool)
    fits &= usable[None]
    best = np.argmin(np.where(fits, price[None], np.inf), axis=1)
    return np.asarray(np.where(fits.any(axis=1), best, types))
