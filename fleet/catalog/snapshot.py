"""A snapshot on disk: a folder of CSV tables and a manifest that says what belongs to it.

The manifest carries schema, day, and sha256 and number of rows of each table, so that a file that was cut, merged
by hand or taken from another snapshot is an error and never a wrong price.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from fleet.errors import CatalogError

__all__ = ["SCHEMA", "Snapshot", "Table", "read_snapshot", "regions_only", "render"]

SCHEMA = 1
_MANIFEST = "manifest.json"
_FETCH = "build it again with 'fleet catalog refresh', or take the snapshot that ships with fleet"

Row = dict[str, str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of one table with the order of its columns."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A verified snapshot: tables are read when they are asked for."""

    folder: Path
    as_of: date
    sha256: str
    files: Mapping[str, bytes]

    def rows(self, name: str) -> list[Row]:
        """Rows of a table (`types`, `on_demand/us-east-1`); none when the snapshot has no such table."""
        content = self.files.get(f"{name}.csv")
        return [] if content is None else list(csv.DictReader(io.StringIO(content.decode())))

    def values(self, name: str, decode: Callable[[Row], Value]) -> list[Value]:
        """Rows of a table as values. CatalogError names the row that is none."""
        found = []
        for line, row in enumerate(self.rows(name), start=2):
            try:
                found.append(decode(row))
            except (KeyError, TypeError, ValueError, ArithmeticError, LookupError) as exc:
                what = f"column {exc} is missing" if isinstance(exc, KeyError) else str(exc)
                raise CatalogError(f"{self.folder / name}.csv:{line}: cannot be read ({what}); {_FETCH}") from exc
        return found

    def names(self, under: str) -> tuple[str, ...]:
        """Names of the tables in a folder: regions of `on_demand`."""
        start = f"{under}/"
        return tuple(sorted(f.removeprefix(start).removesuffix(".csv") for f in self.files if f.startswith(start)))


def render(tables: Mapping[str, Table], *, as_of: date) -> dict[str, bytes]:
    """Bytes of every file of a snapshot, manifest included; same tables, same bytes."""
    files = {f"{name}.csv": _csv(table) for name, table in sorted(tables.items())}
    entries = {name: _entry(content) for name, content in files.items()}
    manifest = {"schema": SCHEMA, "as_of": as_of.isoformat(), "sha256": _fingerprint(entries), "files": entries}
    return files | {_MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode()}


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot of a folder, every file checked against the manifest. CatalogError names what is wrong."""
    manifest = _read_manifest(folder / _MANIFEST)
    entries: dict[str, dict[str, Any]] = manifest["files"]
    if _fingerprint(entries) != manifest["sha256"]:
        raise CatalogError(f"{folder / _MANIFEST}: its list of files was changed after it was written; {_FETCH}")
    files = {name: _verified(folder / name, entry) for name, entry in entries.items()}
    return Snapshot(folder=folder, as_of=date.fromisoformat(manifest["as_of"]), sha256=manifest["sha256"], files=files)


def regions_only(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with nothing but its table of regions."""
    files = {name: content for name, content in snapshot.files.items() if name == "regions.csv"}
    return replace(snapshot, files=files)


def _csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table.rows)
    return out.getvalue().encode()


def _count_rows(content: bytes) -> int:
    return max(0, content.count(b"\n") - 1)


def _entry(content: bytes) -> dict[str, Any]:
    return {"rows": _count_rows(content), "sha256": hashlib.sha256(content).hexdigest()}


def _fingerprint(entries: Mapping[str, Mapping[str, Any]]) -> str:
    lines: Iterable[str] = (f"{name} {entry['sha256']}\n" for name, entry in sorted(entries.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _read_manifest(path: Path) -> dict[str, Any]:
    if not path.parent.is_dir():
        raise CatalogError(f"catalog snapshot '{path.parent}' is not there; give a folder with a {_MANIFEST}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise CatalogError(f"'{path.parent}' is no catalog snapshot: it has no {_MANIFEST}; {_FETCH}") from exc
    except (json.JSONDecodeError, UnicodeDecodeError, OSError) as exc:
        raise CatalogError(f"{path}: cannot be read ({exc}); {_FETCH}") from exc
    _check_manifest(path, manifest)
    return dict(manifest)


def _check_manifest(path: Path, manifest: object) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise CatalogError(f"{path}: is no manifest of a catalog snapshot; {_FETCH}")
    if manifest.get("schema") != SCHEMA:
        found = manifest.get("schema")
        raise CatalogError(f"{path}: snapshot has schema {found!r}, this fleet reads schema {SCHEMA}; {_FETCH}")
    try:
        date.fromisoformat(str(manifest["as_of"]))
    except (KeyError, ValueError) as exc:
        raise CatalogError(f"{path}: 'as_of' is no date (YYYY-MM-DD); {_FETCH}") from exc
    if not isinstance(manifest.get("sha256"), str):
        raise CatalogError(f"{path}: has no sha256; {_FETCH}")
    for name, entry in manifest["files"].items():
        if not _is_table(name) or not _is_entry(entry):
            raise CatalogError(f"{path}: the line of {name!r} is not that of a table with sha256 and rows; {_FETCH}")


def _is_table(name: str) -> bool:
    return name.endswith(".csv") and not name.startswith("/") and ".." not in Path(name).parts


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and isinstance(entry.get("rows"), int)


def _verified(path: Path, entry: Mapping[str, Any]) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise CatalogError(f"{path}: belongs to the snapshot and cannot be read ({exc.strerror}); {_FETCH}") from exc
    if hashlib.sha256(content).hexdigest() == entry["sha256"]:
        return content
    found, expected = _count_rows(content), entry["rows"]
    how = f"it has {found} rows instead of {expected}" if found != expected else "its content was changed"
    raise CatalogError(f"{path}: is not the file that the snapshot was written with: {how}; {_FETCH}")
