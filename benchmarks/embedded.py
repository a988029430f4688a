"""Times the embedded preview: whole processes, programs of 10, 200 and 1,000 resources, without and with a pack.

    python benchmarks/embedded.py [--runs 5] [--pack policies]

The fastest and the median run count; other work on the machine only adds. Set against `time pulumi preview` of the
same program, which this script can leave behind with `--keep FOLDER`.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = """\
import pulumi_aws as aws

network = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16")
for number in range({count} - 1):
    {resource}
"""
RESOURCES = {
    "small": 'aws.ec2.Eip(f"address-{number}", tags={"number": str(number)})',
    "large": (
        'aws.ec2.Instance(f"web-{number}", instance_type="m7g.large", ami="ami-1", subnet_id=network.id, '
        'tags={"number": str(number)}, ebs_block_devices=[{"device_name": "/dev/sdb", "volume_size": 10}])'
    ),
}
ONE_RUN = """\
import json, sys, time
started = time.perf_counter()
from pathlib import Path
from fleet.engine.embedded import run_program
stack = run_program(Path(sys.argv[1])).stack
program = time.perf_counter() - started
if len(sys.argv) > 2:
    from fleet.engine.packs import run_pack
    run_pack(Path(sys.argv[2]), Path(sys.argv[1]), stack)
print(json.dumps({"resources": len(stack.resources), "program": program, "total": time.perf_counter() - started}))
"""


def main() -> None:
    """Print a table of times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    print("| resources | kind | program, fastest | median | with the pack, fastest | median |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        for kind, resource in RESOURCES.items():
            for count in (10, 200, 1000):
                folder = write_program(arguments.keep or Path(scratch), kind, resource, count)
                print(row(kind, count, [one_run(folder, arguments.pack) for _ in range(arguments.runs)]))


def write_program(parent: Path, kind: str, resource: str, count: int) -> Path:
    """A program of so many resources."""
    folder = parent / f"{kind}-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: {kind}\nruntime: python\nconfig: {{'aws:region': us-east-1}}\n")
    (folder / "__main__.py").write_text(PROGRAM.format(count=count, resource=resource))
    return folder


def one_run(folder: Path, pack: Path | None) -> dict[str, float]:
    """Seconds of one run in a new process, the time that Python itself takes to start left out."""
    command = [sys.executable, "-c", ONE_RUN, str(folder), *([str(pack)] if pack else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds: dict[str, float] = json.loads(done.stdout)
    return seconds


def row(kind: str, count: int, runs: list[dict[str, float]]) -> str:
    """One line of the table."""
    choices = (min, statistics.median)
    cells = [f"{choose(run[what] for run in runs):.2f} s" for what in ("program", "total") for choose in choices]
    return f"| {count} | {kind} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
