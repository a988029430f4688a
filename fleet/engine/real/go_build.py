"""Building the CLI with Go from a pinned module: for machines with Go and a module proxy, and nothing else."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

from fleet.engine.real.cache import UNFINISHED
from fleet.engine.real.processes import run

__all__ = ["VERSION", "build"]

VERSION = "3.250.0"
"""Version in cli_build/go.mod; later ones were not served by module proxies."""
_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_LIMIT_SECONDS = 1800


def build(folder: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> str | None:
    """Build `folder/pulumi`; None when done, else why not. What is unfinished is never under the final name."""
    go = shutil.which("go", path=environment.get("PATH"))
    if go is None:
        return "no `go` on PATH"
    say(f"building the Pulumi CLI {VERSION} with Go, once: about three minutes on two cores ...")
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as scratch:
            _copy_module(Path(scratch))
            refusal = _compile(go, Path(scratch), environment)
            if refusal:
                return refusal
            os.replace(Path(scratch) / "pulumi", folder / "pulumi")  # noqa: PTH105  (atomic on one file system)
    except OSError as problem:
        return f"{folder}: {problem.strerror or problem}"
    say(f"built in {time.monotonic() - started:.0f} s, kept in {folder}")
    return None


def _copy_module(scratch: Path) -> None:
    source = resources.files("fleet.engine") / "cli_build"
    for name in ("go.mod", "go.sum"):
        (scratch / name).write_text((source / name).read_text())


def _compile(go: str, scratch: Path, environment: Mapping[str, str]) -> str | None:
    flags = f"-s -w -X {_VERSION_VARIABLE}=v{VERSION}"
    command = [go, "build", "-mod=readonly", "-ldflags", flags, "-o", str(scratch / "pulumi"), _PACKAGE]
    done = run(
        command,
        cwd=scratch,
        # Its temporary files go with the scratch folder, also when it is killed.
        environment={**environment, "GOWORK": "off", "GOFLAGS": "", "GOTMPDIR": str(scratch)},
        on_line=_ignore,
        silence=_LIMIT_SECONDS,
    )
    if done.fell_silent:
        return f"the build did not end within {_LIMIT_SECONDS // 60} minutes"
    if done.code == 0:
        return None
    last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.code}"]
    room = (
        f"; make room in {scratch.parent} or name another place with XDG_CACHE_HOME"
        if "no space left" in last[0]
        else ""
    )
    return f"the build failed: {last[0]}{room}"


def _ignore(_line: str) -> None:
    """A build writes nothing to stdout."""
