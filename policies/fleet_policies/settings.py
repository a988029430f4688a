"""Level and options of every rule: defaults, then the configuration. Names that nobody knows are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from fleet.errors import ConfigError, nearest
from fleet.result.model import Level
from fleet_policies.rule import Rule

__all__ = ["LEVELS", "Setting", "Settings", "read_settings"]

LEVELS: tuple[str, ...] = get_args(Level)
_NAMED: Mapping[str, Level] = {
    "mandatory": "mandatory",
    "advisory": "advisory",
    "remediate": "remediate",
    "disabled": "disabled",
}
_ALL = "all"
_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "array": (list, tuple),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
    "object": (Mapping,),
    "string": (str,),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """Level and options in force for one rule."""

    level: Level
    options: Mapping[str, Any]


Settings = Mapping[str, Setting]


def read_settings(config: Mapping[str, Any], rules: Mapping[str, Rule]) -> Settings:
    """Settings in force. ConfigError names every unknown rule or option and wrong value, with the nearest name."""
    problems: list[str] = []
    everywhere = _everywhere(config.get(_ALL), problems)
    settings: dict[str, Setting] = {}
    for name, rule in rules.items():
        level, options = _entry(name, config.get(name), problems)
        level = level if level is not None else everywhere if everywhere is not None else rule.level
        problems += _level_problems(rule, level)
        problems += [p for key, value in options.items() for p in _option_problems(rule, key, value)]
        settings[name] = Setting(level, {**rule.defaults, **options})
    problems += [_unknown_rule(name, rules) for name in sorted(config) if name not in rules and name != _ALL]
    if problems:
        raise ConfigError("; ".join(problems))
    return settings


def _everywhere(value: Any, problems: list[str]) -> Level | None:
    level, options = _entry(_ALL, value, problems)
    problems += [f"'all' takes a level only, found option {key!r}" for key in options]
    return level


def _entry(name: str, value: Any, problems: list[str]) -> tuple[Level | None, Mapping[str, Any]]:
    if value is None:
        return None, {}
    if isinstance(value, str):
        return _level(name, value, problems), {}
    if not isinstance(value, Mapping):
        problems.append(f"{name}: found {type(value).__name__}; a level or an object with options is expected")
        return None, {}
    stated = value.get("enforcementLevel")
    options = {key: item for key, item in value.items() if key != "enforcementLevel"}
    return (None if stated is None else _level(name, stated, problems)), options


def _level(name: str, value: Any, problems: list[str]) -> Level | None:
    if isinstance(value, str) and value in _NAMED:
        return _NAMED[value]
    problems.append(f"{name}: unknown level {value!r}; allowed are {', '.join(LEVELS)}")
    return None


def _level_problems(rule: Rule, level: Level) -> list[str]:
    if level == "remediate" and rule.remedy is None:
        return [f"{rule.name}: level 'remediate' is not possible; allowed are mandatory, advisory and disabled"]
    return []


def _unknown_rule(name: str, rules: Mapping[str, Rule]) -> str:
    """Configuration goes by name; what is meant by an id is known for sure."""
    meant = next((rule.name for rule in rules.values() if rule.id == name.upper()), None)
    return _unknown("rule", name, rules) if meant is None else f"unknown rule {name!r}; {name.upper()} is {meant!r}"


def _unknown(what: str, name: str, known: Any) -> str:
    close = nearest(name, known, limit=1)
    return f"unknown {what} {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _option_problems(rule: Rule, key: str, value: Any) -> list[str]:
    schema = rule.schema.get(key)
    if schema is None:
        return [f"{rule.name}: {_unknown('option', key, rule.schema)}"]
    return [f"{rule.name}: {problem}" for problem in _value_problems(f"option {key!r}", value, schema)]


def _value_problems(what: str, value: Any, schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with a value by the part of JSON schema that the rules use."""
    kind = schema.get("type")
    if kind is not None and not _is_of(kind, value):
        return [f"{what} is {_shown(value)}; {kind} is expected"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{what} is {_shown(value)}; allowed are {', '.join(map(repr, schema['enum']))}"]
    if "minimum" in schema and value < schema["minimum"]:
        return [f"{what} is {_shown(value)}; at least {schema['minimum']} is expected"]
    if "maximum" in schema and value > schema["maximum"]:
        return [f"{what} is {_shown(value)}; at most {schema['maximum']} is expected"]
    if kind == "array" and "items" in schema:
        return [p for i, item in enumerate(value) for p in _value_problems(f"{what}[{i}]", item, schema["items"])]
    return _object_problems(what, value, schema) if kind == "object" else []


def _is_of(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _JSON_TYPES[kind])


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


_LONGEST = 60


def _object_problems(what: str, value: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    problems = [f"{what} lacks {key!r}" for key in schema.get("required", ()) if key not in value]
    for key, item in value.items():
        if key in properties:
            problems += _value_problems(f"{what}.{key}", item, properties[key])
        elif isinstance(schema.get("additionalProperties"), Mapping):
            problems += _value_problems(f"{what}.{key}", item, schema["additionalProperties"])
        elif properties:
            problems.append(f"{what}: {_unknown('key', str(key), properties)}")
    return problems
