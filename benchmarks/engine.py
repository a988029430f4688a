"""How long a preview takes: the real CLI without a pack, with an empty one and with ours, and the embedded preview.

Run: `python benchmarks/engine.py [--resources 10 200 1000] [--runs 3]`. Needs a Pulumi CLI (`fleet doctor --build`).
The program and the simulated provider are those of the engine tests. Rounds go through all cases in turn, so that what
else the machine does falls on all of them; printed are medians of wall time and of processor time (this process and all
that it started; it is the steadier one on a machine that is shared), in seconds, and ratios of them.

`empty` is a pack of one rule that finds nothing, written with Pulumi's own SDK: what any Python pack costs the engine,
which calls it twice for each resource. `as shipped` is the CLI with a runner like Pulumi's own: the program turns the
garbage collector, which our runner has turned off, on again. The embedded preview is set against that, with our pack.
"""

import argparse
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fleet.catalog import Catalog
from fleet.engine.model import PolicyPack
from fleet.engine.real import obtain_cli, preview_with_cli
from fleet.preview import Request, preview_embedded

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "tests" / "engine" / "programs" / "generated"
PACK = PolicyPack(folder=ROOT / "policies")
EMPTY_PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy

finds_nothing = StackValidationPolicy(
    name="finds-nothing", description="Finds nothing.", validate=lambda args, report: None
)
PolicyPack(name="empty", enforcement_level=EnforcementLevel.ADVISORY, policies=[finds_nothing])
"""
COLUMNS = ("resources", "time", "no pack", "empty", "ours", "as shipped", "and ours", "embedded")
RATIOS = ("empty adds", "ours adds", "of empty", "as shipped", "embedded of as shipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Seconds that one preview took."""

    wall: float
    processor: float


def main() -> None:
    """Time each case for each size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, nargs="+", default=[10, 200, 1000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    os.environ["FLEET_TODAY"] = "2026-12-01"
    print(" ".join(f"{column:>10}" for column in (*COLUMNS, *RATIOS)))
    with tempfile.TemporaryDirectory() as scratch:
        shipped, empty = _collecting_program(Path(scratch)), _empty_pack(Path(scratch))
        for resources in options.resources:
            taken = _medians(_cases(resources, shipped, empty), options.runs)
            for kind in ("wall", "processor"):
                print(_row(resources, kind, {case: getattr(one, kind) for case, one in taken.items()}), flush=True)


def _collecting_program(scratch: Path) -> Path:
    """The same program, with the garbage collector on as it is in Pulumi's own runner."""
    folder = scratch / "generated"
    shutil.copytree(PROGRAM, folder, ignore=shutil.ignore_patterns("__pycache__"))
    main_file = folder / "__main__.py"
    main_file.write_text(f"import gc\n\ngc.enable()\n{main_file.read_text()}")
    return folder


def _empty_pack(scratch: Path) -> PolicyPack:
    folder = scratch / "empty"
    folder.mkdir()
    runtime = f"runtime:\n  name: python\n  options:\n    virtualenv: {sys.prefix}\n"
    (folder / "PulumiPolicy.yaml").write_text(f"description: Finds nothing.\n{runtime}")
    (folder / "__main__.py").write_text(EMPTY_PACK)
    return PolicyPack(folder=folder)


def _cases(resources: int, shipped: Path, empty: PolicyPack) -> Mapping[str, Callable[[], object]]:
    cli, catalog = obtain_cli(dict(os.environ), print), Catalog.load()
    config = {"generated:resources": str(resources)}

    def real(program: Path, *packs: PolicyPack) -> Callable[[], object]:
        return lambda: preview_with_cli(
            program, cli=cli, packs=packs, config=config, simulated_aws=True, throw_away=True, say=_silent
        )

    request = Request(
        folder=PROGRAM,
        catalog=catalog,
        today=date(2026, 12, 1),
        tool_version="",
        packs=[PACK],
        config=config,
        say=_silent,
    )
    return {
        "none": real(PROGRAM),
        "empty": real(PROGRAM, empty),
        "ours": real(PROGRAM, PACK),
        "shipped": real(shipped),
        "shipped and ours": real(shipped, PACK),
        "embedded": lambda: preview_embedded(request),
    }


def _medians(cases: Mapping[str, Callable[[], object]], runs: int) -> Mapping[str, Taken]:
    rounds = [{case: _taken(action) for case, action in cases.items()} for _ in range(runs)]
    return {
        case: Taken(
            wall=statistics.median(one[case].wall for one in rounds),
            processor=statistics.median(one[case].processor for one in rounds),
        )
        for case in cases
    }


def _taken(action: Callable[[], object]) -> Taken:
    wall, processor = time.perf_counter(), _processor()
    action()
    return Taken(wall=time.perf_counter() - wall, processor=_processor() - processor)


def _processor() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _row(resources: int, kind: str, seconds: Mapping[str, float]) -> str:
    ratios = (
        f"{seconds['empty'] / seconds['none'] - 1:+.0%}",
        f"{seconds['ours'] / seconds['none'] - 1:+.0%}",
        f"{seconds['ours'] / seconds['empty']:.2f}",
        f"{seconds['shipped and ours'] / seconds['shipped'] - 1:+.0%}",
        f"{seconds['embedded'] / seconds['shipped and ours']:.2f}",
    )
    cells = (str(resources), kind, *(f"{value:.2f}" for value in seconds.values()), *ratios)
    return " ".join(f"{cell:>10}" for cell in cells)


def _silent(_line: str) -> None:
    """Notices are not what is measured."""


if __name__ == "__main__":
    main()
