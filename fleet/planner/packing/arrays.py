"""A packing problem as arrays: types that matter, sorted by price, and replicas grouped by where they may sit."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fleet.planner.packing.problem import RESOURCES, NodeType, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EPSILON = 1e-9
_UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a node of each type takes of each limit (T, L), and what is left of it (L,); the `shared` ones first."""

    takes: Floats
    free: Floats
    shared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """T node types (undominated, cheapest first) and n classes of equal replicas in G groups; 3 resources."""

    needs: Floats
    """(n, 3)"""
    counts: Ints
    """(n,)"""
    room: Floats
    """(T, 3)"""
    price: Floats
    """(T,) USD an hour"""
    mask: Bools
    """(T, n) whether a replica of the class may and can sit on the type"""
    group: Ints
    """(n,) classes of one group may sit on the same types, size aside"""
    allowed: Bools
    """(T, G)"""
    takes: Floats
    """(T, Q) what a node of the type takes of each limit"""
    free: Floats
    """(Q,) what is left of each limit"""
    most: Ints
    """(T,) nodes of the type at most"""
    max_nodes: int
    types: tuple[int, ...]
    """Places in the problem's types"""
    classes: tuple[int, ...]
    """Places in the problem's loads"""

    @property
    def groups(self) -> int:
        """How many groups of classes there are."""
        return int(self.allowed.shape[1])

    @property
    def by_group(self) -> Floats:
        """(n, 3G): what a replica of each class adds to its group's demand."""
        found = np.zeros((len(self.counts), RESOURCES * self.groups))
        for place, group in enumerate(self.group):
            found[place, RESOURCES * group : RESOURCES * (group + 1)] = self.needs[place]
        return found

    @property
    def limits(self) -> Limits:
        """Quotas and the number of nodes, which types share, then each type's own where it could bind."""
        few = self.max_nodes < _UNLIMITED
        own = np.flatnonzero(self.most < self.counts.sum())
        return Limits(
            takes=np.hstack([self.takes, np.ones((len(self.price), int(few))), np.eye(len(self.price))[:, own]]),
            free=np.concatenate([self.free, [self.max_nodes] * few, self.most[own]]).astype(float),
            shared=len(self.free) + few,
        )

    @property
    def is_limited(self) -> bool:
        """Whether anything but room limits which nodes may be taken."""
        return bool(len(self.free)) or self.max_nodes < _UNLIMITED or bool((self.most < _UNLIMITED).any())


def arrays(problem: Problem) -> Arrays:
    """The arrays of a problem; types that hold no replica, and types that another beats in every way, are left out."""
    classes = [place for place, load in enumerate(problem.loads) if load.count]
    loads = [problem.loads[place] for place in classes]
    needs = np.array([load.need for load in loads], dtype=float).reshape(len(loads), RESOURCES)
    order = sorted(range(len(problem.types)), key=lambda t: _order(problem.types[t]))
    nodes = [problem.types[t] for t in order]
    room = np.array([node.room for node in nodes], dtype=float).reshape(len(nodes), RESOURCES)
    allowed = _allowed(problem, nodes, classes)
    mask = allowed & (needs[None] <= room[:, None] + EPSILON).all(axis=2)
    price = np.array([node.hourly_usd for node in nodes], dtype=float)
    limits = sorted({name for node in nodes for name, _ in node.takes} & problem.free.keys())
    takes = np.array([[dict(node.takes).get(name, 0.0) for name in limits] for node in nodes], dtype=float)
    takes = takes.reshape(len(nodes), len(limits))
    most = np.array([_UNLIMITED if node.most is None else node.most for node in nodes], dtype=np.int64)
    useful = mask.any(axis=1) & (most > 0)
    kept = _kept(room, allowed, takes, most, useful)
    bind = takes[kept].any(axis=0)
    groups, group = _distinct(allowed[kept].T)
    return Arrays(
        needs=needs,
        counts=np.array([load.count for load in loads], dtype=np.int64),
        room=room[kept],
        price=price[kept],
        mask=mask[kept],
        group=group,
        allowed=groups.T,
        takes=takes[kept][:, bind],
        free=np.array([problem.free[name] for name in limits], dtype=float)[bind],
        most=most[kept],
        max_nodes=_UNLIMITED if problem.max_nodes is None else problem.max_nodes,
        types=tuple(order[t] for t in kept),
        classes=tuple(classes),
    )


def useful(problem: Problem) -> Problem:
    """The problem with only the types that an optimum could need."""
    if not problem.types or not any(load.count for load in problem.loads):
        return replace(problem, types=())
    return replace(problem, types=tuple(problem.types[place] for place in sorted(arrays(problem).types)))


def _order(node: NodeType) -> tuple[float, tuple[float, ...], str, str]:
    return (node.hourly_usd, tuple(-room for room in node.room), node.offer.kind.name, node.offer.purchase)


def _allowed(problem: Problem, nodes: list[NodeType], classes: list[int]) -> Bools:
    """(T, n) whether a class may sit on a type, size aside; classes of equal rules are looked up once."""
    rules: dict[frozenset[tuple[str, str]], list[int]] = {}
    for column, place in enumerate(classes):
        rules.setdefault(problem.loads[place].allowed, []).append(column)
    found = np.zeros((len(nodes), len(classes)), dtype=bool)
    for pairs, columns in rules.items():
        rows = [(node.offer.kind.name, node.offer.purchase) in pairs for node in nodes]
        found[:, columns] = np.array(rows, dtype=bool)[:, None]
    return found


def _kept(room: Floats, allowed: Bools, takes: Floats, most: Ints, useful: Bools) -> Ints:
    """Places of the types, cheapest first, that none before beats in room, for any class, at no more of any limit."""
    patterns, pattern = _distinct(allowed)
    covers = np.logical_not((patterns[None] & ~patterns[:, None]).any(axis=2)).reshape(len(patterns), -1)
    left = np.flatnonzero(useful)
    kept: list[int] = []
    while len(left):
        first, left = left[0], left[1:]
        kept.append(int(first))
        if most[first] >= _UNLIMITED:
            beaten = (
                (room[left] <= room[first] + EPSILON).all(axis=1)
                & covers[pattern[first], pattern[left]]
                & (takes[left] >= takes[first] - EPSILON).all(axis=1)
            )
            left = left[~beaten]
    return np.array(kept, dtype=np.int64)


def _distinct(rows: Bools) -> tuple[Bools, Ints]:
    """The different rows in order, and which of them each row is; `numpy.unique` takes ten times as long."""
    keys = [row.tobytes() for row in rows]
    order = {key: place for place, key in enumerate(sorted(set(keys)))}
    index = np.array([order[key] for key in keys], dtype=np.int64)
    found = np.frombuffer(b"".join(order), dtype=bool).reshape(len(order), rows.shape[1])
    return found, index
