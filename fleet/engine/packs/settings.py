"""A pack's configuration: the rules' own levels and defaults, then the pack's, then the user's, checked by schema."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from fleet.engine.model import PackInfo, RuleInfo
from fleet.engine.packs.schema import violations
from fleet.errors import ConfigError, nearest
from fleet.result.model import Level

__all__ = ["Setting", "parse_settings", "read_pack_config", "reconcile", "unknown_rule"]

LEVELS: tuple[str, ...] = get_args(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Level and options of one rule; no level keeps the one that stood before."""

    level: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def read_pack_config(path: Path) -> dict[str, Any]:
    """The content of a policy configuration file, `{}` when it is empty."""
    try:
        text = path.read_text(encoding="utf-8")
        loaded = json.loads(text) if text.strip() else {}
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise ConfigError(f"cannot read the policy configuration {path}: {problem}") from problem
    if not isinstance(loaded, dict):
        raise ConfigError(f"the policy configuration {path} is a {type(loaded).__name__}; it must be an object by rule")
    return loaded


def parse_settings(config: Mapping[str, Any]) -> dict[str, Setting]:
    """Settings by rule name, from `{"rule": "level"}` or `{"rule": {"enforcementLevel": ..., option: ...}}`."""
    found: dict[str, Setting] = {}
    for rule, value in config.items():
        if rule == "environments":
            continue
        if isinstance(value, str):
            setting = Setting(level=_level(rule, value))
        elif isinstance(value, Mapping):
            stated = value.get("enforcementLevel")
            options = {name: item for name, item in value.items() if name != "enforcementLevel"}
            setting = Setting(level=None if stated is None else _level(rule, stated), options=options)
        else:
            raise ConfigError(f"parsing {rule!r}: {value!r} is not a valid value; must be a string or object")
        if setting.level is not None or setting.options:
            found[rule] = setting
    return found


def reconcile(info: PackInfo, initial: Mapping[str, Setting], given: Mapping[str, Setting]) -> dict[str, Setting]:
    """Settings in force: schema defaults, the pack's initial configuration, then the user's; all problems at once."""
    result = {name: Setting(level=rule.level, options=_defaults(rule)) for name, rule in info.rules.items()}
    for layer in (initial, given):
        result = _applied(result, layer)
    problems = [
        f"{name}: {problem}"
        for name, rule in info.rules.items()
        if rule.config_schema is not None
        for problem in violations({"type": "object", **rule.config_schema}, dict(result[name].options))
    ]
    if problems:
        raise ConfigError(f"validating policy config for {info.name!r}: {'; '.join(sorted(problems))}")
    unknown = unknown_rule(info, (name for name, setting in result.items() if setting.level is None))
    if unknown is not None:
        raise ConfigError(unknown)
    return result


def unknown_rule(info: PackInfo, names: Iterable[str]) -> str | None:
    """What is wrong with the first name that is no rule of the pack, with the nearest one; None when all are."""
    name = next((name for name in names if name not in info.rules), None)
    if name is None:
        return None
    close = nearest(name, info.rules, limit=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"policy config for {info.name!r} gives {name!r} options but it is no rule of the pack{hint}"


def _level(rule: str, value: Any) -> str:
    if value not in LEVELS:
        allowed = ", ".join(LEVELS)
        raise ConfigError(
            f"parsing enforcement level for {rule!r}: {value!r} is not a valid enforcement level; allowed are {allowed}"
        )
    return str(value)


def _defaults(rule: RuleInfo) -> dict[str, Any]:
    properties = (rule.config_schema or {}).get("properties", {})
    return {
        name: part["default"] for name, part in properties.items() if isinstance(part, Mapping) and "default" in part
    }


def _applied(result: Mapping[str, Setting], layer: Mapping[str, Setting]) -> dict[str, Setting]:
    applied = dict(result)
    everywhere = layer["all"].level if "all" in layer else None
    if everywhere is not None:
        applied = {name: Setting(level=everywhere, options=old.options) for name, old in applied.items()}
    for name, setting in layer.items():
        old = applied.get(name, Setting())
        applied[name] = Setting(level=setting.level or old.level, options={**old.options, **setting.options})
    return applied
