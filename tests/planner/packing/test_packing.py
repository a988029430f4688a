"""What the packing core promises on random problems over real types, checked by adding everything up anew."""

import random

import pytest

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.planner.candidates import Offer
from fleet.planner.packing import Load, NodeType, Problem, pack

QUOTA = "us-east-1:vcpus"


@pytest.fixture(scope="module")
def nodes():
    catalog, found = Catalog.load(), []
    for kind in catalog.types.values():
        price = catalog.on_demand(kind.name, "us-east-1")
        if kind.category in {"c", "m", "r"} and kind.generation == 7 and kind.vcpus <= 64 and isinstance(price, Price):
            offer = Offer(kind=kind, region="us-east-1", purchase="on_demand", price=price, zones=("us-east-1a",))
            room = (float(kind.vcpus), kind.memory_gib, float(kind.max_pods))
            found.append(
                NodeType(
                    offer=offer, room=room, hourly_usd=float(price.usd), takes=((QUOTA, float(kind.vcpus)),), most=3
                )
            )
    return tuple(found)


def asked(nodes, seed, **limits):
    source = random.Random(seed)
    names = frozenset((node.offer.kind.name, "on_demand") for node in nodes)
    x86 = frozenset((n.offer.kind.name, "on_demand") for n in nodes if n.offer.kind.architecture == "x86_64")
    loads = tuple(
        Load(
            workload=f"w{number}",
            need=(source.randint(1, 40) / 10, source.randint(2, 200) / 10, 1.0),
            count=source.randint(0, 40),
            allowed=source.choice((names, x86)),
        )
        for number in range(8)
    )
    return Problem(loads=loads, types=nodes, free=limits.pop("free", {}), **limits)


def rows(problem, packing):
    for column, count in packing.columns:
        yield problem.types[column.type], column.mix, count


@pytest.mark.parametrize("seed", range(6))
def test_every_replica_is_placed_once_where_it_may_sit_and_no_limit_is_passed(nodes, seed):
    problem = asked(nodes, seed, free={QUOTA: 700.0}, max_nodes=30)
    packing = pack(problem)

    assert packing.columns
    placed, used, vcpus = [0] * len(problem.loads), {}, 0.0
    for node, mix, count in rows(problem, packing):
        for resource, room in enumerate(node.room):
            assert sum(ld.need[resource] * m for ld, m in zip(problem.loads, mix, strict=True)) <= room + 1e-6
        assert all(node.may_hold(load) for load, many in zip(problem.loads, mix, strict=True) if many)
        placed = [have + many * count for have, many in zip(placed, mix, strict=True)]
        used[node.offer.kind.name] = used.get(node.offer.kind.name, 0) + count
        vcpus += node.offer.kind.vcpus * count
    assert placed == [load.count for load in problem.loads]
    assert max(used.values()) <= 3
    assert sum(used.values()) <= 30
    assert vcpus <= 700


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_lies_below_the_cost_and_a_limit_never_lowers_either(nodes, seed):
    free, tight = pack(asked(nodes, seed)), pack(asked(nodes, seed, max_nodes=12))

    assert free.bound_usd <= free.hourly_usd
    if tight.columns:
        assert tight.hourly_usd >= free.bound_usd - 1e-9


def test_the_same_problem_gives_the_same_nodes(nodes):
    assert pack(asked(nodes, 3)) == pack(asked(nodes, 3))
