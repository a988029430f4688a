"""Bounds under limits, held against the true optimum of problems small enough to try everything."""

from dataclasses import replace
from functools import cache
from itertools import product
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.planner.candidates import Offer
from fleet.planner.packing import Load, NodeType, Problem, counting, pack, proved_usd

REGION = "us-east-1"
QUOTA = "vcpus"
NAMES = ("m6i.large", "m7g.xlarge", "r6g.large")
CATALOG = Catalog.load()
EVERY = frozenset((name, "on_demand") for name in NAMES)


def node(name, room, price, takes, most):
    kind, usd = CATALOG.types[name], CATALOG.on_demand(name, REGION)
    assert isinstance(usd, Price)
    offer = Offer(kind=kind, region=REGION, purchase="on_demand", price=usd, zones=(f"{REGION}a",))
    vcpus, memory = room
    room = (float(vcpus), float(memory), 6.0)
    return NodeType(
        offer=offer, room=room, hourly_usd=price, takes=((QUOTA, float(takes)),) if takes else (), most=most
    )


@st.composite
def problems(draw):
    types = tuple(
        node(
            name,
            (draw(st.integers(2, 8)), draw(st.integers(2, 12))),
            draw(st.integers(10, 60)) / 10,
            draw(st.integers(0, 4)),
            draw(st.one_of(st.none(), st.integers(1, 4))),
        )
        for name in NAMES
    )
    loads = tuple(
        Load(
            workload=f"w{number}",
            need=(draw(st.integers(1, 4)) / 1.0, draw(st.integers(1, 6)) / 1.0, 1.0),
            count=draw(st.integers(1, 5)),
            allowed=draw(st.sampled_from((EVERY, EVERY - {(NAMES[0], "on_demand")}))),
        )
        for number in range(draw(st.integers(1, 2)))
    )
    free = {QUOTA: float(draw(st.integers(0, 16)))}
    return Problem(loads=loads, types=types, free=free, max_nodes=draw(st.integers(1, 8)), target=0.0)


def mixes(problem, kind):
    """Every mix that a node of the type holds."""
    ranges = [range(load.count + 1 if kind.may_hold(load) else 1) for load in problem.loads]
    for mix in product(*ranges):
        used = [sum(load.need[r] * n for load, n in zip(problem.loads, mix, strict=True)) for r in range(3)]
        if any(mix) and all(use <= room for use, room in zip(used, kind.room, strict=True)):
            yield mix


def least_usd(problem):
    """The optimum, by trying every mix on every type as often as limits leave; infinite where there is none."""
    every = [tuple(mixes(problem, kind)) for kind in problem.types]
    takes = [dict(kind.takes).get(QUOTA, 0.0) for kind in problem.types]

    @cache
    def best(place, left, free, nodes, most):
        if not any(left):
            return 0.0
        if place == len(problem.types):
            return float("inf")
        kind = problem.types[place]
        after = problem.types[place + 1].most if place + 1 < len(problem.types) else None
        found = best(place + 1, left, free, nodes, after)
        if nodes and free >= takes[place] and most != 0:
            fewer = None if most is None else most - 1
            for mix in every[place]:
                if all(n <= have for n, have in zip(mix, left, strict=True)):
                    rest = tuple(have - n for have, n in zip(left, mix, strict=True))
                    found = min(found, kind.hourly_usd + best(place, rest, free - takes[place], nodes - 1, fewer))
        return found

    counts = tuple(load.count for load in problem.loads)
    nodes = sum(counts) if problem.max_nodes is None else problem.max_nodes
    return best(0, counts, problem.free.get(QUOTA, 1e9), nodes, problem.types[0].most)


@pytest.mark.parametrize("placed", [0, 1_500])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(problem=problems())
def test_no_bound_exceeds_the_optimum_and_no_packing_beats_it(placed, problem):
    """Whether whole nodes are counted with replicas in their places, as where these are few, or without."""
    with mock.patch.object(counting, "_PLACED", placed):
        optimum, packing = least_usd(problem), pack(problem)
        proved = proved_usd(problem, float("inf"))

    assert packing.bound_usd <= optimum + 1e-7
    assert proved <= optimum + 1e-7
    if packing.columns:
        assert packing.hourly_usd >= optimum - 1e-7
        assert packing.status != "optimal" or packing.hourly_usd <= optimum * (1 + 1e-6) + 1e-9


def test_a_limit_that_no_useful_type_takes_is_no_limit():
    """One of two equal types counts against the quota, the other serves as well; what forbids a packing is `most`."""
    free, counted = node(NAMES[0], (2, 2), 1.0, 0, None), node(NAMES[2], (2, 2), 1.0, 1, None)
    large = node(NAMES[1], (3, 2), 1.0, 0, 1)
    loads = tuple(
        Load(workload=f"w{vcpus}", need=(vcpus, 1.0, 1.0), count=count, allowed=EVERY)
        for vcpus, count in ((3.0, 2), (1.0, 1))
    )
    problem = Problem(loads=loads, types=(counted, large, free), free={QUOTA: 0.0}, max_nodes=5)

    assert pack(problem).status == "infeasible"
    assert pack(replace(problem, types=(counted, replace(large, most=2), free))).hourly_usd == 3.0
