"""How long a preview takes: the real CLI without and with the policy pack, and the embedded engine with it.

Run: `python benchmarks/engine.py [--resources 10 200 1000] [--runs 3]`. Needs a Pulumi CLI (`fleet doctor --build`).
Prints medians of wall time in seconds. The program and the simulated provider are those of the engine tests.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from fleet.catalog import Catalog
from fleet.engine.embedded import catalog_answers, run_program
from fleet.engine.model import PolicyPack
from fleet.engine.packs import run_packs
from fleet.engine.real import obtain_cli, preview_with_cli

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "tests" / "engine" / "programs" / "generated"
PACKS = [PolicyPack(folder=ROOT / "policies")]


def main() -> None:
    """Time all three for each size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, nargs="+", default=[10, 200, 1000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    os.environ["FLEET_TODAY"] = "2026-12-01"
    cli = obtain_cli(dict(os.environ), print)
    answers = catalog_answers(Catalog.load())
    print(f"{'resources':>9} {'CLI':>8} {'CLI+pack':>9} {'pack':>7} {'embedded+pack':>14} {'of CLI':>7}")
    for resources in options.resources:
        config = {"generated:resources": str(resources)}

        def real(packs: list[PolicyPack], config: dict[str, str] = config) -> None:
            preview_with_cli(
                PROGRAM, cli=cli, packs=packs, config=config, simulated_aws=True, throw_away=True, say=_silent
            )

        def embedded(config: dict[str, str] = config) -> None:
            run_packs(PACKS, PROGRAM, run_program(PROGRAM, config=config, answers=answers).stack)

        plain = _median(lambda: real([]), options.runs)
        packed = _median(lambda: real(PACKS), options.runs)
        inside = _median(embedded, options.runs)
        added = packed / plain - 1
        print(f"{resources:>9} {plain:>8.2f} {packed:>9.2f} {added:>+7.0%} {inside:>14.2f} {inside / packed:>7.2f}")


def _median(action: Callable[[], None], runs: int) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _silent(_line: str) -> None:
    """Notices are not what is measured."""


if __name__ == "__main__":
    main()
