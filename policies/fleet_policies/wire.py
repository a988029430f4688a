"""The Analyzer protocol's messages as plain values, and back."""

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto

from fleet.result.model import Level, Severity
from fleet.stack.model import Resource, Stack
from fleet.stack.plain import from_wire
from fleet_policies.analysis import Analysis
from fleet_policies.registry import documentation_url
from fleet_policies.rule import Rule

__all__ = ["analyzer_info", "plain", "read_config", "response", "stack_of"]

_LEVELS: Mapping[Level, Any] = {"advisory": 0, "mandatory": 1, "disabled": 2, "remediate": 3}
_NAMES: tuple[Level, ...] = ("advisory", "mandatory", "disabled", "remediate")
_SEVERITIES: Mapping[Severity, Any] = {"low": 1, "medium": 2, "high": 3, "critical": 4}
_STACK_TYPE = "pulumi:pulumi:Stack"
_PROVIDERS = "pulumi:providers:"
_ALWAYS_CUSTOM = ("pulumi:", "aws:")
_LEAST_PARTS = 4
_DEEPEST = 100
_TOO_DEEP = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What is nested deeper than any AWS resource counts as unknown."""
_SCALARS = frozenset({"number_value", "bool_value"})


def plain(struct: Any) -> dict[str, Any]:
    """A protobuf struct as plain values, unknowns and secrets as what they are."""
    found = from_wire(_struct(struct, 0))
    return found if isinstance(found, dict) else {}


def _struct(struct: Any, depth: int) -> dict[str, Any]:
    return {intern(key): _value(value, depth) for key, value in struct.fields.items()}


def _value(value: Any, depth: int) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        # Names and values repeat in every resource, and in its inputs and outputs: a large stack holds each once.
        return intern(value.string_value)
    if kind in _SCALARS:
        return getattr(value, kind)
    if depth > _DEEPEST:
        return _TOO_DEEP
    if kind == "struct_value":
        return _struct(value.struct_value, depth + 1)
    return [_value(item, depth + 1) for item in value.list_value.values] if kind == "list_value" else None


def stack_of(
    resources: Iterable[Any], inputs: Mapping[str, Mapping[str, Any]], config: Mapping[str, str], named: tuple[str, str]
) -> Stack:
    """The stack of an AnalyzeStack request; `inputs` are those that Analyze saw, `named` project and stack."""
    found: list[Resource] = []
    named_providers: dict[str, Resource] = {}
    for message in resources:
        found.append(_resource(message, inputs.get(message.urn)))
        if message.provider.urn and message.provider.urn not in named_providers:
            named_providers[message.provider.urn] = _provider(message.provider)
    known = {resource.urn for resource in found}
    providers = [provider for urn, provider in named_providers.items() if urn not in known]
    project, name = named
    if not project:
        project, name = _names(resource.urn for resource in found)
    ordered = sorted([*found, *providers], key=lambda resource: resource.urn)
    return Stack(project=project, name=name, resources=tuple(ordered), config=config)


def _resource(message: Any, inputs: Mapping[str, Any] | None) -> Resource:
    outputs = plain(message.properties)
    identity = outputs.get("id")
    own = inputs is not None
    return Resource(
        urn=intern(message.urn),
        type=intern(message.type),
        name=message.name,
        custom=_is_custom(message),
        inputs=inputs if inputs is not None else outputs,
        outputs=outputs if own else {},
        id=identity if isinstance(identity, str) else None,
        parent=intern(message.parent) or None,
        provider=intern(message.provider.urn) or None,
        dependencies=tuple(message.dependencies),
        property_dependencies={key: tuple(value.urns) for key, value in message.propertyDependencies.items()},
    )


def _is_custom(message: Any) -> bool:
    """Components have no provider; the stack, providers and what is AWS's are told by their type."""
    return message.type.startswith(_ALWAYS_CUSTOM) or bool(message.provider.urn)


def _provider(message: Any) -> Resource:
    """A provider as a resource names it, for a stack that has it not among its own."""
    kind = message.type if message.type.startswith(_PROVIDERS) else f"{_PROVIDERS}{message.type}"
    return Resource(urn=message.urn, type=kind, name=message.name, inputs=plain(message.properties))


def _names(urns: Iterable[str]) -> tuple[str, str]:
    """Project and stack of the first URN (`urn:pulumi:STACK::PROJECT::...`)."""
    for urn in urns:
        parts = urn.split("::")
        if len(parts) >= _LEAST_PARTS:
            return parts[1], parts[0].rpartition(":")[2]
    return "", ""


def read_config(request: Any) -> dict[str, Any]:
    """The configuration of a Configure request, as it would stand in a file."""
    config: dict[str, Any] = {}
    for name, entry in request.policyConfig.items():
        options = json_format.MessageToDict(entry.properties)
        config[name] = {**options, "enforcementLevel": _NAMES[entry.enforcementLevel]}
    return config


def analyzer_info(rules: Mapping[str, Rule], *, name: str, version: str, description: str) -> Any:
    """What the pack says about itself and its rules."""
    policies = [_policy(rule) for rule in rules.values()]
    return proto.AnalyzerInfo(
        name=name,
        displayName="Fleet policies",
        version=version,
        description=description,
        supportsConfig=True,
        policies=policies,
    )


def _policy(rule: Rule) -> Any:
    schema = struct_pb2.Struct()
    schema.update({name: dict(part) for name, part in rule.schema.items()})
    return proto.PolicyInfo(
        name=rule.name,
        displayName=f"{rule.id} {rule.name}",
        description=rule.summary,
        message=rule.summary,
        enforcementLevel=_LEVELS[rule.level],
        configSchema=proto.PolicyConfigSchema(properties=schema),
        policy_type=proto.PolicyType.POLICY_TYPE_STACK
        if rule.remedy is None
        else proto.PolicyType.POLICY_TYPE_RESOURCE,
        severity=_SEVERITIES[rule.severity],
        tags=[rule.id, rule.area],
        remediation_steps=rule.fix,
        url=documentation_url(rule),
    )


def response(analysis: Analysis, rules: Mapping[str, Rule], *, name: str, version: str) -> Any:
    """Findings and notes as the engine takes them."""
    diagnostics = [
        proto.AnalyzeDiagnostic(
            policyName=finding.rule,
            policyPackName=name,
            policyPackVersion=version,
            description=rules[finding.rule].summary,
            message=finding.message,
            enforcementLevel=_LEVELS[finding.level],
            urn=finding.urn,
            severity=_SEVERITIES[finding.severity],
        )
        for finding in analysis.findings
    ]
    notes = [proto.PolicyNotApplicable(policy_name=rule, reason=reason) for rule, reason in analysis.notes]
    return proto.AnalyzeResponse(diagnostics=diagnostics, not_applicable=notes)
