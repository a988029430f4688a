"""How a command joins the tree: its docstring is its help, the examples at its end stand as they are written."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import typer

from fleet.cli.voice import with_voice

__all__ = ["HELP_NAMES", "command", "epilog", "group"]

HELP_NAMES: Mapping[str, Any] = {"help_option_names": ["-h", "--help"]}

_EXAMPLES = "\nExamples:\n"
_AS_WRITTEN = "\b"
"""Keeps the parser from filling the paragraph that follows."""


def group(help_: str, *examples: str) -> typer.Typer:
    """A group of commands that shows its help when it is called alone."""
    return typer.Typer(help=help_, epilog=epilog(*examples), no_args_is_help=True, rich_markup_mode=None)


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a function to a group as a command; ValueError when its docstring ends without examples."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        text, found, examples = (inspect.getdoc(function) or "").partition(_EXAMPLES)
        if not found:
            raise ValueError(f"the docstring of {function.__name__} must end with 'Examples:' and a line for each")
        lines = inspect.cleandoc(examples).splitlines()
        app.command(name, help=text.strip(), epilog=epilog(*lines))(with_voice(function))
        return function

    return add


def epilog(*examples: str) -> str:
    """What stands under the options of a help text."""
    return "\n".join([_AS_WRITTEN, "Examples:", *(f"  {line}" for line in examples)])
