"""How long a preview takes: the real CLI without and with the policy pack, and the embedded preview with it.

Run: `python benchmarks/engine.py [--resources 10 200 1000] [--runs 3]`. Needs a Pulumi CLI (`fleet doctor --build`).
Prints medians of wall time in seconds and the ratios that docs/benchmarks.md speaks of. The program and the simulated
provider are those of the engine tests.

`unmodified` is the CLI with the pack and a runner as Pulumi ships it: the program turns the garbage collector, which
our runner has turned off, on again. The embedded preview is set against that.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from fleet.catalog import Catalog
from fleet.engine.model import PolicyPack
from fleet.engine.real import obtain_cli, preview_with_cli
from fleet.preview import Request, preview_embedded

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "tests" / "engine" / "programs" / "generated"
PACKS = [PolicyPack(folder=ROOT / "policies")]
COLUMNS = ("resources", "CLI", "CLI+pack", "pack adds", "unmodified", "embedded+pack", "of unmodified")


def main() -> None:
    """Time each for each size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, nargs="+", default=[10, 200, 1000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    os.environ["FLEET_TODAY"] = "2026-12-01"
    print(" ".join(f"{column:>14}" for column in COLUMNS))
    with tempfile.TemporaryDirectory() as scratch:
        collecting = _collecting_program(Path(scratch))
        for resources in options.resources:
            print(" ".join(f"{cell:>14}" for cell in _row(resources, options.runs, collecting)), flush=True)


def _collecting_program(scratch: Path) -> Path:
    """The same program, with the garbage collector on as it is in Pulumi's own runner."""
    folder = scratch / "generated"
    shutil.copytree(PROGRAM, folder, ignore=shutil.ignore_patterns("__pycache__"))
    main_file = folder / "__main__.py"
    main_file.write_text(f"import gc\n\ngc.enable()\n{main_file.read_text()}")
    return folder


def _row(resources: int, runs: int, collecting: Path) -> list[str]:
    cli, catalog = obtain_cli(dict(os.environ), print), Catalog.load()
    config = {"generated:resources": str(resources)}

    def real(program: Path, packs: list[PolicyPack]) -> None:
        preview_with_cli(program, cli=cli, packs=packs, config=config, simulated_aws=True, throw_away=True, say=_silent)

    def embedded() -> None:
        today = date(2026, 12, 1)
        preview_embedded(
            Request(
                folder=PROGRAM,
                catalog=catalog,
                today=today,
                tool_version="",
                packs=PACKS,
                config=config,
                say=_silent,
            )
        )

    plain = _median(lambda: real(PROGRAM, []), runs)
    packed = _median(lambda: real(PROGRAM, PACKS), runs)
    unmodified = _median(lambda: real(collecting, PACKS), runs)
    inside = _median(embedded, runs)
    seconds = [f"{value:.2f}" for value in (plain, packed, unmodified, inside)]
    return [
        str(resources),
        seconds[0],
        seconds[1],
        f"{packed / plain - 1:+.0%}",
        seconds[2],
        seconds[3],
        f"{inside / unmodified:.2f}",
    ]


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
