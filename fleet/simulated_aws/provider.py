"""The `ResourceProvider` protocol: check and diff see what the user wrote, create and delete obey AWS's rules."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from fleet.errors import FleetError
from fleet.simulated_aws.cloud import Cloud, has_endpoint
from fleet.simulated_aws.invokes import answer
from fleet.simulated_aws.kinds import kind_of
from fleet.simulated_aws.values import UNKNOWN, has_unknown, is_secret, is_unknown, plain

__all__ = ["SimulatedAws"]

_REFUSALS = (FleetError, ClientError, BotoCoreError, ResponseParserError)
"""What AWS or its simulation may answer instead of doing what it was asked."""
_DIFF = provider_pb2.DiffResponse
_VERSION = "7.999.0"
"""Above every version that a program may ask for: the engine takes a plugin only if it is not older."""


class SimulatedAws(provider_pb2_grpc.ResourceProviderServicer):
    """Pulumi's `aws` provider over a simulated AWS."""

    def __init__(self) -> None:
        self._cloud = Cloud(region="us-east-1", default_tags={})

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002  (names of the protocol)
        """A version that satisfies every program."""
        return plugin_pb2.PluginInfo(version=_VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """No schema: nothing here is generated from one."""
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": "aws", "version": _VERSION}))

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Any configuration is fine."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Another region means other resources."""
        old, new = _decode(request.old_inputs), _decode(request.news)
        replaces = ["region"] if old.get("region") != new.get("region") else []
        return provider_pb2.DiffResponse(changes=_DIFF.DIFF_SOME if old != new else _DIFF.DIFF_NONE, replaces=replaces)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Region and default tags; the rest of a provider's configuration means nothing to the simulation."""
        given = plain(_decode(request.args))
        region = given.get("region")
        self._cloud = Cloud(
            region=region if isinstance(region, str) and not is_unknown(region) else "us-east-1",
            default_tags=_tags_of(given.get("defaultTags")),
        )
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=True)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """The inputs as they were written: what AWS refuses, it refuses at create."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Which inputs changed, and whether AWS takes the change in place."""
        kind = kind_of(_type(request.urn))
        old, new = plain(_decode(request.old_inputs)), plain(_decode(request.news))
        ignored = set(request.ignoreChanges)
        changed = sorted(key for key in {*old, *new} - ignored if old.get(key) != new.get(key))
        if not changed and not (kind and kind.taggable and self._default_tags_differ(request, new)):
            return provider_pb2.DiffResponse(changes=_DIFF.DIFF_NONE)
        replaces = [key for key in changed if kind and kind.replaces(key, new)]
        return provider_pb2.DiffResponse(
            changes=_DIFF.DIFF_SOME,
            diffs=changed or ["tagsAll"],
            replaces=replaces,
            deleteBeforeReplace=bool(replaces and kind and kind.delete_first),
        )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Make it; in a preview say what would be computed. A type that is not known fails, except in a preview."""
        token, inputs = _type(request.urn), _decode(request.properties)
        kind = kind_of(token)
        if request.preview:
            return provider_pb2.CreateResponse(properties=_encode(self._previewed(token, inputs, None)))
        if kind is None:
            return _refuse(context, f"the simulated AWS provider does not know {token}: it can be previewed, not made")
        cloud = self._cloud.at(plain(inputs).get("region"), token, request.urn.split("::", 3)[-1])
        try:
            identity, computed = kind.create(cloud, cloud.tagged(plain(inputs)) if kind.taggable else plain(inputs))
        except _REFUSALS as problem:
            return _refuse(context, f"creating {token}: {problem}")
        return provider_pb2.CreateResponse(
            id=identity, properties=_encode(_outputs(cloud, kind.taggable, inputs, computed))
        )

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What AWS has under this id, for refresh and import; an empty answer when it is gone."""
        token = _type(request.urn)
        kind = kind_of(token)
        if kind is None:
            return _refuse(context, f"the simulated AWS provider does not know {token}: it cannot be read")
        state, inputs = _decode(request.properties), _decode(request.inputs)
        if not has_endpoint():
            if request.inputs.fields:  # a refresh before a preview: nothing has changed that anybody could know of
                return provider_pb2.ReadResponse(id=request.id, inputs=request.inputs, properties=request.properties)
            return _refuse(
                context,
                f"{token} {request.id} cannot be read: a preview with the simulated AWS provider knows no account; "
                "the embedded engine leaves its properties unknown, a real AWS provider reads them",
            )
        cloud = self._cloud.at(plain(state).get("region"))
        try:
            found = kind.read(cloud, request.id, plain(state))
        except _REFUSALS as problem:
            return _refuse(context, f"reading {token} {request.id}: {problem}")
        if found is None:
            return provider_pb2.ReadResponse()
        found = _without_defaults(found, cloud.default_tags, plain(inputs.get("tags") or {}))
        written = {key: value for key, value in found.items() if key not in kind.computed}
        inputs = _merged(inputs, written) if inputs else written
        return provider_pb2.ReadResponse(
            id=request.id, inputs=_encode(inputs), properties=_encode({**state, **_merged(inputs, found)})
        )

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Change it in place."""
        token, inputs, state = _type(request.urn), _decode(request.news), _decode(request.olds)
        kind = kind_of(token)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=_encode(self._previewed(token, inputs, state)))
        if kind is None or kind.update is None:
            return _refuse(context, f"the simulated AWS provider cannot update {token} in place")
        cloud = self._cloud.at(plain(inputs).get("region"))
        wanted = cloud.tagged(plain(inputs)) if kind.taggable else plain(inputs)
        try:
            changed = kind.update(cloud, request.id, plain(state), wanted)
        except _REFUSALS as problem:
            return _refuse(context, f"updating {token} {request.id}: {problem}")
        kept = {key: value for key, value in state.items() if key in kind.computed}
        return provider_pb2.UpdateResponse(
            properties=_encode(_outputs(cloud, kind.taggable, inputs, {**kept, **changed}))
        )

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Remove it; what AWS refuses to remove is an error."""
        token, state = _type(request.urn), plain(_decode(request.properties))
        kind = kind_of(token)
        if kind is None:
            return _refuse(context, f"the simulated AWS provider does not know {token}: it cannot be deleted")
        try:
            kind.delete(self._cloud.at(state.get("region")), request.id, state)
        except _REFUSALS as problem:
            return _refuse(context, f"deleting {token} {request.id}: {problem}")
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer from the shipped catalog, as the embedded preview does."""
        arguments = plain(_decode(request.args))
        try:
            found = answer(self._cloud.at(arguments.get("region")), request.tok, arguments)
        except FleetError as problem:
            return _refuse(context, f"{request.tok}: {problem}")
        return provider_pb2.InvokeResponse(**{"return": _encode(found)})

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Nothing runs that could be cancelled."""
        return empty_pb2.Empty()

    def _default_tags_differ(self, request: Any, inputs: Mapping[str, Any]) -> bool:
        """Whether a resource bears other default tags than the provider gives now."""
        borne = plain(_decode(request.olds)).get("tagsAll")
        if borne is None or has_unknown(inputs.get("tags")) or {"tags", "tagsAll"} & set(request.ignoreChanges):
            return False
        return bool(borne != plain(_all_tags(self._cloud.default_tags, inputs.get("tags"))))

    def _previewed(self, token: str, inputs: Mapping[str, Any], state: Mapping[str, Any] | None) -> dict[str, Any]:
        """Inputs, and what AWS computes: unknown before the first update, as before it in an update."""
        kind = kind_of(token)
        if kind is None:
            return dict(inputs)
        computed = {name: (state or {}).get(name, UNKNOWN) for name in kind.computed}
        return _outputs(self._cloud, kind.taggable, inputs, computed)


