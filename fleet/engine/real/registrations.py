"""What the event stream leaves out, from the CLI's own log of its calls: lines, dependencies, what packs say of rules.

The log holds secrets in plain text: it lies in the run's private folder, is read once and goes with that folder.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from fleet.engine.model import PackInfo, RuleInfo
from fleet.stack import Location, Resource, from_wire
from fleet.stack.model import Operation
from fleet.stack.plain import UNKNOWN_SENTINELS

if TYPE_CHECKING:
    from fleet.result.model import Level, Severity

__all__ = ["Registrations", "read_registrations"]

_REGISTER = "/pulumirpc.ResourceMonitor/RegisterResource"
_READ = "/pulumirpc.ResourceMonitor/ReadResource"
_ANALYZER_INFO = "/pulumirpc.Analyzer/GetAnalyzerInfo"
_CONFIGURE = "/pulumirpc.Analyzer/Configure"
_ANALYSES = tuple(f"/pulumirpc.Analyzer/{name}" for name in ("Remediate", "Analyze", "AnalyzeStack"))
_PROVIDER = "/pulumirpc.ResourceProvider/CheckConfig"
_OLD_PROVIDER = "/pulumirpc.ResourceProvider/DiffConfig"
_BUILT_IN = "::pulumi:providers:pulumi::"
"""The provider of stack references is part of the engine: nobody calls it, so that the log does not name it."""
_METHODS = (_REGISTER, _READ, _ANALYZER_INFO, _CONFIGURE, *_ANALYSES, _PROVIDER, _OLD_PROVIDER)
_WANTED = tuple(f'{{"method":"{method}"' for method in _METHODS)
_OF_ANALYSES = tuple(f'{{"method":"{method}"' for method in _ANALYSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrations:
    """Registration requests by URN, and the packs that took part."""

    requests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    packs: tuple[PackInfo, ...] = ()
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    old_providers: Mapping[str, Operation] = field(default_factory=dict)
    """What becomes of the providers that the stack has already."""
    not_applicable: tuple[tuple[str, str], ...] = ()
    """(rule, reason) once per pack, rule and reason: what a rule could not decide, which no event tells."""

    def complete(self, resources: Sequence[Resource], folder: Path) -> tuple[Resource, ...]:
        """The resources with dependencies and lines, default providers before the first resource that has them."""
        seen = {resource.urn for resource in resources}
        completed: list[Resource] = []
        for resource in resources:
            urn = resource.provider
            if urn and urn not in seen and (urn in self.providers or _BUILT_IN in urn):
                seen.add(urn)
                completed.append(_provider(urn, self.providers.get(urn, {}), self.old_providers.get(urn, "create")))
            completed.append(self._completed(resource, folder))
        return tuple(completed)

    def _completed(self, resource: Resource, folder: Path) -> Resource:
        request = self.requests.get(resource.urn)
        if request is None:
            return resource
        by_property = request.get("propertyDependencies") or {}
        return replace(
            resource,
            id=None if resource.id in UNKNOWN_SENTINELS else resource.id,
            dependencies=tuple(sorted(request.get("dependencies") or ())),
            property_dependencies={
                key: tuple(sorted(entry["urns"])) for key, entry in sorted(by_property.items()) if entry.get("urns")
            },
            location=_location(request, folder),
            protect=resource.protect or bool(request.get("protect")),
        )


def read_registrations(log: Path) -> Registrations:
    """Read the log; an engine that writes none gives none."""
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            return _gather(lines)
    except FileNotFoundError:
        return Registrations()


def _gather(lines: Iterable[str]) -> Registrations:
    requests: dict[str, Mapping[str, Any]] = {}
    packs: dict[str, dict[str, Any]] = {}
    levels: dict[str, dict[str, Any]] = {}
    providers: dict[str, Mapping[str, Any]] = {}
    old_providers: dict[str, Operation] = {}
    left_out: dict[tuple[str, str, str], None] = {}
    for line in lines:
        if not line.startswith(_WANTED) or '"progress":"response_completed"' not in line:
            continue
        if line.startswith(_OF_ANALYSES) and '"notApplicable"' not in line:
            continue  # two for each resource, and most of them say nothing
        try:
            call = json.loads(line)
        except ValueError:
            continue  # the last line of a CLI that was killed
        response, source = call.get("response") or {}, (call.get("metadata") or {}).get("name", "")
        if call["method"] in {_REGISTER, _READ} and response.get("urn"):
            requests[response["urn"]] = call["request"]
        elif call["method"] in _ANALYSES:
            told = response.get("notApplicable") or ()
            left_out |= dict.fromkeys((source, one["policyName"], one.get("reason", "")) for one in told)
        elif call["method"] == _OLD_PROVIDER:
            old_providers[call["request"]["urn"]] = "update" if response.get("changes") == "DIFF_SOME" else "same"
        elif call["method"] == _PROVIDER:
            providers[call["request"]["urn"]] = response.get("inputs") or {}
        elif call["method"] == _ANALYZER_INFO and response:
            packs[source] = response
        elif call["method"] == _CONFIGURE:
            levels[source] = call["request"].get("policyConfig") or {}
    infos = tuple(_pack(info, levels.get(source, {})) for source, info in packs.items())
    return Registrations(
        requests=requests,
        packs=infos,
        providers=providers,
        old_providers=old_providers,
        not_applicable=tuple((rule, reason) for _, rule, reason in left_out),
    )


def _provider(urn: str, inputs: Mapping[str, Any], operation: Operation) -> Resource:
    """A default provider: the engine makes it, and tells nobody."""
    kind, _, name = urn.split("::", 2)[2].partition("::")
    shown = {key: from_wire(value) for key, value in inputs.items() if not key.startswith("__")}
    return Resource(urn=urn, type=kind, name=name, operation=operation, inputs=shown)


def _pack(info: Mapping[str, Any], levels: Mapping[str, Any]) -> PackInfo:
    rules = [_rule(policy, levels.get(policy["name"]) or {}) for policy in info.get("policies") or ()]
    return PackInfo(
        name=info["name"],
        version=info.get("version", ""),
        rules={rule.name: rule for rule in rules},
        display_name=info.get("displayName", ""),
        description=info.get("description", ""),
    )


def _rule(policy: Mapping[str, Any], configured: Mapping[str, Any]) -> RuleInfo:
    kinds = {"POLICY_TYPE_RESOURCE": "resource", "POLICY_TYPE_STACK": "stack"}
    level = configured.get("enforcementLevel") or policy.get("enforcementLevel") or "ADVISORY"
    severity = str(policy.get("severity", "")).removeprefix("POLICY_SEVERITY_").lower()
    return RuleInfo(
        name=policy["name"],
        kind=cast("Any", kinds.get(policy.get("policyType", ""), "unknown")),
        level=cast("Level", level.lower()),
        description=policy.get("description", ""),
        display_name=policy.get("displayName", ""),
        severity=cast("Severity", severity) if severity in {"low", "medium", "high", "critical"} else None,
        remediation=policy.get("remediationSteps") or None,
        documentation=policy.get("url") or None,
        tags=tuple(policy.get("tags") or ()),
        config_schema=policy.get("configSchema") or None,
    )


_FLEET = Path(__file__).resolve().parents[2]
"""The package of the components: no part of the program, also where a checkout holds both."""


def _is_of_program(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) and "site-packages" not in path.parts and not path.is_relative_to(_FLEET)


def _location(request: Mapping[str, Any], folder: Path) -> Location | None:
    """The innermost frame inside the program's folder; for children of components that is where they were asked for."""
    root = folder.resolve()
    frames = [request.get("sourcePosition") or {}]
    frames += [frame.get("pc") or {} for frame in (request.get("stackTrace") or {}).get("frames") or ()]
    for frame in frames:
        uri = urlsplit(str(frame.get("uri", "")))
        path = Path(unquote(uri.path)) if uri.scheme == "file" else root / unquote(uri.path).lstrip("/")
        if not uri.path or not _is_of_program(path, root):
            continue
        return Location(file=path.relative_to(root).as_posix(), line=int(frame.get("line", 1)))
    return None
