from collections.abc import Callable

import pytest

from fleet.errors import SpecError
from fleet.spec import Known, parse_spec

KNOWN = Known(
    regions={"us-east-1": 6, "us-east-2": 3, "us-west-1": 2},
    instance_types=frozenset({"c8g.large", "m7g.large", "m9g.4xlarge"}),
    families=frozenset({"c8g", "m7g", "m9g", "t2", "t3"}),
    accelerators=frozenset({"h100", "h200", "inferentia2", "l4", "l40s", "rtx-pro-6000"}),
    chips=frozenset({"m1", "m2", "m4"}),
    quota_codes=frozenset({"L-1216C47A", "L-5D8DADF5"}),
    categories=frozenset({"c", "m", "r"}),
)

HEAD = "version: 1\nname: studio\nregion: us-east-1\n"

WORKLOADS = {
    "service": "{name: w, kind: service, replicas: 1, per_replica: {vcpus: 1, memory_gib: 1}",
    "batch": "{name: w, kind: batch, vcpu_hours: 1, runs_per_month: 1, memory_gib_per_vcpu: 1, deadline_hours: 1",
    "training": "{name: w, kind: training, accelerator_stacks: [cuda], deadline_days: 1",
    "inference": "{name: w, kind: inference, accelerator_stacks: [cuda], model_memory_gib: 1",
    "rendering": "{name: w, kind: rendering, streams: 1, streams_per_accelerator: {l4: 1}",
    "apple_builds": "{name: w, kind: apple_builds, platforms: [ios], minutes_per_build: 1",
}


@pytest.fixture
def known() -> Known:
    return KNOWN


@pytest.fixture
def problems() -> Callable[[str], list[str]]:
    """Problems of a text, as lines; none when it is a good spec."""

    def find(text: str, known: Known | None = KNOWN) -> list[str]:
        try:
            parse_spec(text, "fleet.yaml", known)
        except SpecError as error:
            return [str(problem) for problem in error.problems]
        return []

    return find


@pytest.fixture
def with_workload() -> Callable[[str, str], str]:
    """A spec with one workload of a kind and more of its fields; it starts in line 5, column 5."""

    def write(kind: str, more: str = "", top: str = "") -> str:
        return f"{HEAD}workloads:\n  - {WORKLOADS[kind]}{', ' if more else ''}{more}}}\n{top}"

    return write


@pytest.fixture
def with_top() -> Callable[[str], str]:
    """A spec without workloads and with a line of its own: line 5."""

    def write(line: str) -> str:
        return f"{HEAD}workloads: []\n{line}\n"

    return write
