"""A throw-away backend in a folder: stacks written as the CLI writes them, which saves starting the CLI for each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fleet.engine.real.parts import pulumi_home
from fleet.stack.model import Secret
from fleet.stack.plain import SECRET, SIGNATURE, to_wire

__all__ = ["local_backend"]


def local_backend(variables: dict[str, str], scratch: Path, stacks: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Make the backend and point the variables at it; `stacks` are outputs by full name, None for a stack without."""
    home, backend = scratch / "home", scratch / "backend"
    home.mkdir()
    plugins = pulumi_home(variables) / "plugins"
    if plugins.is_dir():
        (home / "plugins").symlink_to(plugins)
    for full, outputs in stacks.items():
        _, project, name = full.split("/")
        folder = backend / ".pulumi" / "stacks" / project
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint: dict[str, Any] = {"stack": full}
        if outputs is not None:
            checkpoint["latest"] = {"manifest": {}, "resources": [_root(project, name, outputs)]}
        (folder / f"{name}.json").write_text(json.dumps({"version": 3, "checkpoint": checkpoint}), encoding="utf-8")
    (backend / ".pulumi" / "meta.yaml").write_text("version: 1\n")
    variables["PULUMI_HOME"] = str(home)
    variables["PULUMI_BACKEND_URL"] = backend.as_uri()
    variables.setdefault("PULUMI_CONFIG_PASSPHRASE", "")


def _root(project: str, name: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a stack's own resource, whose outputs a reference reads."""
    kind = "pulumi:pulumi:Stack"
    return {
        "urn": f"urn:pulumi:{name}::{project}::{kind}::{project}-{name}",
        "custom": False,
        "type": kind,
        "outputs": {key: _stored(value) for key, value in outputs.items()},
    }


def _stored(value: Any) -> Any:
    """An output as a state holds it: a secret in plain text inside its mark, as `stack export --show-secrets` does."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "plaintext": json.dumps(to_wire(value.value))}
    return to_wire(value)
