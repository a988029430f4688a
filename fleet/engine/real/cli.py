"""The Pulumi CLI: where it is, which version, and how to get one where there is none."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fleet.engine.real import cache, go_build, installer
from fleet.errors import MissingError

__all__ = ["MINIMUM", "PINNED", "Cli", "find_cli", "obtain_cli", "version_of"]

Origin = Literal["PATH", "cache", "installer", "go build"]

MINIMUM = (3, 249)
"""The oldest CLI whose event stream carries what a preview needs."""
PINNED = go_build.VERSION
_PROBE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cli:
    """A CLI that answered `pulumi version`."""

    path: Path
    version: str
    origin: Origin


def find_cli(environment: Mapping[str, str]) -> Cli | None:
    """The CLI that is there already: a recent one on PATH, else the cached build; None without either."""
    on_path = shutil.which("pulumi", path=environment.get("PATH"))
    if on_path:
        version = version_of(Path(on_path))
        if version and _numbers(version) >= MINIMUM:
            return Cli(path=Path(on_path), version=version, origin="PATH")
    cached = cache.cli_folder(environment, PINNED) / "pulumi"
    version = version_of(cached)
    return Cli(path=cached, version=version, origin="cache") if version == PINNED else None


def obtain_cli(environment: Mapping[str, str], say: Callable[[str], None]) -> Cli:
    """The CLI, made if need be: PATH, cache, official installer, Go build; MissingError says what to provide.

    Only one process makes it at a time; the others wait and take what it made. A cached file that does not answer
    is replaced.
    """
    found = find_cli(environment)
    if found:
        return found
    with cache.exclusive(cache.cli_folder(environment, PINNED), say):
        found = find_cli(environment)
        return found or _make(environment, say)


def _make(environment: Mapping[str, str], say: Callable[[str], None]) -> Cli:
    folder = cache.cli_folder(environment, PINNED)
    cache.remove_unfinished(folder)
    reasons = []
    ways: tuple[tuple[Origin, Callable[..., str | None]], ...] = (
        ("installer", installer.install),
        ("go build", go_build.build),
    )
    for origin, way in ways:
        refusal = way(folder, environment, say)
        if refusal is None:
            path = folder / "pulumi"
            version = version_of(path)
            if version:
                return Cli(path=path, version=version, origin=origin)
            refusal = f"what it made at {path} does not answer `pulumi version`"
        reasons.append(f"{origin}: {refusal}")
    raise MissingError(
        f"no Pulumi CLI of at least {'.'.join(map(str, MINIMUM))} ({'; '.join(reasons)}); provide one of: "
        "`pulumi` on PATH (https://www.pulumi.com/docs/install), a connection to get.pulumi.com, "
        "or Go 1.25 with a module proxy"
    )


def version_of(executable: Path) -> str | None:
    """Version of a CLI without its leading v, or None for a file that is missing, broken or something else."""
    try:
        answer = subprocess.run(  # noqa: S603  (the CLI we are asked to probe)
            [str(executable), "version"], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    found = re.fullmatch(r"v?(\d+\.\d+\.\d+\S*)", answer.stdout.strip())
    return found[1] if found and answer.returncode == 0 else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
