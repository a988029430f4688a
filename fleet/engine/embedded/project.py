"""A Pulumi project's own files: Pulumi.yaml and Pulumi.STACK.yaml, read the way the command line reads them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fleet.errors import ProgramError

__all__ = ["Config", "Project", "read_config", "read_project"]

_NAMES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_REDACTED = "[secret]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What Pulumi.yaml says. `root` is its folder, `program` the folder or file to run; options are the runtime's."""

    root: Path
    name: str
    runtime: str
    program: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    config_folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A stack's configuration by full key (`aws:region`), values as text; `secret_keys` name those that are secret.

    Encrypted values cannot be read here: their text is `[secret]`.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    """What of the configuration could not be read."""

    @property
    def public(self) -> dict[str, str]:
        """The values that are not secret."""
        return {key: value for key, value in self.values.items() if key not in self.secret_keys}


def read_project(folder: Path) -> Project:
    """The project of a folder (or of a parent folder, as the command line looks for it)."""
    start = folder.resolve()
    if not start.is_dir():
        raise ProgramError(f"{folder} is not a folder; name the folder that holds Pulumi.yaml")
    for candidate in (start, *start.parents):
        for name in _NAMES:
            if (candidate / name).is_file():
                return _project(candidate, candidate / name)
    raise ProgramError(f"no Pulumi.yaml in {folder} or above it; 'fleet init' writes one")


def read_config(project: Project, stack: str, given: Mapping[str, str] | None = None) -> Config:
    """Configuration of a stack: the project's defaults, then Pulumi.STACK.yaml, then `given` (full or short keys)."""
    values: dict[str, str] = {}
    secret: set[str] = set()
    missing: list[str] = []
    stack_file = (project.config_folder or project.root) / f"Pulumi.{stack}.yaml"
    stack_settings = _load(stack_file) if stack_file.is_file() else {}
    for key, declared in _stack_values(stack_file, stack_settings).items():
        _put(values, secret, _full_key(key, project.name), *_stack_value(declared))
    for key, declared in project.config.items():
        full = _full_key(key, project.name)
        found = _project_value(declared)
        if full in values:
            secret.update({full} if isinstance(declared, Mapping) and declared.get("secret") else set())
        elif found is None:
            missing.append(key)
        else:
            _put(values, secret, full, *found)
    for key, value in (given or {}).items():
        full = _full_key(key, project.name)
        values[full] = value
    missing = [key for key in missing if _full_key(key, project.name) not in values]
    if missing:
        raise ProgramError(
            f"stack '{stack}' is missing configuration value '{missing[0]}', which Pulumi.yaml declares without a "
            f"default; set it in {stack_file.name} under config:"
        )
    return Config(
        values=values, secret_keys=frozenset(secret), notes=tuple(_notes(stack_file.name, stack_settings, values))
    )


def _notes(file: str, settings: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    hidden = sorted(key for key, text in values.items() if _REDACTED in text)
    if hidden:
        yield f"encrypted configuration cannot be read here, the program sees {_REDACTED}: {', '.join(hidden)}"
    if settings.get("environment"):
        yield f"{file} imports environments of Pulumi ESC; their values are not known here"


def _project(root: Path, path: Path) -> Project:
    declared = _load(path)
    name = declared.get("name")
    if not isinstance(name, str) or not name:
        raise ProgramError(f"{path} has no name; add 'name: my-project'")
    runtime = declared.get("runtime")
    if isinstance(runtime, str):
        runtime = {"name": runtime}
    if not isinstance(runtime, Mapping) or not isinstance(runtime.get("name"), str):
        raise ProgramError(f"{path} names no runtime; add 'runtime: python'")
    config = declared.get("config") or {}
    folder = declared.get("stackConfigDir") or (config if isinstance(config, str) else None)
    return Project(
        root=root,
        name=name,
        runtime=runtime["name"],
        program=(root / str(declared.get("main") or ".")).resolve(),
        options=runtime.get("options") or {},
        config=config if isinstance(config, Mapping) else {},
        config_folder=root / folder if folder else None,
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError) as problem:
        raise ProgramError(f"cannot read {path}: {problem}") from problem
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ProgramError(f"{path} is a {type(loaded).__name__}; it must be a mapping")
    return loaded


def _stack_values(path: Path, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    values = settings.get("config") or {}
    if not isinstance(values, Mapping):
        raise ProgramError(f"'config' in {path} is a {type(values).__name__}; it must be a mapping of keys to values")
    return values


def _put(values: dict[str, str], secret: set[str], key: str, text: str, is_secret: bool) -> None:  # noqa: FBT001
    values[key] = text
    if is_secret:
        secret.add(key)


def _full_key(key: str, project: str) -> str:
    # `pulumi config set aws:region` writes the namespace, older files wrote `project:config:key`.
    if ":" not in key:
        return f"{project}:{key}"
    namespace, _, rest = key.partition(":")
    return f"{namespace}:{rest.removeprefix('config:')}"


def _stack_value(declared: Any) -> tuple[str, bool]:
    """Text of a value in a stack's file, and whether any part of it is encrypted."""
    if isinstance(declared, Mapping) and set(declared) == {"secure"}:
        return _REDACTED, True
    plain, hidden = _without_secure(declared)
    return _text(plain), hidden


def _without_secure(value: Any) -> tuple[Any, bool]:
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            return _REDACTED, True
        parts = {str(key): _without_secure(item) for key, item in value.items()}
        return {key: part for key, (part, _) in parts.items()}, any(hidden for _, hidden in parts.values())
    if isinstance(value, list):
        items = [_without_secure(item) for item in value]
        return [part for part, _ in items], any(hidden for _, hidden in items)
    return value, False


def _project_value(declared: Any) -> tuple[str, bool] | None:
    """Text of a value in Pulumi.yaml, None where it is declared without a value."""
    if isinstance(declared, Mapping) and set(declared) & {"value", "default", "type", "description", "secret"}:
        for key in ("value", "default"):
            if declared.get(key) is not None:
                text, hidden = _stack_value(declared[key])
                return text, hidden or bool(declared.get("secret"))
        return None
    return _stack_value(declared)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Mapping | list):
        return json.dumps(value, separators=(",", ":"), sort_keys=True, default=str)
    return str(value)
