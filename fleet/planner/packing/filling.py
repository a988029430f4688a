"""Fill many nodes at once: each row is a node that takes what fits of its best class, again and again."""

from dataclasses import dataclass

import numpy as np

from fleet.planner.packing.arrays import EPSILON, Arrays, Bools, Floats, Ints

_PLACES = 1e9
"""Scores are compared in whole parts of this size, so that the last bits of a processor's arithmetic decide nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """What rows prefer: worth by class (R, n), weight of CPU and memory in step (R,), share taken at once (R,)."""

    worth: Floats
    balance: Floats
    share: Floats


def fill(problem: Arrays, types: Ints, remaining: Ints, taste: Taste) -> Ints:
    """(R, n) replicas put on a node of each type in `types` (R,)."""
    mix = np.zeros((len(types), len(remaining)), dtype=np.int64)
    per_unit, ratio = 1.0 / problem.needs.T, np.log(problem.needs[:, 1] / problem.needs[:, 0])
    row, rest = np.arange(len(types)), problem.room[types] + EPSILON
    left = np.where(problem.mask[types], remaining[None], 0).astype(float)
    worth, balance, share = taste.worth, taste.balance, taste.share
    while len(row):
        fits = _fits(per_unit, rest, left)
        open_ = fits >= 1.0
        some = open_.any(axis=1)
        if not some.all():
            row, rest, left, fits, open_ = row[some], rest[some], left[some], fits[some], open_[some]
            worth, balance, share = worth[some], balance[some], share[some]
        chosen = _chosen(ratio, rest, worth, balance, open_)
        at = np.arange(len(row))
        taken = np.maximum(1.0, np.floor(fits[at, chosen] * share))
        mix[row, chosen] += taken.astype(np.int64)
        left[at, chosen] -= taken
        rest -= taken[:, None] * problem.needs[chosen]
    return mix


def _fits(per_unit: Floats, rest: Floats, left: Floats) -> Floats:
    """How many replicas of each class still fit."""
    found = left
    for resource, inverse in enumerate(per_unit):
        found = np.minimum(found, rest[:, resource, None] * inverse)
    return np.asarray(np.floor(found + EPSILON))


def _chosen(ratio: Floats, rest: Floats, worth: Floats, balance: Floats, open_: Bools) -> Ints:
    room = np.maximum(rest, EPSILON)
    off = ratio - np.log(room[:, 1] / room[:, 0])[:, None]
    score = worth - balance[:, None] * off * off
    return np.asarray(np.where(open_, np.rint(score * _PLACES), -np.inf).argmax(axis=1))


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
