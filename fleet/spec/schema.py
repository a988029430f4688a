"""The JSON Schema of fleet.yaml, for editors that complete and check while one types."""

from typing import Any

from fleet.spec.allowed import KINDS
from fleet.spec.model import FleetSpec

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of fleet.yaml; the loader checks more: names, and fields that must go together."""
    schema = FleetSpec.model_json_schema(mode="validation")
    for model in KINDS.values():
        schema["$defs"][model.__name__]["required"].append("kind")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "fleet.yaml", **_without_titles(schema)}


def _without_titles(value: Any) -> Any:
    """The schema without the titles that repeat the name of each field."""
    if isinstance(value, dict):
        return {
            key: _without_titles(item) for key, item in value.items() if not (key == "title" and isinstance(item, str))
        }
    return [_without_titles(item) for item in value] if isinstance(value, list) else value
