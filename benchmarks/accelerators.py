"""Request mix: continuous shares against a plain slice-and-assign ILP, on the same synthetic problem.

    python benchmarks/accelerators.py [--buckets 100] [--kinds 8] [--slices 8] [--seed 1] [--seconds 60]

The plain ILP cuts each bucket into equal slices and assigns every slice to one kind with a binary variable, as the
Melange paper does; both models buy whole instances, both run in HiGHS on one thread. Every continuous plan can be
cheaper than a sliced one and never dearer at the optimum. Prints cost, bound and time of each, and the ratio of times.
The plain ILP stops at `--seconds`; its cost and bound are then what it had found.
"""

import argparse
import random
import time
from dataclasses import dataclass

from fleet.planner.accelerators.inference import MIX_GAP
from fleet.planner.accelerators.serving import Bucket, Demand, Option, Problem, Serving, serve
from fleet.planner.milp import Limits, Program, Solution, solve

_SERVABLE = 0.9
"""Share of the pairs of bucket and kind that work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A synthetic mix: dollars an hour and accelerators of each kind, accelerators that each bucket needs of each."""

    prices: list[float]
    sizes: list[int]
    load: list[list[float]]


def synthetic(buckets: int, kinds: int, seed: int) -> Mix:
    """Kinds that are dearer and faster, with buckets that suit them differently; some pairs do not work at all."""
    draw = random.Random(seed)
    sizes = [draw.choice((1, 2, 4, 8)) for _ in range(kinds)]
    speeds = [draw.uniform(1, 8) for _ in range(kinds)]
    prices = [round(size * speed * draw.uniform(0.8, 1.2), 3) for size, speed in zip(sizes, speeds, strict=True)]
    load = []
    for _ in range(buckets):
        demand = draw.lognormvariate(0, 1)
        row = [demand / (speed * draw.lognormvariate(0, 0.4)) for speed in speeds]
        load.append([amount if draw.random() < _SERVABLE or index == 0 else 0.0 for index, amount in enumerate(row)])
    return Mix(prices=prices, sizes=sizes, load=load)


def continuous(mix: Mix) -> Serving:
    """The model of the planner."""
    options = [
        Option(type_name=f"t{k}", kind=f"k{k}", usd=price, capacity=size)
        for k, (price, size) in enumerate(zip(mix.prices, mix.sizes, strict=True))
    ]
    buckets = [Bucket(load={f"k{k}": load for k, load in enumerate(row) if load > 0}) for row in mix.load]
    return serve(Problem(options=options, demand=Demand(buckets=buckets)), Limits(relative_gap=MIX_GAP))


def sliced(mix: Mix, slices: int, seconds: float) -> Solution:
    """The plain ILP: one binary variable for each slice and kind."""
    program = Program()
    counts = [program.column(price) for price in mix.prices]
    rows = [{count: -float(size)} for count, size in zip(counts, mix.sizes, strict=True)]
    for bucket in mix.load:
        for _ in range(slices):
            columns = {k: program.column(0.0, high=1.0) for k, load in enumerate(bucket) if load > 0}
            program.row(dict.fromkeys(columns.values(), 1.0), low=1.0, high=1.0)
            for k, column in columns.items():
                rows[k][column] = bucket[k] / slices
    for row in rows:
        program.row(row, high=0.0)
    return solve(program, Limits(relative_gap=MIX_GAP, nodes=10**9, seconds=seconds))


def main() -> None:
    """Solve both, print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buckets", type=int, default=100)
    parser.add_argument("--kinds", type=int, default=8)
    parser.add_argument("--slices", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    mix = synthetic(options.buckets, options.kinds, options.seed)
    continuous(synthetic(2, 2, 0))  # load the solver before the clock starts
    started = time.perf_counter()
    ours = continuous(mix).solution
    middle = time.perf_counter()
    plain = sliced(mix, options.slices, options.seconds)
    ended = time.perf_counter()
    print(f"{options.buckets} buckets x {options.kinds} kinds, seed {options.seed}")
    for name, found, took in (("continuous", ours, middle - started), ("slices", plain, ended - middle)):
        print(f"{name:>10}: {found.cost:10.4f} $/h, bound {found.bound:10.4f}, gap {found.gap:7.4%}, {took:7.3f} s")
    print(f"ratio of times: {(ended - middle) / (middle - started):.0f}; ratio of costs: {ours.cost / plain.cost:.5f}")


if __name__ == "__main__":
    main()