def _outputs(cloud: Cloud, taggable: bool, inputs: Mapping[str, Any], computed: Mapping[str, Any]) -> dict[str, Any]:  # noqa: FBT001
    """Inputs with their secrets as they are, the rest from AWS."""
    outputs = {**computed, **inputs}
    if taggable and not has_unknown(inputs.get("tags")):
        outputs["tagsAll"] = _all_tags(cloud.default_tags, inputs.get("tags"))
    return outputs


def _all_tags(default_tags: Mapping[str, str], tags: Any) -> Any:
    """Default tags under the resource's own, which may be secret as a whole or one by one."""
    if is_secret(tags):
        return {**tags, "value": {**default_tags, **tags["value"]}}
    return {**default_tags, **(tags or {})}


def _without_defaults(
    found: Mapping[str, Any], default_tags: Mapping[str, str], written: Mapping[str, Any]
) -> dict[str, Any]:
    """What AWS has, without the tags that come from the provider and not from the program."""
    tags = found.get("tags")
    if not isinstance(tags, dict):
        return dict(found)
    own = {key: value for key, value in tags.items() if key in written or default_tags.get(key) != value}
    return {**found, "tags": own or None}


def _merged(inputs: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """`found`, with the secret wrappers of inputs whose values have not changed."""
    return {
        **{k: v for k, v in inputs.items() if k not in found},
        **{
            key: inputs[key] if key in inputs and plain(inputs[key]) == value else value for key, value in found.items()
        },
    }


def _type(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _decode(struct: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json_format.MessageToDict(struct)
    return decoded


def _encode(properties: Mapping[str, Any]) -> Any:
    struct = struct_pb2.Struct()
    struct.update({key: _jsonable(value) for key, value in properties.items() if value is not None})
    return struct


def _jsonable(value: Any) -> Any:
    """AWS answers with dates and tuples too; the protocol knows JSON only."""
    if isinstance(value, Mapping):
        return {key: _jsonable(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _tags_of(default_tags: Any) -> dict[str, str]:
    """`defaultTags` arrives as an object or as JSON text."""
    if isinstance(default_tags, str) and not is_unknown(default_tags):
        default_tags = json.loads(default_tags)
    tags = default_tags.get("tags") if isinstance(default_tags, dict) else None
    return {key: str(value) for key, value in tags.items()} if isinstance(tags, dict) else {}


def _refuse(context: Any, message: str) -> None:
    context.abort(grpc.StatusCode.UNKNOWN, message)
