"""The pack's Analyzer server: resources are unpacked and priced once for all rules, unknowns are seen as what they are.

The engine calls ConfigureStack and Configure, then Remediate and Analyze for each resource, then AnalyzeStack once. The
inputs that Analyze sees are kept: they tell what the program set from what the provider computed. All rules speak in
AnalyzeStack, where the whole stack is known.

The engine starts the program when Configure is answered: files are read meanwhile, and those that are broken are told
with the first resource, before anything is made.
"""

from collections.abc import Mapping
from concurrent import futures
from pathlib import Path
from sys import intern
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from fleet.errors import FleetError
from fleet.stack.plain import to_wire
from fleet_policies import wire
from fleet_policies.analysis import analyze
from fleet_policies.environment import configured_region, read_given
from fleet_policies.registry import rules as all_rules
from fleet_policies.rule import Rule
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import Settings, read_settings

__all__ = ["DESCRIPTION", "NAME", "VERSION", "Analyzer"]

NAME = "fleet-policies"
VERSION = "0.1.0"
DESCRIPTION = "Cost, efficiency, accelerators, EC2 Mac, resilience, quotas and governance of AWS fleets."
_BASELINE_RULE = "cost-increase-exceeded"


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine. ConfigureStack begins an analysis: what was told before it is forgotten."""

    def __init__(self, environment: Mapping[str, str], folder: Path, rules: Mapping[str, Rule] | None = None) -> None:
        self._environment = environment
        self._folder = folder
        self._rules = all_rules() if rules is None else rules
        self._settings: Settings = read_settings({}, self._rules)
        self._inputs: dict[str, dict[str, Any]] = {}
        self._config: dict[str, str] = configured_region(environment)
        self._named = ("", "")
        self._reader = futures.ThreadPoolExecutor(max_workers=1)
        self._given: futures.Future[Given] | None = None

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802  (the protocol's name)
        """Version of the pack."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """The rules, with their options, remediation steps and pages."""
        return wire.analyzer_info(self._rules, name=NAME, version=VERSION, description=DESCRIPTION)

    def ConfigureStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Which stack this is about, and its plain configuration."""
        self._named = (request.project, request.stack)
        self._inputs = {}
        secret = set(request.config_secret_keys)
        told = {key: value for key, value in request.config.items() if key not in secret}
        self._config = configured_region(self._environment) | told
        return proto.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Levels and options; refused with the nearest name when a rule or option is unknown."""
        try:
            self._settings = read_settings(wire.read_config(request), self._rules)
        except FleetError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        self._given = self._start_reading()
        return empty_pb2.Empty()

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Changes of the rules whose level is `remediate`."""
        self._require_given(context)
        remediations = []
        for rule in self._rules.values():
            if rule.remedy is None or self._settings[rule.name].level != "remediate":
                continue
            if request.type in rule.remedy_types:
                changed = rule.remedy(request.type, wire.plain(request.properties))
                if changed is not None:
                    remediations.append(_remediation(rule, changed))
        return proto.RemediateResponse(remediations=remediations)

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Keeps the inputs; what they break is said when the whole stack is known."""
        self._inputs[intern(request.urn)] = wire.plain(request.properties)
        return proto.AnalyzeResponse()

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What all rules find in the stack."""
        given = self._require_given(context)
        stack = wire.stack_of(request.resources, self._inputs, self._config, self._named)
        analysis = analyze(Scene(stack, given), self._rules, self._settings)
        return wire.response(analysis, self._rules, name=NAME, version=VERSION)

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing is under way that could be cancelled."""
        return empty_pb2.Empty()

    def _start_reading(self) -> futures.Future[Given]:
        setting = self._settings.get(_BASELINE_RULE)
        baseline = None if setting is None or setting.level == "disabled" else setting.options.get("baseline")
        return self._reader.submit(read_given, self._environment, self._folder, self._rules, baseline)

    def _require_given(self, context: Any) -> Given:
        """What the environment names; the call ends with what is wrong with it."""
        self._given = self._given or self._start_reading()
        try:
            return self._given.result()
        except FleetError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            raise


def _remediation(rule: Rule, changed: Mapping[str, Any]) -> Any:
    properties = struct_pb2.Struct()
    properties.update(to_wire(dict(changed)))
    return proto.Remediation(
        policyName=rule.name,
        policyPackName=NAME,
        policyPackVersion=VERSION,
        description=rule.fix,
        properties=properties,
    )
