"""Running the CLI so that nothing of it outlives us: on Ctrl-C, on failure, or when it hangs on to children."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MARKER", "Finished", "end_strays", "run"]

MARKER = "FLEET_WORKBENCH"
"""Environment variable that every process of a run carries, with the run's own folder as its value."""
_ENDINGS = ((signal.SIGINT, 3.0), (signal.SIGINT, 3.0), (signal.SIGKILL, 10.0))
"""Signals and how long to wait after each. The CLI takes the first interrupt as a wish and the second as an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Exit code and what was written on stderr."""

    code: int
    stderr: str


def run(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], on_line: Callable[[str], None]
) -> Finished:
    """Run a command to its end, handing over each line of its stdout.

    Interrupted, it passes the interrupt on, waits for an orderly end for some seconds, then ends it by force. The
    command has a process group of its own, so that Ctrl-C reaches it through us, once.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(  # noqa: S603  (the CLI that was found)
            list(command),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        )
        try:
            assert process.stdout is not None
            with process.stdout:
                for line in process.stdout:
                    on_line(line.rstrip("\n"))
            code = process.wait()
        except BaseException:
            _end(process)
            raise
        errors.seek(0)
        return Finished(code=code, stderr=errors.read())


def _end(process: subprocess.Popen[str]) -> None:
    for number, patience in _ENDINGS:
        if process.poll() is None:
            os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)


def end_strays(marker: str, *, patience: float = 3.0) -> list[int]:
    """End every process that still carries the marker of a run, and name them.

    Plugins notice within a second that their engine is gone; they get that second, then they are killed. Looks
    through /proc, so it finds nothing on systems without.
    """
    deadline = time.monotonic() + patience
    strays = _carriers(marker)
    while strays and time.monotonic() < deadline:
        time.sleep(0.05)
        strays = _carriers(marker)
    for process in strays:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return strays


def _carriers(marker: str) -> list[int]:
    wanted = f"{MARKER}={marker}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or another user's
    return found
