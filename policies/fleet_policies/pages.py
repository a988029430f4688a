"""The page of a rule: its text for people, and its two examples as stacks that can be checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import Any

from fleet.stack.model import UNKNOWN, Resource, Secret, Stack
from fleet_policies.rule import Rule

__all__ = ["SECTIONS", "Example", "examples", "page"]

SECTIONS = ("What it does", "Why is this bad", "Example", "Options", "Source")
"""Sections that every page has, in this order."""

_EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_STACK = "urn:pulumi:dev::example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A program of a page: resources, and what the pack is told beside them."""

    stack: Stack
    options: Mapping[str, Any] = field(default_factory=dict)
    exemptions: tuple[Mapping[str, Any], ...] = ()
    baseline: Mapping[str, Any] | None = None
    plan: Mapping[str, tuple[str, ...]] | None = None
    """Types that a lock holds, by workload."""
    today: date | None = None


def page(rule: Rule) -> str:
    """The page as Markdown: title, level and options in front of the rule's own text."""
    summary, _, rest = rule.page.partition("\n")
    lines = [
        f"# {rule.id} {rule.name}",
        "",
        summary,
        "",
        f"Level: `{rule.level}`. Severity: {rule.severity}. Area: {rule.area}. Since {rule.since}{_status(rule)}.",
        "",
        f"Fix: {rule.fix}",
        "",
        _spaced(rest.strip()),
        "",
        "## Configuration",
        "",
        f"`{rule.name}` in the policy configuration takes `enforcementLevel` and:",
        "",
        "| option | type | default | meaning |",
        "| --- | --- | --- | --- |",
        *(_option(name, schema) for name, schema in rule.schema.items()),
    ]
    if not rule.schema:
        lines = [*lines[:-4], "It takes no options."]
    return "\n".join(lines) + "\n"


def _status(rule: Rule) -> str:
    return "" if rule.status == "stable" else f", {rule.status}"


def _spaced(text: str) -> str:
    """The text with a blank line after each heading and around each code block, as Markdown wants it."""
    text = re.sub(r"(?m)^(## .*)\n(?!\n)", r"\1\n\n", text)
    text = re.sub(r"(?m)^```\nUse instead:\n", "```\n\nUse instead:\n\n", text)
    return re.sub(r"(?m)^(https://\S+)$", r"<\1>", text)


def _option(name: str, schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    shown = "" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"
    allowed = f" ({', '.join(schema['enum'])})" if "enum" in schema else ""
    return f"| `{name}` | {schema['type']} | {shown} | {schema['description']}{allowed} |"


def examples(rule: Rule) -> tuple[Example, Example]:
    """The program that breaks the rule, and the one that does not."""
    bad, good = (_example(text) for text in _EXAMPLE.findall(rule.page)[:2])
    return bad, good


def _example(text: str) -> Example:
    from ruamel.yaml import YAML  # noqa: PLC0415  (pages are read by people and tests, not by the server)

    content = YAML(typ="safe", pure=True).load(StringIO(text))
    resources = tuple(_resource(entry) for entry in content.get("resources", ()))
    plan = content.get("plan")
    return Example(
        stack=Stack(project="example", name="dev", resources=resources, config={"aws:region": "us-east-1"}),
        options=content.get("options") or {},
        exemptions=tuple(content.get("exemptions", ())),
        baseline=content.get("baseline"),
        plan=None if plan is None else {name: tuple(types) for name, types in plan.items()},
        today=content.get("today"),
    )


def _resource(entry: Mapping[str, Any]) -> Resource:
    depends = {key: tuple(f"{_STACK}::{urn}" for urn in urns) for key, urns in entry.get("depends", {}).items()}
    return Resource(
        urn=f"{_STACK}::{entry['type']}::{entry['name']}",
        type=entry["type"],
        name=entry["name"],
        inputs=_value(entry["properties"]),
        property_dependencies=depends,
        dependencies=tuple(sorted({urn for urns in depends.values() for urn in urns})),
    )


def _value(value: Any) -> Any:
    """A value of an example: `{unknown: true}` and `{secret: VALUE}` stand for what they say."""
    if isinstance(value, list):
        return [_value(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value == {"unknown": True}:
        return UNKNOWN
    if set(value) == {"secret"}:
        return Secret(_value(value["secret"]))
    return {str(key): _value(item) for key, item in value.items()}
