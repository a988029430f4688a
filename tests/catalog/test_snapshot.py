"""The shipped snapshot is what its sources give, and a snapshot that was tampered with is never read."""

import csv
import errno
import io
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import moto
import pytest

from fleet.catalog import SHIPPED, Catalog
from fleet.catalog.building import build
from fleet.catalog.location import snapshots
from fleet.catalog.snapshot import Table, read_snapshot, render
from fleet.catalog.store import check_writable, locked, write_snapshot
from fleet.errors import CatalogError, MissingError


def test_shipped_snapshot_is_what_its_sources_give_byte_for_byte():
    tables, day = build(SHIPPED.parent / "sources", Path(moto.__file__).parent / "ec2" / "resources")

    files = render(tables, as_of=day)

    committed = {p.relative_to(SHIPPED).as_posix(): p.read_bytes() for p in SHIPPED.rglob("*.*") if p.is_file()}
    assert committed == files


def test_every_price_of_the_snapshot_names_a_source_that_the_snapshot_explains():
    snapshot = read_snapshot(SHIPPED)
    known = {row["id"] for row in snapshot.rows("sources")}
    priced = [name.removesuffix(".csv") for name in snapshot.files if b",source\n" in snapshot.files[name][:400]]
    tables = [name for name in priced if snapshot.rows(name) and "usd" in snapshot.rows(name)[0]]

    unexplained = {row["source"] for name in tables for row in snapshot.rows(name)} - known

    assert len(tables) > 50
    assert unexplained == set()


def test_file_that_was_cut_is_named_with_its_rows(copy):
    path = copy / "on_demand" / "us-east-1.csv"
    path.write_bytes(path.read_bytes()[:20_000])

    with pytest.raises(CatalogError, match=r"on_demand/us-east-1\.csv: .*rows instead of 13"):
        Catalog.load(copy)


def test_figure_that_was_edited_by_hand_is_found(copy):
    path = copy / "on_demand" / "us-east-1.csv"
    path.write_text(path.read_text().replace("0.204", "0.104", 1))

    with pytest.raises(CatalogError, match="its content was changed"):
        Catalog.load(copy)


def test_snapshot_of_an_old_schema_says_which_is_read(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"schema": 0}))

    with pytest.raises(CatalogError, match="schema 0, this fleet reads schema 1"):
        Catalog.load(copy)


def test_table_of_another_snapshot_is_refused(copy, tmp_path):
    """Two snapshots merged by hand: a table and its line of the manifest come from elsewhere."""
    other = render({"types": Table(columns=("name",), rows=[{"name": "m1.small"}])}, as_of=date(2026, 1, 1))
    (copy / "types.csv").write_bytes(other["types.csv"])
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["types.csv"] = json.loads(other["manifest.json"])["files"]["types.csv"]
    (copy / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(CatalogError, match="list of files was changed"):
        Catalog.load(copy)


def test_manifest_with_conflict_markers_is_refused(copy):
    text = (copy / "manifest.json").read_text()
    (copy / "manifest.json").write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> theirs\n")

    with pytest.raises(CatalogError, match=r"manifest\.json: cannot be read"):
        Catalog.load(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda d: (d / "types.csv").unlink(), r"types\.csv: belongs to the snapshot", id="a table is gone"
        ),
        pytest.param(lambda d: (d / "manifest.json").unlink(), "has no manifest", id="the manifest is gone"),
        pytest.param(lambda d: (d / "manifest.json").write_text("[]"), "is no manifest", id="another file"),
        pytest.param(shutil.rmtree, "is not there", id="the folder is gone"),
    ],
)
def test_incomplete_snapshot_says_what_is_missing(copy, change, message):
    change(copy)

    with pytest.raises(CatalogError, match=message):
        Catalog.load(copy)


