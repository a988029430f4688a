"""What a refresh tells its user: progress on a terminal, what was read, and which permission is missing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fleet.aws.refresh import Progress, Refreshed

__all__ = ["missing_lines", "progress_bar", "refreshed_json", "refreshed_text"]


def refreshed_text(done: Refreshed) -> str:
    """Where the snapshot is and how much was read, as a person reads it."""
    counts = ", ".join(f"{rows:,} {what.replace('_', ' ')}" for what, rows in done.rows.items())
    return f"{done.path}\nread {counts}\n"


def refreshed_json(done: Refreshed) -> dict[str, Any]:
    """The same as plain values for JSON."""
    missing = [
        {"region": m.region, "what": m.what, "types": list(m.types), "action": m.action, "code": m.code}
        for m in done.missing
    ]
    return {"path": str(done.path), "rows": done.rows, "missing": missing, "broken": list(done.broken)}


def missing_lines(done: Refreshed) -> list[str]:
    """One line for each action that was refused, with what kept its old figures and what to do."""
    found: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for item in done.missing:
        found.setdefault((item.action, item.what, item.code, item.types), []).append(item.region)
    lines = [
        f"{what.replace('_', ' ')}{' of ' + ', '.join(types) if types else ''} kept their old figures "
        f"in {', '.join(regions)}: " + (f"AWS answered {code} to {action}" if code else f"allow {action}")
        for (action, what, code, types), regions in found.items()
    ]
    return [*lines, *(f"an earlier snapshot was left out: {problem}" for problem in done.broken)]


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A bar on standard error when it is a terminal; None when it is not."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  (only a terminal needs it)
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading AWS", total=None)

        def advance(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield advance
