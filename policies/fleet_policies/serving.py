"""The pack's process: it listens first, and loads its rules and files while the engine connects."""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message_factory import GetMessageClass
from pulumi.runtime.proto import analyzer_pb2 as proto

from fleet_policies.question import StackQuestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from fleet_policies.server import Analyzer

__all__ = ["serve"]

_LARGEST = 400 * 1024 * 1024
_SERVICE = proto.DESCRIPTOR.services_by_name["Analyzer"]
_READ = {"AnalyzeStack": StackQuestion}
"""How questions are read that are not read as the messages they are."""


def serve() -> None:
    """Serve until the engine ends the process; its port is the first line on stdout, as the engine expects."""
    # A run is short and keeps what it makes: collecting garbage only costs time.
    gc.disable()
    options = [("grpc.max_receive_message_length", _LARGEST), ("grpc.max_send_message_length", _LARGEST)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1), options=options)
    loading: futures.Future[Analyzer] = futures.Future()
    server.add_generic_rpc_handlers((_handlers(loading),))
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


def _handlers(loading: futures.Future[Analyzer]) -> grpc.GenericRpcHandler:
    """Answers the handshake at once, and every other question when the rules are loaded."""

    def when_loaded(method: str) -> Callable[[Any, Any], Any]:
        def answer(request: Any, context: Any) -> Any:
            problem = loading.exception()
            if problem is not None:
                said = "".join(traceback.format_exception(problem))
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"the policy pack cannot be loaded:\n{said}")
            return getattr(loading.result(), method)(request, context)

        return answer

    def handshake(_request: Any, _context: Any) -> Any:
        return proto.AnalyzerHandshakeResponse()

    handlers = {
        method.name: grpc.unary_unary_rpc_method_handler(
            handshake if method.name == "Handshake" else when_loaded(method.name),
            request_deserializer=_READ.get(method.name, GetMessageClass(method.input_type).FromString),
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )
        for method in _SERVICE.methods
    }
    return grpc.method_handlers_generic_handler(_SERVICE.full_name, handlers)
