"""The official release archive: the CLI with every language host, for machines that reach get.pulumi.com."""

import http.client
import os
import platform
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from fleet.engine.real.cache import UNFINISHED
from fleet.engine.real.go_build import VERSION

__all__ = ["install"]

_SITE = "https://get.pulumi.com"
_REACH_SECONDS = 4
_READ_SECONDS = 60
_MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}


def install(folder: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> str | None:
    """Fetch the release into `folder`; None when done, else why not. Tries only a site that answers in seconds."""
    address = f"{_SITE}/releases/sdk/pulumi-v{VERSION}-{_platform()}.tar.gz"
    if environment.get("FLEET_OFFLINE"):
        return "not tried, FLEET_OFFLINE is set"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=_REACH_SECONDS):  # noqa: S310  (a constant https address)
            pass
    except (OSError, http.client.HTTPException) as problem:
        return f"{_SITE} does not answer ({getattr(problem, 'reason', problem)})"
    say(f"fetching the Pulumi CLI {VERSION} from {_SITE}, once ...")
    try:
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as scratch:
            _unpack(address, Path(scratch))
            for file in sorted((Path(scratch) / "pulumi").iterdir(), key=lambda file: file.name == "pulumi"):
                os.replace(file, folder / file.name)  # noqa: PTH105  (atomic; the CLI itself last)
    except (OSError, http.client.HTTPException, tarfile.TarError) as problem:
        return f"{address}: {problem}"
    return None


def _platform() -> str:
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"


def _unpack(address: str, scratch: Path) -> None:
    archive = scratch / "release.tar.gz"
    with urllib.request.urlopen(address, timeout=_READ_SECONDS) as answer, archive.open("wb") as file:  # noqa: S310
        shutil.copyfileobj(answer, file)
    with tarfile.open(archive) as opened:
        opened.extractall(scratch, filter="data")
