"""The engine's side of the Analyzer protocol, for one running pack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from fleet.engine.model import PackFinding, PackInfo, Remediation
from fleet.engine.packs import wire
from fleet.engine.packs.process import PackProcess, seconds_left
from fleet.engine.packs.settings import Setting, parse_settings, reconcile
from fleet.errors import ConfigError, PackError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fleet.engine.packs.pack_file import PackFile
    from fleet.result.model import Level
    from fleet.stack.model import Resource, Stack

_LARGEST = 400 * 1024 * 1024
_OPTIONS = [("grpc.max_receive_message_length", _LARGEST), ("grpc.max_send_message_length", _LARGEST)]


class PackClient:
    """Asks a pack what the engine would ask, in the engine's order. Every call ends by the deadline."""

    def __init__(self, process: PackProcess, file: PackFile, deadline: float) -> None:
        self._process = process
        self._file = file
        self._deadline = deadline
        self._channel = grpc.insecure_channel(f"127.0.0.1:{process.port(seconds_left(deadline))}", options=_OPTIONS)
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        # The stub of one call that takes its question as bytes.
        self._stub.AnalyzeStack = self._channel.unary_unary(
            "/pulumirpc.Analyzer/AnalyzeStack", response_deserializer=proto.AnalyzeResponse.FromString
        )
        self.info: PackInfo
        self.not_applicable: list[tuple[str, str]] = []

    def configure(self, stack: Stack, config: Mapping[str, Any], *, deadline: float, tags: Mapping[str, str]) -> None:
        """Begin an analysis: introduce the stack, read what the pack says about itself, and configure its rules."""
        self._deadline = deadline
        self.not_applicable = []
        try:
            answer = self._introduce(stack, tags)
        except _Refused as refused:
            raise PackError(self._failed(str(refused))) from None
        self.info, initial = wire.pack_info(answer, self._file)
        if not self.info.rules:
            raise PackError(f"the policy pack {self._file.folder} has no rules")
        given = parse_settings(config)
        if not answer.supportsConfig:
            if given:
                raise ConfigError(f"policy pack {self.info.name!r} at {self._file.folder} does not support config")
            return
        self._configure(reconcile(self.info, initial, given))

    def _introduce(self, stack: Stack, tags: Mapping[str, str]) -> Any:
        """Tell the pack about the stack; what it says about itself."""
        folder = str(self._file.folder)
        self._call(
            "Handshake", proto.AnalyzerHandshakeRequest(root_directory=folder, program_directory=folder), optional=True
        )
        question = proto.AnalyzerStackConfigureRequest(
            stack=stack.name,
            project=stack.project,
            organization="organization",
            dry_run=True,
            config=dict(stack.config),
            tags=dict(tags),
        )
        self._call("ConfigureStack", question, optional=True)
        return self._call("GetAnalyzerInfo", empty_pb2.Empty())

    def _configure(self, settings: Mapping[str, Setting]) -> None:
        try:
            self._call("Configure", wire.configure_request(settings))
        except _Refused as refused:
            raise ConfigError(f"configuring policy pack {self.info.name!r}: {refused}") from None
        self.info = _with_levels(self.info, settings)

    def remediate(
        self, resource: Resource, inputs: Mapping[str, Any], provider: Resource | None
    ) -> tuple[list[Remediation], list[PackFinding], Mapping[str, Any]]:
        """Let the rules change a resource's inputs: the changes, the warnings, and the inputs after all of them."""
        answer = self._about(
            resource, "Remediate", wire.analyze_request(resource, inputs, provider, internal=True), optional=True
        )
        changes: list[Remediation] = []
        warnings: list[PackFinding] = []
        for item in answer.remediations if answer is not None else ():
            if item.diagnostic:
                warnings.append(_warning(item, self.info, resource.urn))
                continue
            after = wire.remediated(item.properties)
            changes.append(
                Remediation(
                    rule=item.policyName,
                    pack=item.policyPackName or self.info.name,
                    urn=resource.urn,
                    description=item.description,
                    before=inputs,
                    after=after,
                )
            )
            inputs = after
        self._keep_not_applicable(answer)
        return changes, warnings, inputs

    def analyze(self, resource: Resource, inputs: Mapping[str, Any], provider: Resource | None) -> list[PackFinding]:
        """What the resource rules find in one resource's inputs."""
        answer = self._about(resource, "Analyze", wire.analyze_request(resource, inputs, provider, internal=False))
        self._keep_not_applicable(answer)
        return [wire.finding(item, self.info, resource.urn) for item in answer.diagnostics]

    def analyze_stack(self, resources: list[tuple[Resource, Resource | None]], root: str) -> list[PackFinding]:
        """What the stack rules find in all resources; what names no resource of the stack is the root stack's."""
        question = wire.stack_question(resources)
        try:
            answer = self._call("AnalyzeStack", question, optional=True)
        except _Refused as refused:
            raise PackError(self._failed(f"analyzing the stack: {refused}")) from None
        if answer is None:
            return []
        self._keep_not_applicable(answer)
        urns = {resource.urn for resource, _ in resources}
        return [wire.finding(item, self.info, item.urn if item.urn in urns else root) for item in answer.diagnostics]

    def close(self) -> None:
        """Leave the pack; its process is ended by its owner."""
        self._channel.close()

    def _about(self, resource: Resource, method: str, question: Any, *, optional: bool = False) -> Any:
        try:
            return self._call(method, question, optional=optional)
        except _Refused as refused:
            raise PackError(self._failed(f"{method.lower()} of {resource.urn}: {refused}")) from None

    def _keep_not_applicable(self, answer: Any) -> None:
        if answer is not None:
            self.not_applicable += [(item.policy_name, item.reason) for item in answer.not_applicable]

    def _call(self, method: str, question: Any, *, optional: bool = False) -> Any:
        send: Callable[..., Any] = getattr(self._stub, method)
        try:
            return send(question, timeout=seconds_left(self._deadline), wait_for_ready=method == "Handshake")
        except grpc.RpcError as problem:
            code = problem.code()
            if optional and code == grpc.StatusCode.UNIMPLEMENTED:
                return None
            if code == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise PackError(self._failed(f"no answer to {method} in time")) from None
            if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED) or not self._process.is_running():
                raise PackError(self._failed(f"its process ended during {method}")) from None
            raise _Refused(problem.details()) from None

    def _failed(self, what: str) -> str:
        return f"the policy pack {self._file.folder} failed: {what}{self._process.said()}"


class _Refused(Exception):  # noqa: N818  (the pack's answer, translated by the caller)
    """A call that the pack answered with an error."""


def _with_levels(info: PackInfo, settings: Mapping[str, Setting]) -> PackInfo:
    rules = {
        name: replace(rule, level=cast("Level", settings[name].level)) if name in settings else rule
        for name, rule in info.rules.items()
    }
    return replace(info, rules=rules)


def _warning(item: Any, info: PackInfo, urn: str) -> PackFinding:
    return PackFinding(
        rule=item.policyName,
        pack=item.policyPackName or info.name,
        level="advisory",
        severity=info.rules[item.policyName].severity if item.policyName in info.rules else None,
        urn=urn,
        message=item.diagnostic,
    )
