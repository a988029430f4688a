"""Request mix: continuous shares against a plain slice-and-assign ILP, on the same synthetic problems.

    python benchmarks/accelerators.py [--buckets 100] [--kinds 4 8] [--slices 8] [--seeds 1 2 3] [--seconds 20]

The plain ILP cuts each bucket into equal slices and assigns every slice to one kind with a binary variable, as the
Melange paper does. Both models buy whole instances, and both run in HiGHS on one thread, with the same options and the
same gap at which to stop. Every sliced plan is a continuous one, so that the optimum with shares is never dearer.
The plain ILP stops at `--seconds`; its cost and gap are then what it had found, and the ratio is a lower bound.
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass

from fleet.planner.accelerators.inference import MIX_GAP
from fleet.planner.accelerators.serving import Bucket, Demand, Option, Problem, Serving, serve
from fleet.planner.milp import Limits, Program, Solution, solve

PROMISED_GAP = 0.001

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """One mix solved both ways; seconds of the processor, as both solve on one thread."""

    name: str
    ours: Solution
    ours_seconds: float
    plain: Solution
    plain_seconds: float

    @property
    def ratio(self) -> str:
        """How many times as long the plain ILP takes; at least so many where it was stopped."""
        return f"{'>' if self.plain.status == 'timed_out' else ''}{self.plain_seconds / self.ours_seconds:.0f}"

    @property
    def broken(self) -> list[str]:
        """Promises that this mix breaks."""
        found = []
        if self.ours.gap > PROMISED_GAP:
            found.append(f"{self.name}: gap {self.ours.gap:.4%}, promised {PROMISED_GAP:.1%}")
        if self.plain.values and self.ours.cost > self.plain.cost * (1 + MIX_GAP):
            found.append(f"{self.name}: {self.ours.cost:.4f} $/h, the plain ILP found {self.plain.cost:.4f}")
        return found


def duel(buckets: int, kinds: int, seed: int, slices: int, seconds: float) -> Duel:
    """Both models on one mix, building included."""
    mix = synthetic(buckets, kinds, seed)
    started = time.process_time()
    ours = continuous(mix).solution
    middle = time.process_time()
    plain = sliced(mix, slices, seconds)
    ended = time.process_time()
    return Duel(
        name=f"{buckets} buckets x {kinds} kinds, seed {seed}",
        ours=ours,
        ours_seconds=middle - started,
        plain=plain,
        plain_seconds=ended - middle,
    )


def main() -> int:
    """Solve both, print both; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buckets", type=int, default=100)
    parser.add_argument("--kinds", type=int, nargs="+", default=[4, 8])
    parser.add_argument("--slices", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    continuous(synthetic(2, 2, 0))  # load the solver before the clock starts
    print(f"{'mix':<32} {'$/h':>9} {'gap':>8} {'s':>6} {'slices $/h':>11} {'gap':>8} {'s':>7} {'times as long':>14}")
    broken: list[str] = []
    for kinds in options.kinds:
        for seed in options.seeds:
            found = duel(options.buckets, kinds, seed, options.slices, options.seconds)
            ours, plain = found.ours, found.plain
            print(
                f"{found.name:<32} {ours.cost:9.3f} {ours.gap:8.4%} {found.ours_seconds:6.3f} "
                f"{plain.cost:11.3f} {plain.gap:8.4%} {found.plain_seconds:7.2f} {found.ratio:>14}",
                flush=True,
            )
            broken += found.broken
    print("\n".join(broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
