"""One child process: a job on its input, a report on a pipe, everything it prints handed on, a time limit."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Ended", "end_group", "run_child"]

_CHUNK = 65_536
_MOST_OUTPUT = 4_000_000
_GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child ended. `report` is what it sent, empty when it sent nothing; `tail` the end of what it printed."""

    code: int
    report: str
    tail: str
    timed_out: bool
    seconds: float


def run_child(
    command: Sequence[str],
    *,
    job: Callable[[int], str],
    folder: Path,
    environment: Mapping[str, str],
    timeout: float,
    output: Callable[[str], None] | None,
) -> Ended:
    """Run a command in a process group of its own; `job` makes its input from the descriptor for the report.

    `output` gets each line that the child prints, without its end.

    The whole group is ended when the time is over, when this process is interrupted, and after the child has left.
    """
    started = time.monotonic()
    reading, writing = os.pipe()
    try:
        child = subprocess.Popen(  # noqa: S603  (the interpreter and script of this function's caller)
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            start_new_session=True,
        )
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    try:
        return _attend(child, reading, job(writing), timeout=timeout, output=output, started=started)
    finally:
        end_group(child)


def _attend(
    child: subprocess.Popen[bytes],
    reading: int,
    job: str,
    *,
    timeout: float,
    output: Callable[[str], None] | None,
    started: float,
) -> Ended:
    assert child.stdin is not None
    assert child.stdout is not None
    printed = _Printed(child.stdout, output)
    report = _Report(reading)
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(job.encode())
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()
    try:
        code = child.wait(timeout=timeout)
        timed_out = False
    except subprocess.TimeoutExpired:
        end_group(child)
        code, timed_out = child.wait(), True
    # What the program left running may hold the pipes open: end it before waiting for their end.
    end_group(child)
    report.join(_GRACE_SECONDS)
    printed.join(_GRACE_SECONDS)
    return Ended(
        code=code,
        report=report.text(),
        tail=printed.tail(),
        timed_out=timed_out,
        seconds=time.monotonic() - started,
    )


def end_group(child: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """End a child and everything that it started in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=_GRACE_SECONDS)


class _Report(threading.Thread):
    def __init__(self, descriptor: int) -> None:
        super().__init__(daemon=True)
        self._pipe = os.fdopen(descriptor, "rb")
        self._parts: list[bytes] = []
        self.start()

    def run(self) -> None:
        with self._pipe as pipe:
            while part := pipe.read(_CHUNK):
                self._parts.append(part)

    def text(self) -> str:
        return b"".join(self._parts).decode(errors="replace")


class _Printed(threading.Thread):
    """Hands on what a child prints, up to a limit, and keeps the end of it: a child that prints for ever is no trap."""

    def __init__(self, pipe: IO[bytes], output: Callable[[str], None] | None) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._output = output
        self._tail = b""
        self.start()

    def run(self) -> None:
        seen = 0
        rest = b""
        with self._pipe as pipe:
            while part := os.read(pipe.fileno(), _CHUNK):
                self._tail = (self._tail + part)[-_CHUNK:]
                if seen < _MOST_OUTPUT:
                    rest = self._hand_on(rest + part[: _MOST_OUTPUT - seen])
                    if seen + len(part) >= _MOST_OUTPUT:
                        rest = b""
                        self._say(f"... more than {_MOST_OUTPUT:,} bytes were printed; the rest is left out")
                seen += len(part)
        if rest:
            self._say(rest.decode(errors="replace"))

    def _hand_on(self, text: bytes) -> bytes:
        """Hand on whole lines and give back the rest; a line that never ends is cut."""
        *lines, rest = text.split(b"\n")
        if len(rest) > _CHUNK:
            lines, rest = [*lines, rest], b""
        for line in lines:
            self._say(line.decode(errors="replace"))
        return rest

    def _say(self, line: str) -> None:
        if self._output is not None:
            self._output(line)

    def tail(self) -> str:
        return self._tail.decode(errors="replace")
