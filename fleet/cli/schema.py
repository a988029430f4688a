"""`fleet schema`: what editors need to complete and check fleet.yaml."""

import json

import typer

from fleet.spec import json_schema

__all__ = ["schema"]


def schema() -> None:
    """Print the JSON Schema of fleet.yaml, for editors."""
    typer.echo(json.dumps(json_schema(), indent=2))
