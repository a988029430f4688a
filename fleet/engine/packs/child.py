"""Runs one policy pack as Pulumi does (`python -m pulumi.policy ADDRESS PACK`), and never outlives who started it.

Its standard input is a pipe that nobody writes to: it ends with the process that holds the other end, and so does the
pack. A policy that leaves the process (`sys.exit`) does so; under gRPC's own threads it would only never answer.
Nothing of `fleet` is imported: the pack's interpreter may not have it.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Serve the pack that the last argument names."""
    _end_with_parent()
    # As `-m` has it: the working folder is looked through first.
    sys.path[0] = os.getcwd()  # noqa: PTH109  (pathlib is not needed here, and costs every pack its import)
    _let_policies_leave(sys.argv[-1])
    runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    alive = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        while os.read(alive, 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _let_policies_leave(folder: str) -> None:
    try:
        import grpc  # noqa: PLC0415
    except ImportError:
        return  # pulumi says what is missing
    serving = grpc.server

    def server(pool: Any, *args: Any, **options: Any) -> Any:
        submit = pool.submit
        pool.submit = lambda call, *given, **named: submit(_leaving, folder, call, *given, **named)
        return serving(pool, *args, **options)

    grpc.server = server


def _leaving(folder: str, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    try:
        return call(*args, **named)
    except Exception:
        raise  # gRPC's own business
    except BaseException as problem:  # noqa: BLE001  (sys.exit and its like, which no thread pool acts upon)
        frames = traceback.extract_tb(problem.__traceback__)
        first = next((place for place, frame in enumerate(frames) if frame.filename.startswith(folder)), 0)
        told = traceback.format_exception_only(type(problem), problem)[-1]
        sys.stderr.write(
            "".join(["Traceback (most recent call last):\n", *traceback.format_list(frames[first:]), told])
        )
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    main()
