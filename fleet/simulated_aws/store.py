"""A small file of JSON records for what moto does not keep, safe for several threads and processes."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet.errors import MissingError

__all__ = ["STATE", "Store"]

STATE = "FLEET_SIMULATED_STATE"
"""Environment variable that names the file."""


@dataclass(frozen=True, slots=True)
class Store:
    """Records by (kind, key)."""

    path: Path

    @classmethod
    def of_environment(cls) -> "Store":
        """The store of this rehearsal."""
        named = os.environ.get(STATE)
        if not named:
            raise MissingError(f"the simulated AWS keeps its state in a file, and {STATE} names none")
        return cls(Path(named))

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """One record, None where there is none."""
        with self._locked() as records:
            found: dict[str, Any] | None = records.get(kind, {}).get(key)
            return found

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """All records of a kind by key."""
        with self._locked() as records:
            found: dict[str, dict[str, Any]] = records.get(kind, {})
            return found

    def kinds(self) -> dict[str, list[str]]:
        """Keys by kind, of the kinds that have any."""
        with self._locked() as records:
            return {kind: sorted(entries) for kind, entries in sorted(records.items()) if entries}

    def put(self, kind: str, key: str, record: dict[str, Any]) -> None:
        """Write one record."""
        with self._locked() as records:
            records.setdefault(kind, {})[key] = record

    def remove(self, kind: str, key: str) -> None:
        """Remove one record, if it is there."""
        with self._locked() as records:
            records.get(kind, {}).pop(key, None)

    @contextmanager
    def _locked(self) -> Iterator[dict[str, dict[str, Any]]]:
        with self.path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read()
            records: dict[str, dict[str, Any]] = json.loads(text) if text else {}
            yield records
            written = json.dumps(records, sort_keys=True)
            if written != text:
                file.seek(0)
                file.truncate()
                file.write(written)
                file.flush()
