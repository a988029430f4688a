"""The process of one policy pack: started as the engine starts it, its port read, its output kept, ended for sure."""

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from fleet.engine.embedded.process import end_group
from fleet.errors import PackError

__all__ = ["PackProcess"]

_ENGINE = "127.0.0.1:0"
"""The engine's address, an argument of every pack. Nobody listens: packs of today do not call it."""

_CHILD = Path(__file__).resolve().parent / "child.py"
_TAIL = 200


class PackProcess:
    """A running pack. `port` waits for it; `close` ends it and everything that it started."""

    def __init__(self, python: str, pack: Path, program: Path, output: Callable[[str], None] | None = None) -> None:
        self.pack = pack
        self._lines: list[str] = []
        self._output = output
        self._port: queue.Queue[str | None] = queue.Queue()
        # The working directory is the program's folder, which is on the path; the pack's folder comes before it.
        self._child = subprocess.Popen(  # noqa: S603  (the pack that the user named)
            [python, "-u", str(_CHILD), _ENGINE, str(pack)],
            cwd=program,
            env=dict(os.environ),
            # Held open and never written to: the pack ends when this process does, however it ends.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert self._child.stdout is not None
        assert self._child.stderr is not None
        self._readers = [
            threading.Thread(target=self._read_port, args=(self._child.stdout,), daemon=True),
            threading.Thread(target=self._read, args=(self._child.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def port(self, timeout: float) -> int:
        """The port on which the pack serves, or a PackError that says why there is none."""
        try:
            line = self._port.get(timeout=timeout)
        except queue.Empty:
            raise PackError(
                f"the policy pack {self.pack} did not start within {timeout:.0f} seconds{self.said()}"
            ) from None
        if line is None:
            raise PackError(f"the policy pack {self.pack} failed to start{self.said()}")
        try:
            return int(line)
        except ValueError:
            raise PackError(
                f"the policy pack {self.pack} printed {line!r} instead of its port; a pack must not print first"
            ) from None

    def said(self) -> str:
        """What the pack printed last, for an error message; waits a moment for its last words when it has ended.

        Of what was handed on already only the last line is repeated.
        """
        if self._ended():
            for reader in self._readers:
                reader.join(timeout=1.0)
        lines = [line for line in self._lines if line.strip()]
        if self._output is not None:
            return f": {lines[-1].strip()}" if lines else ""
        return ":\n" + "\n".join(lines[-20:]) if lines else ""

    def is_running(self) -> bool:
        """Whether the pack's process is there."""
        return not self._ended()

    def printed(self) -> tuple[str, ...]:
        """The last lines that the pack printed."""
        return tuple(self._lines)

    def close(self) -> None:
        """End the pack."""
        end_group(self._child)
        assert self._child.stdin is not None
        self._child.stdin.close()
        for reader in self._readers:
            reader.join(timeout=1.0)

    def _ended(self) -> bool:
        # A pack that fails closes its output a moment before it is gone.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=0.2)
        return self._child.poll() is not None

    def _read_port(self, pipe: IO[str]) -> None:
        with pipe:
            first = pipe.readline().strip()
            self._port.put(first or None)
            self._keep(pipe)

    def _read(self, pipe: IO[str]) -> None:
        with pipe:
            self._keep(pipe)

    def _keep(self, pipe: IO[str]) -> None:
        for line in pipe:
            self._lines.append(line.rstrip("\n"))
            del self._lines[:-_TAIL]
            if self._output is not None:
                self._output(line.rstrip("\n"))


def seconds_left(deadline: float) -> float:
    """Seconds until a deadline of the monotonic clock, never less than a little."""
    return max(0.1, deadline - time.monotonic())
