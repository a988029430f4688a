"""`fleet rehearse`: a real up and destroy on a simulated AWS."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice


def rehearse(
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", metavar="NAME", help="Whose configuration to use [default: dev].")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Wait before destroying, so that you can look around with the AWS CLI.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Port of the simulated AWS [default: any free one].")
    ] = 0,
    output: around.Output = None,
) -> int:
    """Deploy to a simulated AWS, check what is there, destroy it.

    The engine is the real one, AWS is not: no account is needed and nothing leaves the machine.
    Exit codes: 0 everything was as planned; 1 it was not; 2 the program is wrong; 3 the engine or moto is missing.

    Examples:
        fleet rehearse
        fleet rehearse --keep --port 5005
    """
    from fleet.rehearsal import rehearse as perform
    from fleet.rehearsal import summary

    report = perform(Path.cwd(), stack=stack, port=port, say=voice.say, pause=_wait if keep else None)
    around.put(summary(report), output)
    return 0 if report.passed else 1


def _wait(endpoint: str) -> None:
    voice.say(f"the simulated AWS is at {endpoint}: export AWS_ENDPOINT_URL={endpoint}")
    voice.say("press Enter to destroy it and everything in it")
    sys.stdin.readline()