def test_day_of_the_manifest_must_be_a_day(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"as_of": "yesterday"}))

    with pytest.raises(CatalogError, match="'as_of' is no date"):
        Catalog.load(copy)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(None, id="nothing"),
        pytest.param({"rows": 1}, id="no sha256"),
        pytest.param({"sha256": "x", "rows": "1"}, id="rows are text"),
        pytest.param(["x"], id="a list"),
    ],
)
def test_line_of_the_manifest_that_is_none_is_named(copy, entry):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["types.csv"] = entry
    (copy / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(CatalogError, match=r"the line of 'types\.csv' is not that of a table"):
        Catalog.load(copy)


def test_manifest_reads_no_file_outside_its_folder(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["../secret.csv"] = {"sha256": "x", "rows": 1}
    (copy / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(CatalogError, match=r"the line of '\.\./secret\.csv'"):
        Catalog.load(copy)


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        pytest.param("types", b"measured_on", b"measured", r"types\.csv:2: .*column 'measured_on' is missing",
                     id="column"),
        pytest.param("types", b"a1.2xlarge,a1,2xlarge,a,1", b"a1.2xlarge,a1,2xlarge,a,one", r"types\.csv:2: .*'one'",
                     id="number"),
        pytest.param("on_demand/us-east-1", b"m7g.large,0.0816", b"m7g.large,cheap", "cannot be read: m7g.large, cheap",
                     id="price"),
    ],
)  # fmt: skip
def test_snapshot_of_another_version_names_what_cannot_be_read(tmp_path, table, old, new, message):
    """Written whole, but not by this fleet: a column has another name, a figure another form."""
    snapshot = read_snapshot(SHIPPED)
    files = {**snapshot.files, f"{table}.csv": snapshot.files[f"{table}.csv"].replace(old, new, 1)}
    rows = {name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text.decode()))) for name, text in files.items()}
    tables = {name: Table(columns=list(found[0]), rows=found) for name, found in rows.items()}
    path = write_snapshot(tmp_path, tables, day=date(2026, 11, 24), as_of=snapshot.as_of)

    with pytest.raises(CatalogError, match=message):
        Catalog.load(path).on_demand("m7g.large", "us-east-1")


_DAY = date(2026, 11, 24)


def _table(name):
    return {"types": Table(columns=("name",), rows=[{"name": name}])}


def test_writing_that_fails_leaves_the_old_snapshot_and_nothing_else(tmp_path):
    path = write_snapshot(tmp_path, _table("m1.small"), day=_DAY, as_of=_DAY)
    before = (path / "types.csv").read_bytes()

    with pytest.raises(ValueError, match="fields not in"):
        write_snapshot(tmp_path, {"types": Table(columns=("name",), rows=[{"other": "x"}])}, day=_DAY, as_of=_DAY)

    assert (path / "types.csv").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["2026-11-24"]


def test_second_snapshot_of_a_day_stands_beside_the_first_and_is_the_newer_one(tmp_path):
    paths = [write_snapshot(tmp_path, _table(name), day=_DAY, as_of=_DAY) for name in ("a1.large", "m1.small")]
    paths += [write_snapshot(tmp_path, _table("m3.large"), day=_DAY, as_of=_DAY) for _ in range(9)]

    assert read_snapshot(paths[0]).rows("types") == [{"name": "a1.large"}]
    assert paths[1].name == "2026-11-24.2"
    assert snapshots(tmp_path) == paths[::-1]
    assert all(os.access(path, os.R_OK | os.X_OK) for path in paths)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), MissingError, "No space left", id="full disk"),
        pytest.param(PermissionError(13, "Permission denied"), CatalogError, "Permission denied", id="no permission"),
        pytest.param(KeyboardInterrupt(), KeyboardInterrupt, None, id="interrupted"),
    ],
)
@pytest.mark.parametrize("step", ["write_bytes", "rename"])
def test_snapshot_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch, step, error, kind, message):
    path = write_snapshot(tmp_path, _table("m1.small"), day=_DAY, as_of=_DAY)

    def refuse(self, _):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, refuse)
        with pytest.raises(kind, match=message):
            write_snapshot(tmp_path, _table("m3.large"), day=_DAY, as_of=_DAY)

    assert read_snapshot(path).rows("types") == [{"name": "m1.small"}]
    assert [p.name for p in tmp_path.iterdir()] == ["2026-11-24"]


def test_folder_has_one_writer_at_a_time(tmp_path):
    """Another process waits; what a killed one left unfinished is gone when the next one has its turn."""
    code = (
        "import sys, time; from pathlib import Path; from fleet.catalog.store import locked\n"
        "with locked(Path(sys.argv[1])): print(time.monotonic_ns(), flush=True)"
    )
    (tmp_path / ".unfinished-of-a-killed-one").mkdir()
    with locked(tmp_path):
        left = [path.name for path in tmp_path.iterdir()]
        other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(timeout=2)
        freed = time.monotonic_ns()
    taken = int(other.communicate(timeout=30)[0])

    assert left == []
    assert taken > freed


def test_folder_that_cannot_hold_snapshots_is_refused_before_any_work(tmp_path):
    (tmp_path / "file").write_text("x")

    check_writable(tmp_path / "not" / "there" / "yet")
    with pytest.raises(CatalogError, match=r"'.*/file' is no folder"):
        check_writable(tmp_path / "file" / "catalog")
