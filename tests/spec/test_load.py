"""Reading fleet.yaml: what is good loads, and everything that is not is said in one go, with its place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fleet.errors import SpecError
from fleet.spec import FleetSpec, load_spec, parse_spec

EXAMPLE = Path(__file__).parents[2] / "fleet.yaml"

FIVE_MISTAKES = """\
version: 1
name: studio
region: us-east-9
workloads:
  - name: web
    kind: service
    replicas: many
    per_replica: {vcpus: 2, memory_gb: 4}
    zone_spread: 9
  - name: web
    kind: batch
    vcpu_hours: 5
    runs_per_month: 5
    memory_gib_per_vcpu: 4
    deadline_hours: 2
"""


def test_example_fleet_has_every_kind() -> None:
    spec = load_spec(EXAMPLE)

    assert {workload.kind for workload in spec.workloads} == {
        "apple_builds",
        "batch",
        "inference",
        "rendering",
        "service",
        "training",
    }
    assert len(spec.workloads) == 8


def test_five_mistakes_are_five_errors_with_line_and_column(problems) -> None:
    found = problems(FIVE_MISTAKES)

    assert [line.split(": ")[0] for line in found] == [
        "fleet.yaml:3:9",
        "fleet.yaml:7:15",
        "fleet.yaml:8:29",
        "fleet.yaml:9:18",
        "fleet.yaml:10:11",
    ]
    assert "did you mean 'memory_gib'?" in found[2]
    assert "found the text 'many', allowed a whole number from 0 to 10,000,000" in found[1]
    assert "found the number 9, allowed a whole number from 1 to 6" in found[3]
    assert "found 'web', allowed names that differ" in found[4]


def test_no_words_of_the_validator_reach_the_user(problems) -> None:
    text = "\n".join(problems(FIVE_MISTAKES))

    for word in ("pydantic", "type=", "input_value", "Input should", "union", "Value error"):
        assert word not in text


def test_values_keep_their_meaning() -> None:
    spec = parse_spec(
        "version: 1\nname: a\nregion: us-east-1\nbudget: {monthly_usd: 0.1}\nworkloads:\n"
        "  - &t {name: t, kind: training, accelerator_stacks: [cuda], accelerators: 8, deadline_days: 2,\n"
        "     start: 2026-12-07}\n"
        "  - {<<: *t, name: u, start: '2026-12-07'}\n"
    )

    assert spec.budget.monthly_usd == Decimal("0.1")
    assert [workload.start for workload in spec.workloads] == [date(2026, 12, 7)] * 2  # type: ignore[union-attr]  # both are training


def test_aliases_and_merge_keys_are_followed() -> None:
    spec = parse_spec(
        "version: 1\nname: a\nregion: us-east-1\nworkloads:\n"
        "  - &base {name: x, kind: service, replicas: 1, per_replica: &r {vcpus: 1, memory_gib: 2}}\n"
        "  - {<<: *base, name: y, replicas: 5}\n"
        "  - {name: z, kind: service, replicas: 3, per_replica: *r}\n"
    )

    assert [(w.name, w.replicas, w.per_replica.memory_gib) for w in spec.workloads] == [  # type: ignore[union-attr]  # services
        ("x", 1, 2),
        ("y", 5, 2),
        ("z", 3, 2),
    ]


def test_a_mistake_in_a_merged_mapping_points_at_where_it_is_written(problems) -> None:
    found = problems(
        "version: 1\nname: a\nregion: us-east-1\nworkloads:\n"
        "  - &base {name: x, kind: service, replicas: -1, per_replica: {vcpus: 1, memory_gib: 2}}\n"
        "  - {<<: *base, name: y}\n"
    )

    assert [line.split(": ")[0] for line in found] == ["fleet.yaml:5:46", "fleet.yaml:5:46"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param("", "1:1", "is empty", id="empty"),
        pytest.param("# nothing\n", "1:1", "is empty", id="comments only"),
        pytest.param("- 1\n- 2\n", "1:1", "found a list of 2, allowed a mapping", id="list"),
        pytest.param("hello", "1:1", "found a single value", id="scalar"),
        pytest.param("a: [1,\nb: 2", "2:5", "is not YAML", id="unclosed list"),
        pytest.param("a: 1\n\tb: 2", "2:1", "indent with spaces, not tabs", id="tab"),
        pytest.param("a: b: c", "1:5", "put text that holds ': ' in quotes", id="colon in text"),
        pytest.param("a: 1\n---\nb: 1", "2:1", "expected a single document", id="two documents"),
        pytest.param("a: *nope", "1:4", "undefined alias 'nope'", id="unknown alias"),
        pytest.param("ok: 1\na: \x00", "2:4", "unacceptable character", id="control character"),
        pytest.param("[" * 3000, "1:1", "nested too deeply", id="deep"),
    ],
)
def test_what_is_no_spec_at_all_gives_one_clear_error(problems, text, place, words) -> None:
    found = problems(text)

    assert len(found) == 1
    assert found[0].startswith(f"fleet.yaml:{place}: ")
    assert words in found[0]


def test_aliases_that_multiply_are_refused_in_time(problems) -> None:
    lines = ["x: &b0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"y{i}: &b{i} [{', '.join([f'*b{i - 1}'] * 10)}]" for i in range(1, 10)]

    (found,) = problems("\n".join(lines))

    assert "more than 200,000 values" in found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"name: caf\xe9\n", "1:10: is not UTF-8 text (found the byte 0xe9)", id="latin-1"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "1:1: is not UTF-8 text", id="binary"),
    ],
)
def test_a_file_that_is_not_text_says_so(tmp_path, content, words) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_bytes(content)

    with pytest.raises(SpecError) as caught:
        load_spec(path)

    assert words in str(caught.value)


def test_missing_file_and_folder_say_what_to_do(tmp_path) -> None:
    with pytest.raises(SpecError, match="there is no such file; 'fleet init' writes one"):
        load_spec(tmp_path / "none.yaml")
    with pytest.raises(SpecError, match="is a folder; name a file in it"):
        load_spec(tmp_path)


def test_a_byte_order_mark_is_no_problem(tmp_path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\nname: a\nregion: us-east-1\nworkloads: []\n")

    assert load_spec(path).name == "a"


def test_models_of_python_refuse_the_same_clashes() -> None:
    with pytest.raises(ValueError, match="there is no such cluster"):
        FleetSpec.model_validate(
            {
                "version": 1,
                "name": "a",
                "region": "us-east-1",
                "workloads": [
                    {
                        "name": "w",
                        "kind": "service",
                        "cluster": "x",
                        "replicas": 1,
                        "per_replica": {"vcpus": 1, "memory_gib": 1},
                    }
                ],
            }
        )
