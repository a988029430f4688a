"""`fleet schema`: what editors need to complete and check fleet.yaml."""

from fleet.cli import surroundings as around

__all__ = ["schema"]


def schema() -> None:
    """Print the JSON Schema of fleet.yaml, for editors.

    VS Code and every editor with yaml-language-server take it from a first line of fleet.yaml:
    # yaml-language-server: $schema=fleet.schema.json

    Examples:
        fleet schema > fleet.schema.json
    """
    from fleet.spec import json_schema

    around.put_json(json_schema())
