"""What whole nodes cannot beat where limits bind: a linear program that knows which class fits which type at all.

A limit drives replicas to types that cost more, or to smaller ones that large replicas do not fit, which the sum of all
demand does not see. Types that hold the same classes pool their room; parts of a class take room of pools that hold it.
"""

import numpy as np

from fleet.planner.packing.arrays import EPSILON, Arrays, Floats
from fleet.planner.packing.linear import INFINITY, Linear
from fleet.planner.packing.problem import RESOURCES


def assigned_usd(problem: Arrays, room: Floats) -> float:
    """The least cost of part nodes that hold part replicas; 0 when there is no solution.

    Rows: classes, room by pool and resource, limits that types share. Columns: nodes of each type, classes in pools.
    """
    pools, pool = np.unique(problem.mask, axis=0, return_inverse=True)
    pool = np.asarray(pool).reshape(-1)
    classes, types, limits = len(problem.counts), len(problem.price), problem.limits
    at = classes + RESOURCES * len(pools)
    lows = np.concatenate([problem.counts, np.zeros(RESOURCES * len(pools)), np.full(limits.shared, -INFINITY)])
    highs = np.concatenate([np.full(at, INFINITY), limits.free[: limits.shared]])
    linear = Linear(lows.astype(float), highs.astype(float))
    nodes = np.zeros((types, len(lows)))
    for resource in range(RESOURCES):
        nodes[np.arange(types), classes + RESOURCES * pool + resource] = room[:, resource]
    nodes[:, at:] = limits.takes[:, : limits.shared]
    linear.add(problem.price, nodes, problem.most.astype(float))
    where, held = np.nonzero(pools)
    parts = np.zeros((len(where), len(lows)))
    parts[np.arange(len(where)), held] = 1.0
    for resource in range(RESOURCES):
        parts[np.arange(len(where)), classes + RESOURCES * where + resource] = -problem.needs[held, resource]
    linear.add(np.zeros(len(where)), parts)
    return linear.cost * (1 - EPSILON) if linear.run() else 0.0
