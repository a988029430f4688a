"""What provider calls are answered with: facts of the catalog, and what the user supplies in a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from fleet.errors import ConfigError
from fleet.stack.model import UNKNOWN, Secret
from fleet.stack.plain import to_wire

__all__ = ["Answers", "CatalogFacts", "SuppliedAnswer", "catalog_answers", "read_invokes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedAnswer:
    """The result of one provider call; every argument in `args` must be there with that value, others do not matter."""

    token: str
    args: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything that provider calls and stack references can be answered with. Supplied answers win."""

    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    invokes: tuple[SuppliedAnswer, ...] = ()
    stack_references: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The same as JSON values, for the program's process."""
        return {
            "zones": {region: list(names) for region, names in self.zones.items()},
            "invokes": [
                {"token": item.token, "args": to_wire(item.args), "result": to_wire(item.result)}
                for item in self.invokes
            ],
            "stack_references": {name: to_wire(outputs) for name, outputs in self.stack_references.items()},
        }


class CatalogFacts(Protocol):
    """The part of the catalog that calls are answered from."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""

    def zones(self, region: str) -> tuple[str, ...]:
        """Names of a region's availability zones."""


def catalog_answers(catalog: CatalogFacts, supplied: Answers | None = None) -> Answers:
    """Answers from a catalog, with what the user supplied."""
    given = supplied or Answers()
    zones = {region: tuple(catalog.zones(region)) for region in catalog.regions}
    return Answers(zones=zones, invokes=given.invokes, stack_references=given.stack_references)


def read_invokes(path: Path) -> Answers:
    """Answers from a file: JSON with `invokes`, a list of {token, args, result}, and `stack_references` by name.

    In a result `{"$unknown": true}` is an unknown value and `{"$secret": value}` a secret one.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise ConfigError(f"cannot read the answers in {path}: {problem}") from problem
    problems = list(_problems(loaded))
    if problems:
        raise ConfigError("\n".join(f"{path}: {problem}" for problem in problems))
    return Answers(
        invokes=tuple(
            SuppliedAnswer(token=item["token"], args=item.get("args", {}), result=_value(item["result"]))
            for item in loaded.get("invokes", [])
        ),
        stack_references={name: _value(outputs) for name, outputs in loaded.get("stack_references", {}).items()},
    )


def _problems(loaded: Any) -> list[str]:
    if not isinstance(loaded, dict):
        return [f"is a {type(loaded).__name__}; it must be an object with 'invokes' and 'stack_references'"]
    found = [
        f"unknown key {key!r}; allowed are 'invokes' and 'stack_references'"
        for key in sorted(set(loaded) - {"invokes", "stack_references"})
    ]
    invokes = loaded.get("invokes", [])
    references = loaded.get("stack_references", {})
    if not isinstance(invokes, list):
        return [*found, f"'invokes' is a {type(invokes).__name__}; it must be a list of objects"]
    for place, item in enumerate(invokes):
        found += _answer_problems(f"invokes[{place}]", item)
    if not isinstance(references, dict) or not all(isinstance(outputs, dict) for outputs in references.values()):
        found.append("'stack_references' must be an object of stack names, each an object of outputs")
    return found


def _answer_problems(where: str, item: Any) -> list[str]:
    if not isinstance(item, dict):
        return [f"{where} is a {type(item).__name__}; it must be an object with 'token' and 'result'"]
    found = [
        f"{where} has an unknown key {key!r}; allowed are 'token', 'args', 'result'"
        for key in sorted(set(item) - {"token", "args", "result"})
    ]
    if not isinstance(item.get("token"), str):
        found.append(f"{where} has no 'token' such as 'aws:ec2/getVpc:getVpc'")
    found += [
        f"{where}.{key} must be an object" for key in ("args", "result") if not isinstance(item.get(key, {}), dict)
    ]
    if "result" not in item:
        found.append(f"{where} has no 'result'")
    return found


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$unknown"}:
        return UNKNOWN
    if set(value) == {"$secret"}:
        return Secret(_value(value["$secret"]))
    return {key: _value(item) for key, item in value.items()}
