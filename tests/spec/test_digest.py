"""A spec's fingerprint: of its values, nothing else."""

import pytest

from fleet.spec import parse_spec, spec_sha256

BASE = """\
version: 1
name: a
region: us-east-1
budget: {monthly_usd: 100}
workloads:
  - {name: w, kind: service, replicas: 1, per_replica: {vcpus: 2, memory_gib: 4}}
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BASE + "# a comment\n", id="comment"),
        pytest.param(BASE.replace("version: 1\nname: a", "name: a\nversion: 1"), id="order of keys"),
        pytest.param(BASE.replace("vcpus: 2", "vcpus: 2.0"), id="2 and 2.0"),
        pytest.param(BASE.replace("monthly_usd: 100", "monthly_usd: 100.00"), id="100 and 100.00 USD"),
        pytest.param(BASE + "planner: {time_limit_seconds: 30}\n", id="a default spelled out"),
        pytest.param(BASE.replace("name: a", 'name: "a"'), id="quotes"),
    ],
)
def test_same_values_same_fingerprint(text) -> None:
    assert spec_sha256(parse_spec(text)) == spec_sha256(parse_spec(BASE))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BASE.replace("replicas: 1", "replicas: 2"), id="number"),
        pytest.param(BASE.replace("us-east-1", "us-east-2"), id="region"),
        pytest.param(BASE.replace("monthly_usd: 100", "monthly_usd: 100.01"), id="a cent"),
        pytest.param(BASE + "planner: {time_limit_seconds: 31}\n", id="option"),
    ],
)
def test_other_values_other_fingerprint(text) -> None:
    assert spec_sha256(parse_spec(text)) != spec_sha256(parse_spec(BASE))
