"""PulumiPolicy.yaml: where a pack says how it runs and which version it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fleet.errors import PackError

__all__ = ["PackFile", "read_pack_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """What PulumiPolicy.yaml says. `main:` is ignored, as in the engine: a pack is its folder."""

    folder: Path
    runtime: str
    options: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    description: str = ""


def read_pack_file(folder: Path) -> PackFile:
    """The pack of a folder."""
    path = folder.resolve() / "PulumiPolicy.yaml"
    if not path.is_file():
        raise PackError(f"{folder} is not a policy pack: it has no PulumiPolicy.yaml")
    try:
        declared = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError) as problem:
        raise PackError(f"cannot read {path}: {problem}") from problem
    runtime = declared.get("runtime") if isinstance(declared, Mapping) else None
    if isinstance(runtime, str):
        runtime = {"name": runtime}
    if not isinstance(runtime, Mapping) or not isinstance(runtime.get("name"), str):
        raise PackError(f"{path} names no runtime; add 'runtime: python'")
    if runtime["name"] != "python":
        raise PackError(f"{path} names the runtime {runtime['name']!r}; only python packs run here")
    return PackFile(
        folder=path.parent,
        runtime=runtime["name"],
        options=runtime.get("options") or {},
        version=str(declared.get("version") or ""),
        description=str(declared.get("description") or ""),
    )
