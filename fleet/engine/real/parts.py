"""The parts of the real engine beside the CLI: language host, AWS provider, Python; where each comes from."""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from fleet.engine.real.cli import MINIMUM, PINNED, find_cli

__all__ = ["INSTALL_REHEARSAL", "Part", "examine", "find_aws_provider", "find_language_host", "pulumi_home"]

INSTALL_REHEARSAL = "run `make setup` in a clone of fleet, or `pip install '/path/to/the/clone[rehearsal]'`"
"""How the packages of the extra `rehearsal` come onto a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part for `fleet doctor`: `advice` is what to do about it, empty when nothing is."""

    name: str
    version: str | None
    place: str | None
    advice: str = ""


def pulumi_home(environment: Mapping[str, str]) -> Path:
    """The user's Pulumi folder, where plugins and the login are."""
    named = environment.get("PULUMI_HOME")
    return Path(named) if named else Path(environment.get("HOME") or Path.home()) / ".pulumi"


def find_language_host(environment: Mapping[str, str], cli: Path | None) -> Path | None:
    """A real `pulumi-language-python`: on PATH or beside the CLI, where the engine itself looks."""
    on_path = shutil.which("pulumi-language-python", path=environment.get("PATH"))
    if on_path:
        return Path(on_path)
    beside = cli.resolve().with_name("pulumi-language-python") if cli else None
    return beside if beside and os.access(beside, os.X_OK) else None


def find_aws_provider(environment: Mapping[str, str]) -> tuple[Path, str | None] | None:
    """A real `pulumi-resource-aws` and its version: on PATH, else the newest installed plugin."""
    on_path = shutil.which("pulumi-resource-aws", path=environment.get("PATH"))
    if on_path:
        return Path(on_path), None
    plugins = pulumi_home(environment) / "plugins"
    found = []
    for folder in plugins.glob("resource-aws-v*"):
        executable = folder / "pulumi-resource-aws"
        if os.access(executable, os.X_OK):
            version = folder.name.removeprefix("resource-aws-v")
            found.append(([int(part) for part in re.findall(r"\d+", version)], executable, version))
    if not found:
        return None
    _, executable, version = max(found)
    return executable, version


def examine(environment: Mapping[str, str]) -> list[Part]:
    """What of the real engine is there, in the order in which it is needed."""
    cli = find_cli(environment)
    host = find_language_host(environment, cli.path if cli else None)
    provider = find_aws_provider(environment)
    minimum = ".".join(map(str, MINIMUM))
    return [
        Part(
            name="Pulumi CLI",
            version=cli.version if cli else None,
            place=f"{cli.path} ({cli.origin})" if cli else None,
            advice=""
            if cli
            else f"needs {minimum} or later: install Pulumi, or let `fleet doctor --build` get {PINNED} "
            "(from get.pulumi.com, else with Go)",
        ),
        Part(
            name="Python language host",
            version=cli.version if cli and host and host.parent == cli.path.resolve().parent else None,
            place=str(host) if host else "stand-in of fleet",
            advice="" if host else "the stand-in runs Python programs and packs; installing Pulumi brings the real one",
        ),
        Part(
            name="AWS provider",
            version=provider[1] if provider else None,
            place=str(provider[0]) if provider else "stand-in of fleet (simulated AWS)",
            advice=""
            if provider
            else "previews and rehearsals use the stand-in; `pulumi plugin install resource aws` gets the real one",
        ),
        Part(name="Python", version=".".join(str(part) for part in sys.version_info[:3]), place=sys.executable),
        _package("moto", "`fleet rehearse` needs it"),
        _package("boto3", "`fleet rehearse`, the simulated AWS provider and `fleet catalog refresh` need it"),
    ]


def _package(name: str, need: str) -> Part:
    """A package that only an extra installs, and what needs it."""
    found = importlib.util.find_spec(name)
    if found is None:
        return Part(name=name, version=None, place=None, advice=f"{need}: {INSTALL_REHEARSAL}")
    return Part(name=name, version=metadata.version(name), place=str(Path(found.origin or name).parent))
