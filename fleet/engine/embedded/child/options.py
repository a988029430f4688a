"""Resource options: as transforms get them, and as they stay with the resource."""

from __future__ import annotations

from typing import Any

from pulumi.runtime.proto import alias_pb2, resource_pb2

from . import urns


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
        if is_given(request, own):
            setattr(options, name, getattr(request, own))
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def kept_options(request: Any, options: Any, urn: str) -> dict[str, Any]:
    """The options that stay with the resource, by Pulumi's names, those that are not set left out."""
    kept: dict[str, Any] = {
        "ignoreChanges": list(options.ignore_changes),
        "additionalSecretOutputs": list(options.additional_secret_outputs),
        "replaceOnChanges": list(options.replace_on_changes),
        "aliases": list(dict.fromkeys(_alias(item, request, urn) for item in options.aliases)),
        "deletedWith": options.deleted_with,
        "retainOnDelete": option(options, "retain_on_delete"),
        "deleteBeforeReplace": option(options, "delete_before_replace"),
        "customTimeouts": {
            name: getattr(options.custom_timeouts, name)
            for name in ("create", "update", "delete", "read")
            if getattr(options.custom_timeouts, name, "")
        },
    }
    return {
        "protect": bool(options.protect),
        "options": {name: value for name, value in kept.items() if value not in (None, "", [], {})},
    }


def _alias(item: Any, request: Any, urn: str) -> str:
    if item.urn:
        return str(item.urn)
    stack, project = urn[len("urn:pulumi:") :].split("::")[:2]
    own = {"stack": stack, "project": project, "type": request.type, "name": request.name, "parent": request.parent}
    spec = item.spec
    return urns.alias(
        own,
        {
            "name": spec.name,
            "type": spec.type,
            "stack": spec.stack,
            "project": spec.project,
            "parent": spec.parentUrn,
            "no_parent": spec.noParent,
        },
    )


def option(options: Any, name: str) -> Any:
    """One option, None where it is not set."""
    if name in ("protect", "retain_on_delete", "delete_before_replace"):
        return getattr(options, name) if options.HasField(name) else None
    return getattr(options, name)


def is_given(request: Any, name: str) -> bool:
    """Whether a request sets an option. Older SDKs declare some without presence: there false counts as not set."""
    try:
        return bool(request.HasField(name))
    except ValueError:
        return bool(getattr(request, name))


def _urn_alias(urn: str) -> Any:
    return alias_pb2.Alias(urn=urn)
