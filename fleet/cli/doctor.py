"""`fleet doctor`: what of the real engine is there."""

import os
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice

if TYPE_CHECKING:
    from fleet.engine.real import Part

_NAMES = 22
_VERSIONS = 12


def doctor(
    build: Annotated[
        bool, typer.Option("--build", help="Get the Pulumi CLI if it is missing (minutes, once).")
    ] = False,
    json: around.AsJson = False,
) -> int:
    """Show what of the real Pulumi engine is there, and where.

    Says what to do about what is missing.

    Exit codes: 0 a CLI is there; 3 none is.

    Examples:
        fleet doctor
        fleet doctor --build
    """
    from fleet.engine.real import examine, obtain_cli

    environment = dict(os.environ)
    if build:
        with voice.working("getting the Pulumi CLI: seconds from get.pulumi.com, minutes with Go"):
            obtain_cli(environment, voice.say)
    parts = examine(environment)
    if json:
        around.put_json(
            [{"name": p.name, "version": p.version, "place": p.place, "advice": p.advice or None} for p in parts]
        )
    else:
        around.put("".join(f"{_text(part, around.width())}\n" for part in parts))
    return 0 if parts[0].place else 3


def _text(part: "Part", width: int) -> str:
    """One part and what to do about it; paths stay whole, so that they can be copied."""
    indent = " " * _NAMES
    lines = [f"{part.name:<{_NAMES}}{part.version or '-':<{_VERSIONS}}{part.place or 'missing'}"]
    lines += [f"{indent}{part.advice}"] if part.advice else []
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        for line in lines
    )
