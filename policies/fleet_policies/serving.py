"""The pack's process: it listens first, and loads its rules and files while the engine connects."""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from concurrent import futures
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import grpc
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable

    from fleet_policies.server import Analyzer

__all__ = ["serve"]

_LARGEST = 400 * 1024 * 1024
_METHODS = [name for name in vars(analyzer_pb2_grpc.AnalyzerServicer) if not name.startswith("_")]


def serve() -> None:
    """Serve until the engine ends the process; its port is the first line on stdout, as the engine expects."""
    # A run is short and keeps what it makes: collecting garbage only costs time.
    gc.disable()
    options = [("grpc.max_receive_message_length", _LARGEST), ("grpc.max_send_message_length", _LARGEST)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1), options=options)
    loading: futures.Future[Analyzer] = futures.Future()
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(_early(loading), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        loading.set_result(_load())
    except BaseException as problem:  # noqa: BLE001  (the engine is told, and ends this process)
        loading.set_exception(problem)
    threading.Event().wait()


def _load() -> Analyzer:
    from fleet_policies.server import Analyzer  # noqa: PLC0415  (what takes the time)

    return Analyzer(os.environ, Path.cwd())


def _early(loading: futures.Future[Analyzer]) -> Any:
    """Answers the handshake at once, and every other question when the rules are loaded."""

    def when_loaded(method: str) -> Callable[[Any, Any], Any]:
        def answer(request: Any, context: Any) -> Any:
            problem = loading.exception()
            if problem is not None:
                said = "".join(traceback.format_exception(problem))
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"the policy pack cannot be loaded:\n{said}")
            return getattr(loading.result(), method)(request, context)

        return answer

    methods = {method: when_loaded(method) for method in _METHODS}
    return SimpleNamespace(**methods | {"Handshake": lambda _request, _context: proto.AnalyzerHandshakeResponse()})
