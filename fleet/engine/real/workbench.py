"""One run's surroundings for the real CLI: where the parts are, which backend and stack, and nothing left behind."""

import importlib.util
import io
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import fleet.errors
from fleet.engine.embedded import Project, read_project
from fleet.engine.embedded.interpreter import program_python
from fleet.engine.real.backend import local_backend
from fleet.engine.real.cli import Cli
from fleet.engine.real.orphans import MARKER, guarded_folder
from fleet.engine.real.parts import INSTALL_REHEARSAL, find_aws_provider, find_language_host, pulumi_home
from fleet.errors import ConfigError, MissingError

__all__ = ["Workbench", "workbench"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """Everything that a call of the CLI needs; `scratch` is a folder that goes with it.

    `full_name` is the stack as the backend names it, which may begin with its organization and project.
    """

    cli: Cli
    folder: Path
    project: Project
    full_name: str
    scratch: Path
    environment: Mapping[str, str]
    config_file: Path | None
    throw_away: bool

    @property
    def stack(self) -> str:
        """The stack's own name."""
        return _own_name(self.full_name)

    def arguments(self) -> list[str]:
        """The flags that every command about the stack takes."""
        flags = ["--stack", self.full_name, "--non-interactive"]
        return [*flags, "--config-file", str(self.config_file)] if self.config_file else flags


@contextmanager
def workbench(
    folder: Path,
    *,
    cli: Cli,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    stack: str | None = None,
    config: Mapping[str, str] | None = None,
    simulated_aws: bool = False,
    throw_away: bool | None = None,
    references: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Workbench]:
    """A workbench for the program in `folder`, gone afterwards with every process and file it had.

    Without a login or a selected stack (or with `throw_away`) the backend is a local folder of this run and the stack
    is `dev` (or the one named); `references` are the outputs of other stacks in it, by the name that the program uses.
    What is missing of the real engine is stood in for, and each is said in one line.
    """
    project = read_project(folder)
    local = throw_away if throw_away is not None else not _is_logged_in(project, environment, stack)
    with guarded_folder() as scratch:
        variables = dict(environment)
        _add_parts(variables, scratch, cli, say, project=project, simulated_aws=simulated_aws)
        full_name = stack or (_selected(project, environment) if not local else None) or "dev"
        name = _own_name(full_name)
        file = (project.config_folder or project.root) / f"Pulumi.{name}.yaml"
        if local:
            stacks = {f"organization/{project.name}/{name}": None, **_referenced(references or {}, project.name)}
            local_backend(variables, scratch, stacks)
            if throw_away is None:
                say(f"no login or no selected stack: a throw-away local backend and the stack {name!r}")
        config_file = _config_file(file, scratch, config or {}) if local or config else None
        yield Workbench(
            cli=cli,
            folder=project.root,
            project=project,
            full_name=name if local else full_name,
            scratch=scratch,
            environment=variables,
            config_file=config_file,
            throw_away=local,
        )


def _read_yaml(file: Path) -> dict[str, object]:
    try:
        content = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as problem:
        raise ConfigError(f"{file} cannot be read: {problem}") from problem
    return content if isinstance(content, dict) else {}


def _is_logged_in(project: Project, environment: Mapping[str, str], stack: str | None) -> bool:
    """Whether there is a backend, and a stack to work on."""
    if not (stack or _selected(project, environment)):
        return False
    if environment.get("PULUMI_BACKEND_URL") or environment.get("PULUMI_ACCESS_TOKEN"):
        return True
    backend = _read_yaml(project.root / "Pulumi.yaml").get("backend")
    if isinstance(backend, dict) and backend.get("url"):
        return True
    return bool(_read_json(pulumi_home(environment) / "credentials.json").get("current"))


def _selected(project: Project, environment: Mapping[str, str]) -> str | None:
    """The stack selected for this folder: `PULUMI_STACK`, else what the CLI wrote into its workspace file."""
    if environment.get("PULUMI_STACK"):
        return environment["PULUMI_STACK"]
    # The CLI names the file after a hash of the project file's path.
    from hashlib import sha1  # noqa: PLC0415  (only here)

    digest = sha1(str((project.root / "Pulumi.yaml").resolve()).encode(), usedforsecurity=False).hexdigest()
    file = pulumi_home(environment) / "workspaces" / f"{project.name}-{digest}-workspace.json"
    selected = _read_json(file).get("stack")
    return selected if isinstance(selected, str) and selected else None


def _read_json(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _add_parts(
    variables: dict[str, str],
    scratch: Path,
    cli: Cli,
    say: Callable[[str], None],
    *,
    project: Project,
    simulated_aws: bool,
) -> None:
    """Put the CLI and the stand-ins for what is missing on PATH."""
    shims = scratch / "bin"
    shims.mkdir()
    variables[MARKER] = str(scratch)
    variables.setdefault("PULUMI_PYTHON_CMD", sys.executable)
    variables["PULUMI_SKIP_UPDATE_CHECK"] = "1"
    if find_language_host(variables, cli.path) is None:
        _write_shim(shims / "pulumi-language-python", "fleet.engine.real.language_host")
        _write_dynamic(shims / "pulumi-resource-pulumi-python", project)
        say("no Pulumi language host for Python found: the stand-in of fleet runs the program")
    if simulated_aws or find_aws_provider(variables) is None:
        _require_boto3()
        _write_shim(shims / "pulumi-resource-aws", "fleet.simulated_aws")
        # Without this the engine would try to download the provider that the stand-in stands for.
        variables.setdefault("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "1")
        say(
            "the AWS provider is the simulated one"
            if simulated_aws
            else "no AWS provider found: the simulated one stands in"
        )
    variables["PATH"] = os.pathsep.join([str(shims), str(cli.path.parent), variables.get("PATH", os.defpath)])


def _require_boto3() -> None:
    """The stand-in for the AWS provider speaks AWS's own API, which an installation without extras does not."""
    if importlib.util.find_spec("boto3") is None:
        raise MissingError(
            f"no AWS provider found, and the simulated one needs boto3: {INSTALL_REHEARSAL}; "
            "or install the real one with `pulumi plugin install resource aws`"
        )


def _write_dynamic(file: Path, project: Project) -> None:
    """The provider of dynamic resources, which comes with the real language host: the program's own SDK serves it."""
    python = program_python(project.root, project.options)
    _write_executable(file, f'exec {shlex.quote(python)} -u -m pulumi.dynamic "$@"')


def _write_shim(file: Path, module: str) -> None:
    """An executable that runs a module of this very package, whatever the folder and environment it starts in."""
    root = str(Path(fleet.errors.__file__).resolve().parents[1])
    code = f"import sys; sys.path.insert(0, {root!r}); import runpy; runpy.run_module({module!r}, run_name='__main__')"
    _write_executable(file, f'exec {shlex.quote(sys.executable)} -P -c {shlex.quote(code)} "$@"')


def _write_executable(file: Path, command: str) -> None:
    file.write_text(f"#!/bin/sh\n{command}\n")
    file.chmod(0o700)


def _own_name(stack: str) -> str:
    """The last part of `ORGANIZATION/PROJECT/STACK`."""
    return stack.rpartition("/")[2]


def _referenced(references: Mapping[str, Mapping[str, Any]], project: str) -> dict[str, Mapping[str, Any]]:
    """Stacks by their full name; a local backend knows one organization, and refuses names of any other."""
    named = {name if "/" in name else f"organization/{project}/{name}": outputs for name, outputs in references.items()}
    return {name: outputs for name, outputs in named.items() if re.fullmatch("organization/[^/]+/[^/]+", name)}


def _config_file(source: Path, scratch: Path, config: Mapping[str, str]) -> Path:
    """A copy of the stack's configuration with `config` over it: the CLI writes into the file that it is given."""
    content = _read_yaml(source) if source.exists() else {}
    values = content.get("config")
    if config:
        content["config"] = {**(values if isinstance(values, dict) else {}), **config}
    text = io.StringIO()
    if content:
        YAML(typ="safe").dump(content, text)
    copy = scratch / source.name
    copy.write_text(text.getvalue(), encoding="utf-8")
    return copy
