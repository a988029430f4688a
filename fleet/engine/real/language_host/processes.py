"""Child processes of the language host: started in its own process group, streamed, and ended with it."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

__all__ = ["Children", "Piece", "end_with_parent"]

Piece = tuple[Literal["stdout", "stderr", "exit"], bytes | int]


class Children:
    """The processes that this host has started; `end` stops them all."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], text: str | None = ""
    ) -> subprocess.Popen[bytes]:
        """A child that reads `text`, its output on pipes, in this process's group: the engine's kill reaches it.

        Without a text its input stays open, and ends with this process.
        """
        child = subprocess.Popen(  # noqa: S603  (runs what the engine asks for)
            list(command),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with self._lock:
            self._running.add(child)
        if text is None:
            return child
        assert child.stdin is not None
        try:
            with child.stdin:
                child.stdin.write(text.encode())
        except BrokenPipeError:
            pass  # it ended before it read: its exit code and stderr say why
        return child

    def end(self, child: subprocess.Popen[bytes] | None = None, *, patience: float = 0.5) -> None:
        """Stop `child` (or all of them): politely first, by force after `patience` seconds."""
        with self._lock:
            chosen = [child] if child else list(self._running)
            self._running.difference_update(chosen)
        for one in chosen:
            if one.poll() is None:
                one.terminate()
        deadline = time.monotonic() + patience
        for one in chosen:
            try:
                one.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()

    def stream(self, child: subprocess.Popen[bytes]) -> Iterator[Piece]:
        """What the child writes, as it comes, and its exit code at the end."""
        pieces: queue.Queue[Piece | None] = queue.Queue()
        for name, pipe in (("stdout", child.stdout), ("stderr", child.stderr)):
            assert pipe is not None
            threading.Thread(target=_pump, args=(name, pipe, pieces.put), daemon=True).start()
        open_pipes = 2
        while open_pipes:
            piece = pieces.get()
            if piece is None:
                open_pipes -= 1
            else:
                yield piece
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        yield ("exit", code)


def _pump(name: Literal["stdout", "stderr"], pipe: IO[bytes], put: Callable[[Piece | None], None]) -> None:
    with pipe:
        while chunk := os.read(pipe.fileno(), 65536):
            put((name, chunk))
    put(None)


def end_with_parent(children: Children) -> None:
    """Leave, with all children, when the engine is gone or interrupts: a host that waits delays every run."""

    def leave(*_: object) -> None:
        children.end(patience=0.2)
        os._exit(0)

    def watch(parent: int) -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        leave()

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
