"""`fleet doctor`: what of the real engine is there."""

import os
import sys
from typing import Annotated

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice


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
        obtain_cli(environment, voice.say)
    parts = examine(environment)
    if json:
        around.put_json(
            [{"name": p.name, "version": p.version, "place": p.place, "advice": p.advice or None} for p in parts]
        )
    else:
        for part in parts:
            sys.stdout.write(f"{part.name:<22}{part.version or '-':<12}{part.place or 'missing'}\n")
            if part.advice:
                sys.stdout.write(f"{'':<22}{part.advice}\n")
    return 0 if parts[0].place else 3
