"""The lock file: a plan under review. Same plan, same bytes; written whole or not at all."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from fleet.errors import LockError, StaleLock
from fleet.plans.model import Plan
from fleet.spec import FleetSpec, spec_sha256

__all__ = ["LockCheck", "check_lock", "lock_path", "plan_json", "read_lock", "require_fresh", "write_lock"]

_SCHEMA = 1
_AGAIN = "run 'fleet plan' to write it anew, or restore it from version control"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCheck:
    """Whether a lock answers a spec: `reason` says why it does not, `notes` what a reader may want to know."""

    fresh: bool
    reason: str | None = None
    notes: tuple[str, ...] = ()


def lock_path(spec: Path) -> Path:
    """Where the lock of a spec is: `fleet.dev.yaml` -> `fleet.dev.lock.json`, beside it."""
    stem = spec.name[: -len(spec.suffix)] if spec.suffix in {".yaml", ".yml", ".json"} else spec.name
    return spec.with_name(f"{stem}.lock.json")


def plan_json(plan: Plan) -> str:
    """A plan as JSON text, `solve_seconds` included, keys in the order of the model."""
    return _text(plan.model_dump(mode="json", by_alias=True))


def read_lock(path: Path | str) -> Plan:
    """The plan in a lock file; LockError when it is missing, broken, foreign or of another schema."""
    path = Path(path)
    try:
        data = json.loads(path.read_bytes().decode("utf-8"), parse_constant=_no_constant)
    except FileNotFoundError as error:
        raise LockError(f"there is no lock at {path}; run 'fleet plan' to make it") from error
    except OSError as error:
        raise LockError(f"the lock {path} cannot be read: {error.strerror}; {_AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise LockError(f"the lock {path} is not whole JSON ({error}); {_AGAIN}") from error
    return _plan(data, path)


def write_lock(plan: Plan, path: Path) -> None:
    """Write a plan atomically: readers see the old lock or the new one, and concurrent writers take turns.

    LockError when it cannot be written; the old lock is never lost.
    """
    text = _text(plan.model_dump(mode="json", by_alias=True, exclude={"solve_seconds", "changes"}))
    try:
        with _turn(path):
            _replace(path, text.encode())
    except OSError as error:
        kept = "; the one that is there is as it was" if path.exists() else ""
        reason = (error.strerror or str(error)).lower()
        raise LockError(f"the lock {path} cannot be written: {reason}{kept}; make room or give permission") from error


def require_fresh(plan: Plan, spec: FleetSpec) -> None:
    """StaleLock when the plan was made from another spec (values count, comments do not)."""
    if plan.spec_sha256 != spec_sha256(spec):
        raise StaleLock(
            f"the lock of {plan.name!r} was made from another spec (spec_sha256 {plan.spec_sha256[:12]}, "
            f"now {spec_sha256(spec)[:12]}); run 'fleet plan'"
        )


def check_lock(path: Path, spec: FleetSpec, catalog_as_of: date | None = None) -> LockCheck:
    """Compare a lock with a spec: neither solves nor writes. A newer catalog is a note, not staleness."""
    try:
        plan = read_lock(path)
        require_fresh(plan, spec)
    except (LockError, StaleLock) as error:
        return LockCheck(fresh=False, reason=str(error))
    if catalog_as_of is not None and catalog_as_of > plan.catalog.as_of:
        note = f"planned with the catalog of {plan.catalog.as_of}; the catalog of {catalog_as_of} is newer"
        return LockCheck(fresh=True, notes=(note,))
    return LockCheck(fresh=True)


def _plan(data: object, path: Path) -> Plan:
    if not isinstance(data, dict) or not {"schema", "spec_sha256", "allocations"} <= data.keys():
        raise LockError(f"{path} is JSON, but not a lock of fleet; {_AGAIN}")
    schema = data["schema"]
    if schema != _SCHEMA or isinstance(schema, bool):
        raise LockError(
            f"the lock {path} has schema {schema!r}, this version of fleet reads {_SCHEMA}; update fleet, or {_AGAIN}"
        )
    try:
        return Plan.model_validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise LockError(f"the lock {path} is broken at {place}: {first['msg'].lower()}; {_AGAIN}") from error


def _text(values: object) -> str:
    return json.dumps(values, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Hold the folder while writing into it; the hold ends with the process, so nothing stale can stay behind."""
    try:
        import fcntl  # noqa: PLC0415  (not on Windows, where the rename alone keeps the file whole)
    except ImportError:
        yield
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(path: Path, content: bytes) -> None:
    """Write beside, flush to the disk, rename over."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
