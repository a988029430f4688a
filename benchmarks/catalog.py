"""How long the catalog takes: loading it, filtering all types, and a whole `fleet catalog query` process.

    python benchmarks/catalog.py            # table; exit 1 when a promise is broken

Each is the best of several runs, in milliseconds, against the promise of docs/catalog.md. The process is timed from
the outside, interpreter start included.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.query import Filters, query, select

RUNS = 5
FILTERS = Filters(architectures=("arm64",), categories=("c", "m", "r"), min_vcpus=8, min_memory_gib=16)
PRICED = Filters(architectures=("arm64",), min_vcpus=8, max_price=Decimal(1))
COMMAND = [sys.executable, "-m", "fleet", "catalog", "query", "--architecture", "arm64", "--sort", "coremark/usd"]


def best(work: Callable[[], object]) -> float:
    """Milliseconds of the quickest of several runs."""
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found) * 1000


def process() -> None:
    """One whole command, as a user runs it."""
    subprocess.run(COMMAND, check=True, capture_output=True)


def main() -> int:
    """Print each figure beside its promise; the exit code."""
    catalog = Catalog.load()
    query(catalog, PRICED)
    figures = [
        ("load the shipped snapshot", best(Catalog.load), 100),
        ("filter all types", best(lambda: select(catalog, FILTERS)), 10),
        ("query with prices, sorted", best(lambda: query(catalog, PRICED, sort="coremark/usd")), 10),
        ("fleet catalog query, whole process", best(process), 600),
    ]
    for what, found, promise in figures:
        print(f"{what:36} {found:8.1f} ms   promised {promise} ms   {'ok' if found < promise else 'BROKEN'}")
    return 0 if all(found < promise for _, found, promise in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
