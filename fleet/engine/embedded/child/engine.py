"""The engine's other service: it takes the program's log and keeps the root resource."""

from __future__ import annotations

from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2

_SEVERITIES = {engine_pb2.INFO: "info", engine_pb2.WARNING: "warning", engine_pb2.ERROR: "error"}
_MOST = 10_000


class Engine:
    """Keeps what the program logs, debug messages left out, at most ten thousand of them."""

    def __init__(self) -> None:
        self.logs: list[tuple[str, str]] = []
        self._root = ""

    def Log(self, request: Any) -> Any:  # noqa: N802  (the protocol's name)
        """Keep a message, unless it is for debugging."""
        if request.severity in _SEVERITIES and len(self.logs) < _MOST:
            self.logs.append((_SEVERITIES[request.severity], request.message))
        return empty_pb2.Empty()

    def GetRootResource(self, _request: Any) -> Any:  # noqa: N802
        """The root stack's URN."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any) -> Any:  # noqa: N802
        """Keep the root stack's URN."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, _request: Any) -> Any:  # noqa: N802
        """There is no command line whose version could be too old."""
        return engine_pb2.RequirePulumiVersionResponse()
