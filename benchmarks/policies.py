"""Times the pack in process: 1,000 resources x all rules, and the import of its server."""

import subprocess
import sys
import time
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


def main() -> None:
    """Print the times."""
    catalog, program = Catalog.load(), stack(1000)
    known, settings = rules(), read_settings({}, rules())
    for turn in ("first", "warm"):
        started = time.perf_counter()
        estimate(program, catalog, today=_TODAY)
        priced = time.perf_counter()
        analyze(Scene(program, Given(today=_TODAY, catalog=catalog)), known, settings)
        print(f"{turn}: estimate {priced - started:.3f} s, all rules {time.perf_counter() - priced:.3f} s")
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import fleet_policies.server"], check=True)
    print(f"process with the pack's imports {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
