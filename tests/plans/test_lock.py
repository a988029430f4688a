"""The lock: what is written can be read, an old lock is never lost, and a stale one is known."""

import json
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from fleet.errors import LockError, StaleLock
from fleet.plans import check_lock, lock_path, plan_json, read_lock, require_fresh, write_lock
from fleet.spec import parse_spec


@pytest.mark.parametrize(
    ("spec_file", "lock"),
    [
        pytest.param("fleet.yaml", "fleet.lock.json", id="default"),
        pytest.param("fleet.dev.yaml", "fleet.dev.lock.json", id="dev"),
        pytest.param("a/b.yml", "a/b.lock.json", id="yml in a folder"),
        pytest.param("fleet", "fleet.lock.json", id="no suffix"),
        pytest.param("fleet.v2", "fleet.v2.lock.json", id="other suffix"),
    ],
)
def test_lock_stands_beside_the_spec(spec_file, lock) -> None:
    assert lock_path(Path(spec_file)) == Path(lock)


def test_what_is_written_can_be_read(plan, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"

    write_lock(plan, path)

    assert read_lock(path) == plan.model_copy(update={"solve_seconds": None})


def test_lock_leaves_out_the_time_it_took_and_the_json_does_not(plan, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"

    write_lock(plan, path)

    assert "solve_seconds" not in json.loads(path.read_text())
    assert json.loads(plan_json(plan))["solve_seconds"] == 0.25


def test_lock_is_the_document_that_the_contract_names(plan, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"
    write_lock(plan, path)
    lock = json.loads(path.read_text())

    assert list(lock) == [
        "schema", "name", "planned_on", "spec_sha256", "catalog", "status", "monthly_usd", "one_off_usd",
        "lower_bound_usd", "gap_percent", "kg_co2e_per_month", "allocations", "nodes", "rejections", "conflicts",
        "schedules", "quotas", "assumptions", "next_steps",
    ]  # fmt: skip
    assert lock["schema"] == 1
    assert lock["monthly_usd"] == 111.690001
    assert lock["allocations"][0]["unit_hourly_usd"] == 0.153


def test_same_plan_same_bytes(plan, tmp_path) -> None:
    first, second = tmp_path / "a.lock.json", tmp_path / "b.lock.json"

    write_lock(plan, first)
    write_lock(plan.model_copy(update={"solve_seconds": 9.9}), second)

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('{"schema": 1, "name": "stu', "is not whole JSON", id="truncated"),
        pytest.param("", "is not whole JSON", id="empty"),
        pytest.param("\x00\xff", "is not whole JSON", id="binary"),
        pytest.param("[1, 2]", "not a lock of fleet", id="list"),
        pytest.param('{"lockfileVersion": 3, "packages": {}}', "not a lock of fleet", id="another tool's"),
        pytest.param('{"schema": 2, "spec_sha256": "", "allocations": []}', "has schema 2", id="newer schema"),
        pytest.param('{"schema": true, "spec_sha256": "", "allocations": []}', "has schema True", id="odd schema"),
        pytest.param('{"schema": 1, "spec_sha256": "", "allocations": []}', "is broken at", id="fields missing"),
        pytest.param('{"schema": NaN}', "NaN is not a JSON number", id="not a number"),
        pytest.param("[" * 100_000, "is not whole JSON", id="deep"),
    ],
)
def test_what_is_no_lock_gives_a_clear_error(tmp_path, text, words) -> None:
    path = tmp_path / "fleet.lock.json"
    path.write_text(text, encoding="latin-1")

    with pytest.raises(LockError) as caught:
        read_lock(path)

    assert words in str(caught.value)
    assert "fleet plan" in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_missing_lock_says_how_to_make_it(tmp_path) -> None:
    with pytest.raises(LockError, match=r"there is no lock at .*; run 'fleet plan' to make it"):
        read_lock(tmp_path / "fleet.lock.json")


def test_unknown_fields_of_a_lock_are_refused(plan, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"
    write_lock(plan, path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "extra": 1}))

    with pytest.raises(LockError, match="is broken at extra"):
        read_lock(path)


def test_an_old_lock_survives_a_failed_write(plan, tmp_path, monkeypatch) -> None:
    path = tmp_path / "fleet.lock.json"
    write_lock(plan, path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LockError, match=r"cannot be written: no space left on device; the one that is there is as it"):
        write_lock(plan.model_copy(update={"name": "other"}), path)

    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["fleet.lock.json"]


def _write(plan, path, name) -> None:
    write_lock(plan.model_copy(update={"name": name}), path)


def test_writers_at_the_same_time_leave_one_whole_lock(plan, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_write, [plan] * 20, [path] * 20, [f"fleet-{i}" for i in range(20)]))

    assert read_lock(path).name in {f"fleet-{i}" for i in range(20)}
    assert [found.name for found in tmp_path.iterdir()] == ["fleet.lock.json"]


def test_fresh_lock_passes_and_comments_do_not_count(plan, spec, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"
    write_lock(plan, path)

    require_fresh(read_lock(path), spec)
    assert check_lock(path, spec).fresh


def test_lock_of_another_spec_is_stale(plan, spec, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"
    write_lock(plan, path)
    other = spec.model_copy(update={"region": "us-east-2"})

    with pytest.raises(StaleLock, match="made from another spec") as caught:
        require_fresh(plan, other)
    check = check_lock(path, other)

    assert caught.value.exit_code == 1
    assert not check.fresh
    assert "made from another spec" in (check.reason or "")


@pytest.mark.parametrize("text", [pytest.param(None, id="missing"), pytest.param("{", id="broken")])
def test_check_of_a_lock_that_is_not_there_or_broken_is_no(spec, tmp_path, text) -> None:
    path = tmp_path / "fleet.lock.json"
    if text is not None:
        path.write_text(text)

    check = check_lock(path, spec)

    assert not check.fresh
    assert check.reason


def test_a_newer_catalog_is_a_note(plan, spec, tmp_path) -> None:
    path = tmp_path / "fleet.lock.json"
    write_lock(plan, path)

    newer, same = check_lock(path, spec, date(2026, 11, 1)), check_lock(path, spec, date(2026, 10, 1))

    assert newer.fresh
    assert newer.notes == ("planned with the catalog of 2026-10-01; the catalog of 2026-11-01 is newer",)
    assert same.notes == ()


def test_defaults_spelled_out_keep_a_lock_fresh(plan) -> None:
    spelled = (
        "version: 1\nname: studio\nregion: us-east-1\nplanner: {time_limit_seconds: 30}\nworkloads:\n"
        "  - {name: web, kind: service, replicas: 4, zone_spread: 1, per_replica: {memory_gib: 4.0, vcpus: 2}}\n"
    )

    require_fresh(plan, parse_spec(spelled))
