"""The JSON Schema for editors: it accepts what the loader accepts and describes every field."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from fleet.spec import json_schema

EXAMPLE = Path(__file__).parents[2] / "fleet.yaml"


def _example() -> dict:
    values = YAML(typ="safe").load(EXAMPLE.read_text())
    for workload in values["workloads"]:
        if "start" in workload:
            workload["start"] = workload["start"].isoformat()
    return values


def test_schema_is_valid_and_accepts_the_example() -> None:
    schema = json_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(_example(), schema)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda spec: spec.update(budgett=1), id="unknown key"),
        pytest.param(lambda spec: spec["budget"].update(monthly_usd=-1), id="out of range"),
        pytest.param(lambda spec: spec["workloads"][0].pop("kind"), id="no kind"),
        pytest.param(lambda spec: spec["workloads"][0].update(kind="sevice"), id="unknown kind"),
        pytest.param(lambda spec: spec["workloads"][-1].pop("builds_per_weekday"), id="no demand"),
    ],
)
def test_schema_refuses_what_the_loader_refuses(change) -> None:
    spec = _example()
    change(spec)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spec, json_schema())


def test_every_field_is_described() -> None:
    schema = json_schema()
    parts = {"fleet": schema, **schema["$defs"]}
    bare = [
        f"{name}.{field}"
        for name, part in parts.items()
        for field, entry in part.get("properties", {}).items()
        if field != "kind" and not entry.get("description")
    ]

    assert bare == []


def test_every_field_is_in_the_documentation() -> None:
    text = (EXAMPLE.parent / "docs" / "spec.md").read_text()
    schema = json_schema()
    parts = {"fleet": schema, **schema["$defs"]}
    missing = [
        f"{name}.{field}"
        for name, part in parts.items()
        for field in part.get("properties", {})
        if f"`{field}`" not in text and field != "kind"
    ]

    assert missing == []
