"""Starting and ending the simulated AWS."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fleet.errors
from fleet.engine.real import INSTALL_REHEARSAL
from fleet.errors import MissingError

__all__ = ["SimulatedAws", "simulated_aws"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAws:
    """A running simulation: its address and its process."""

    endpoint: str
    process: subprocess.Popen[str]

    @property
    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self.process.poll() is None


@contextmanager
def simulated_aws(port: int = 0) -> Iterator[SimulatedAws]:
    """A moto server on a loopback port (any free one by default), ended with the block."""
    if importlib.util.find_spec("moto") is None:
        raise MissingError(f"a rehearsal needs moto: {INSTALL_REHEARSAL}")
    root = str(Path(fleet.errors.__file__).resolve().parents[1])
    code = f"import sys; sys.path.insert(0, {root!r}); from fleet.rehearsal.moto_server import main; main()"
    process = subprocess.Popen(  # noqa: S603  (this very Python)
        [sys.executable, "-P", "-c", code, str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    try:
        yield SimulatedAws(endpoint=f"http://127.0.0.1:{_port(process, port)}", process=process)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def _port(process: subprocess.Popen[str], asked: int) -> int:
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline().strip()
    if line.isdigit():
        return int(line)
    said = process.stderr.read().strip().splitlines()
    if any("in use" in text for text in said):
        raise MissingError(f"port {asked} is taken; choose another or leave it to the system")
    raise MissingError(f"the simulated AWS did not start: {said[-1] if said else 'no message'}")
