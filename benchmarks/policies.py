"""Times the pack in process: 1,000 resources x all rules, and the import of its server.

python benchmarks/policies.py           # exit 1 when a promise is broken
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.cost import estimate
from fleet.stack.model import Resource, Stack

_TYPES = ("m7g.large", "m5.2xlarge", "c7i.xlarge", "g6e.2xlarge", "t3.large", "r8g.4xlarge")
_KIND = "aws:ec2/instance:Instance"
_TODAY = date(2026, 12, 1)
_RUNS = 3
_RULES, _IMPORT = 0.5, 0.7
"""Promises in seconds; the estimate is a part of all rules and has none of its own."""


def stack(size: int) -> Stack:
    """Instances of six types with tags and a volume each."""
    made = tuple(
        Resource(
            urn=f"urn:pulumi:dev::p::{_KIND}::web{i}",
            type=_KIND,
            name=f"web{i}",
            inputs={
                "instanceType": _TYPES[i % len(_TYPES)],
                "ami": "ami-1",
                "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 50},
                "tags": {"fleet:kind": "service", "environment": "production"},
            },
        )
        for i in range(size)
    )
    return Stack(project="p", name="dev", resources=made, config={"aws:region": "us-east-1"})


def best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs."""
    found = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def imported() -> None:
    """A process of its own, as the engine starts it."""
    subprocess.run([sys.executable, "-c", "import fleet_policies.server"], check=True)


def main() -> int:
    """Print each time beside its promise; the exit code."""
    catalog, program = Catalog.load(), stack(1000)
    known, settings = rules(), read_settings({}, rules())
    figures = [
        ("estimate of 1,000 resources", best(lambda: estimate(program, catalog, today=_TODAY)), _RULES),
        (
            "all rules on 1,000 resources",
            best(lambda: analyze(Scene(program, Given(today=_TODAY, catalog=catalog)), known, settings)),
            _RULES,
        ),
        ("a process that imports the pack's server", best(imported), _IMPORT),
    ]
    for what, found, promise in figures:
        print(f"{what:42} {found:6.3f} s   promised {promise} s   {'ok' if found < promise else 'BROKEN'}")
    return 0 if all(found < promise for _, found, promise in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
