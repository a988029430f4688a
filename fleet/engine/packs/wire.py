"""Resources of a Stack as the requests of the Analyzer protocol, and its answers as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pulumi.runtime.proto import analyzer_pb2 as proto

from fleet.engine.embedded.child import wire
from fleet.engine.model import PackFinding, PackInfo, RuleInfo
from fleet.engine.packs.settings import LEVELS, Setting
from fleet.stack.plain import from_wire, to_wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fleet.engine.packs.pack_file import PackFile
    from fleet.result.model import Level, Severity
    from fleet.stack.model import Resource

_LEVELS: tuple[Level, ...] = ("advisory", "mandatory", "disabled", "remediate")
_SEVERITIES: tuple[Severity | None, ...] = (None, "low", "medium", "high", "critical")
_KINDS = ("unknown", "resource", "stack")


def analyze_request(resource: Resource, inputs: Mapping[str, Any], provider: Resource | None, *, internal: bool) -> Any:
    """The question about one resource's inputs; with `internal` the keys that begin with `__` stay in."""
    return proto.AnalyzeRequest(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=_properties(inputs, internal=internal),
        options=_options(resource),
        provider=_provider(provider),
    )


def stack_question(resources: Iterable[tuple[Resource, Resource | None]]) -> bytes:
    """The serialized question about the whole stack, each resource with its provider.

    Messages one after the other are their union, so that a large stack need not exist as messages all at once:
    https://protobuf.dev/programming-guides/encoding/#last-one-wins
    """
    parts = (proto.AnalyzeStackRequest(resources=[_stack_resource(*pair)]) for pair in resources)
    return b"".join(part.SerializeToString() for part in parts)


def _stack_resource(resource: Resource, provider: Resource | None) -> Any:
    """One resource with its outputs, for the question about the whole stack."""
    return proto.AnalyzerResource(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=_properties(_final(resource), internal=False),
        options=_options(resource),
        provider=_provider(provider),
        parent=resource.parent or "",
        dependencies=list(resource.dependencies),
        propertyDependencies={
            key: proto.AnalyzerPropertyDependencies(urns=list(urns))
            for key, urns in resource.property_dependencies.items()
            if urns
        },
    )


def configure_request(settings: Mapping[str, Setting]) -> Any:
    """The configuration of all rules."""
    return proto.ConfigureAnalyzerRequest(
        policyConfig={
            name: proto.PolicyConfig(
                enforcementLevel=cast("Any", _LEVELS.index(cast("Level", setting.level))),
                properties=wire.struct(setting.options),
            )
            for name, setting in settings.items()
        }
    )


def pack_info(answer: Any, file: PackFile) -> tuple[PackInfo, dict[str, Setting]]:
    """What a pack says about itself, and the configuration that it starts with."""
    rules = {policy.name: _rule(policy, answer.supportsConfig) for policy in answer.policies}
    initial = {
        name: Setting(level=_LEVELS[config.enforcementLevel], options=wire.plain_struct(config.properties))
        for name, config in answer.initialConfig.items()
    }
    info = PackInfo(
        name=answer.name,
        version=file.version or answer.version,
        display_name=answer.displayName,
        description=answer.description or file.description,
        rules=dict(sorted(rules.items())),
    )
    return info, initial


def finding(diagnostic: Any, info: PackInfo, urn: str) -> PackFinding:
    """A violation as a value, with what the pack says about the rule. `remediate` that still fires is mandatory."""
    rule = info.rules.get(diagnostic.policyName)
    level = _LEVELS[diagnostic.enforcementLevel]
    return PackFinding(
        rule=diagnostic.policyName,
        pack=diagnostic.policyPackName or info.name,
        level="mandatory" if level == "remediate" else level,
        severity=_SEVERITIES[diagnostic.severity] or (rule.severity if rule else None),
        urn=urn,
        message=diagnostic.message,
        remediation=rule.remediation if rule else None,
        documentation=rule.documentation if rule else None,
    )


def remediated(properties: Any) -> dict[str, Any]:
    """The inputs that a remediation gives back."""
    changed = from_wire(wire.plain_struct(properties))
    return changed if isinstance(changed, dict) else {}


def _rule(policy: Any, supports_config: bool) -> RuleInfo:  # noqa: FBT001  (a field of the answer)
    schema: dict[str, Any] | None = None
    if supports_config:
        properties = wire.plain_struct(policy.configSchema.properties)
        properties["enforcementLevel"] = {"type": "string", "enum": list(LEVELS)}
        schema = {"properties": properties, "required": list(policy.configSchema.required)}
    return RuleInfo(
        name=policy.name,
        kind=cast("Any", _KINDS[policy.policy_type]),
        level=_LEVELS[policy.enforcementLevel],
        description=policy.description,
        display_name=policy.displayName,
        severity=_SEVERITIES[policy.severity],
        remediation=policy.remediation_steps or None,
        documentation=policy.url or None,
        tags=tuple(policy.tags),
        config_schema=schema,
    )


def _final(resource: Resource) -> Mapping[str, Any]:
    """What a resource is after the update: components have registered outputs only, a state has all of them."""
    if not resource.custom or (resource.operation == "same" and resource.outputs):
        return resource.outputs
    return resource.properties


def _properties(values: Mapping[str, Any], *, internal: bool) -> Any:
    return wire.struct({key: to_wire(value) for key, value in values.items() if internal or not key.startswith("__")})


def _options(resource: Resource) -> Any:
    options = resource.options
    timeouts = {key: _seconds(value) for key, value in (options.get("customTimeouts") or {}).items()}
    before = options.get("deleteBeforeReplace")
    return proto.AnalyzerResourceOptions(
        protect=resource.protect,
        ignoreChanges=options.get("ignoreChanges") or (),
        deleteBeforeReplace=bool(before),
        deleteBeforeReplaceDefined=before is not None,
        additionalSecretOutputs=options.get("additionalSecretOutputs") or (),
        aliases=options.get("aliases") or (),
        customTimeouts=proto.AnalyzerResourceOptions.CustomTimeouts(**timeouts),
        parent=resource.parent or "",
    )


def _provider(provider: Resource | None) -> Any:
    if provider is None:
        return None
    return proto.AnalyzerProviderResource(
        urn=provider.urn,
        type=provider.type,
        name=provider.name,
        properties=_properties(provider.inputs, internal=False),
    )


def _seconds(value: Any) -> float:
    """Seconds of a duration as Go writes it (`1h30m`, `45s`), or of a number."""
    if isinstance(value, int | float):
        return float(value)
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    total, number, unit = 0.0, "", ""
    for letter in f"{value} ":
        if letter.isdigit() or letter in ". ":
            if unit:
                total += float(number) * units.get(unit, 0.0)
                number, unit = "", ""
            number += letter.strip()
        else:
            unit += letter
    return total
