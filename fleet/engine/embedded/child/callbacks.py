"""Calls back into the program: transforms and hooks, over the program's own callback server on the loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from . import wire
from .providers import Refusal

if TYPE_CHECKING:
    from google.protobuf.message import Message


class Callbacks:
    """Clients of callback servers, one for each address."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}

    def call(self, callback: Any, request: Message) -> bytes:
        """Send a request to a callback and wait for its answer; a callback that raises is a refusal."""
        if callback.target not in self._clients:
            channel = grpc.insecure_channel(callback.target)
            self._clients[callback.target] = callback_pb2_grpc.CallbacksStub(channel)
        try:
            answer = self._clients[callback.target].Invoke(
                callback_pb2.CallbackInvokeRequest(token=callback.token, request=request.SerializeToString())
            )
        except grpc.RpcError as problem:
            raise Refusal(problem.details()) from None
        return bytes(answer.response)

    def transform(
        self, callback: Any, request: Any, properties: dict[str, Any], options: Any
    ) -> tuple[dict[str, Any], Any]:
        """Run one resource transform; gives the properties and options to go on with."""
        question = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=wire.struct(properties),
            options=options,
        )
        answer = resource_pb2.TransformResponse.FromString(self.call(callback, question))
        changed = wire.plain_struct(answer.properties) if answer.HasField("properties") else properties
        return changed, answer.options if answer.HasField("options") else options

    def transform_invoke(self, callback: Any, token: str, arguments: Any, options: Any) -> tuple[Any, Any]:
        """Run one invoke transform; gives the arguments and options to go on with."""
        question = resource_pb2.TransformInvokeRequest(token=token, args=arguments, options=options)
        answer = resource_pb2.TransformInvokeResponse.FromString(self.call(callback, question))
        return (
            answer.args if answer.HasField("args") else arguments,
            answer.options if answer.HasField("options") else options,
        )
