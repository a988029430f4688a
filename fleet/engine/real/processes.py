"""Running the CLI so that nothing of it outlives us: on Ctrl-C, on failure, or when it hangs on to children."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SILENCE_SECONDS", "Finished", "run"]

SILENCE_SECONDS = 300.0
"""How long the CLI may say nothing. A policy that calls sys.exit, for one, leaves the engine waiting for ever."""
_ENDINGS = ((signal.SIGINT, 3.0), (signal.SIGINT, 3.0), (signal.SIGKILL, 10.0))
"""Signals and how long to wait after each. The CLI takes the first interrupt as a wish and the second as an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Exit code and what was written on stderr; `fell_silent` when it was ended because it said nothing for long."""

    code: int
    stderr: str
    fell_silent: bool = False


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
    silence: float = SILENCE_SECONDS,
) -> Finished:
    """Run a command to its end, handing over each line of its stdout.

    Interrupted, it passes the interrupt on, waits for an orderly end for some seconds, then ends it by force. The
    command has a process group of its own, so that Ctrl-C reaches it through us, once. A command that writes no line
    for `silence` seconds is ended too.
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
        watch = _SilenceWatch(process, silence)
        try:
            assert process.stdout is not None
            with process.stdout:
                for line in process.stdout:
                    watch.heard()
                    on_line(line.rstrip("\n"))
            code = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            watch.over.set()
        errors.seek(0)
        return Finished(code=code, stderr=errors.read(), fell_silent=watch.has_ended_it)


class _SilenceWatch(threading.Thread):
    """Ends a process that was not heard of for too long."""

    def __init__(self, process: subprocess.Popen[str], patience: float) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.has_ended_it = False
        self._process = process
        self._patience = patience
        self._last = time.monotonic()
        self.start()

    def heard(self) -> None:
        """It is alive."""
        self._last = time.monotonic()

    def run(self) -> None:
        while not self.over.wait(max(0.05, self._last + self._patience - time.monotonic())):
            if time.monotonic() - self._last >= self._patience:
                self.has_ended_it = True
                _end(self._process)
                return


def _end(process: subprocess.Popen[str]) -> None:
    for number, patience in _ENDINGS:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    # Whatever of its group takes no notice of interrupts.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
