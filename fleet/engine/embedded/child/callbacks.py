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


def resource_options(request: Any, provider: str) -> Any:
    """The options of a registration in the form that transforms get and give back."""
    options = resource_pb2.TransformResourceOptions(
        depends_on=list(request.dependencies),
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        version=request.version,
        aliases=[*(_urn_alias(urn) for urn in request.aliasURNs), *request.aliases],
        provider=provider,
        providers=dict(request.providers),
        plugin_download_url=request.pluginDownloadURL,
        additional_secret_outputs=list(request.additionalSecretOutputs),
        deleted_with=request.deletedWith,
    )
    setattr(options, "import", request.importId)
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    for name, own in (("protect", "protect"), ("retain_on_delete", "retainOnDelete")):
        if _is_set(request, own):
            setattr(options, name, getattr(request, own))
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _urn_alias(urn: str) -> Any:
    from pulumi.runtime.proto import alias_pb2  # noqa: PLC0415

    return alias_pb2.Alias(urn=urn)


def _is_set(message: Message, name: str) -> bool:
    # Older SDKs declare `protect` without presence: there false counts as not set.
    try:
        return bool(message.HasField(name))
    except ValueError:
        return bool(getattr(message, name))
