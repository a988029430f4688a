"""How much a command says: `--quiet` and `--verbose`, which every command takes.

Quiet: results and errors only. Verbose: every detail of a result, and each step on standard error.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Annotated, Any

import typer

from fleet.errors import ConfigError

__all__ = ["Voice", "is_verbose", "say", "step", "warn", "with_voice", "working"]


class Voice(IntEnum):
    """How much is said."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


_voice: ContextVar[Voice] = ContextVar("voice", default=Voice.NORMAL)

_OPTIONS = {
    "quiet": Annotated[bool, typer.Option("--quiet", "-q", help="Results and errors only: no notes, no progress.")],
    "verbose": Annotated[bool, typer.Option("--verbose", "-v", help="Every detail, and each step as it is done.")],
}


def with_voice(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with `--quiet` and `--verbose` as its last options."""

    @functools.wraps(command)
    def spoken(*arguments: Any, quiet: bool = False, verbose: bool = False, **options: Any) -> Any:
        if quiet and verbose:
            raise ConfigError("--quiet and --verbose exclude each other; give one of them")
        token = _voice.set(Voice.QUIET if quiet else Voice.VERBOSE if verbose else Voice.NORMAL)
        try:
            return command(*arguments, **options)
        finally:
            _voice.reset(token)

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)
        for name, annotation in _OPTIONS.items()
    ]
    signature = inspect.signature(command)
    spoken.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *added])  # type: ignore[attr-defined]  # read by typer
    spoken.__annotations__ = {**command.__annotations__, **_OPTIONS}
    return spoken


def is_verbose() -> bool:
    """True when every detail is wanted."""
    return _voice.get() is Voice.VERBOSE


def warn(text: str) -> None:
    """What the person must know, on standard error; quiet does not hide it."""
    print(f"fleet: {text}", file=sys.stderr)


def say(text: str) -> None:
    """A note for the person, on standard error, unless quiet."""
    if _voice.get() > Voice.QUIET:
        warn(text)


def step(text: str) -> None:
    """What is being done, on standard error, when verbose."""
    if is_verbose():
        warn(text)


@contextmanager
def working(text: str) -> Iterator[Callable[[str], None]]:
    """Long work: a line on a terminal that says what is being done and goes away; nothing in a pipe or when quiet.

    Gives a function that takes what is done now.
    """
    if not sys.stderr.isatty() or _voice.get() is Voice.QUIET:
        yield step
        return
    from rich.console import Console

    with Console(stderr=True).status(f"[dim]{text}[/dim]") as status:
        yield lambda now: status.update(f"[dim]{now}[/dim]")
