"""Ctrl-C, a termination (how CI cancels a job) and a closed terminal: one orderly end, however impatient."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupted", "orderly_end"]

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked for the end. No KeyboardInterrupt: the parser of the command line would swallow that."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)

    @property
    def exit_code(self) -> int:
        """What a shell expects of a command that a signal ended: 130 for Ctrl-C, 143 for a termination."""
        return 128 + self.number


@contextmanager
def orderly_end() -> Iterator[None]:
    """Within the block the first of these signals raises Interrupted; later ones wait for what that cleans up.

    Signals that were ignored from the start (`nohup`) stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        if not asked:
            asked.append(number)
            raise Interrupted(number)

    before = {number: signal.getsignal(number) for number in _ENDINGS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
