"""Run policy packs over a stack as the engine runs them during a preview, each in a process of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence  # noqa: TC003  (part of the signatures)
from dataclasses import replace
from pathlib import Path  # noqa: TC003
from typing import TYPE_CHECKING, Any, Self

from fleet.engine.embedded.interpreter import pack_python
from fleet.engine.model import PackFinding, PackRun, PolicyPack, Remediation
from fleet.engine.packs.pack_file import PackFile, read_pack_file
from fleet.engine.packs.process import PackProcess
from fleet.errors import ConfigError

if TYPE_CHECKING:
    from fleet.engine.packs.client import PackClient
    from fleet.stack.model import Resource, Stack

__all__ = ["PackSession", "run_pack", "run_packs"]


def run_pack(
    pack: Path,
    program: Path,
    stack: Stack,
    config: Mapping[str, Any] | None = None,
    *,
    timeout: float = 300.0,
    output: Callable[[str], None] | None = None,
    remediate: bool = True,
    stack_tags: Mapping[str, str] | None = None,
) -> PackRun:
    """What one pack finds in a stack; `program` is the folder in which the pack's process works."""
    packs = [PolicyPack(folder=pack, config=config or {})]
    return run_packs(packs, program, stack, timeout=timeout, output=output, remediate=remediate, stack_tags=stack_tags)[
        0
    ]


def run_packs(
    packs: Sequence[PolicyPack],
    program: Path,
    stack: Stack,
    *,
    timeout: float = 300.0,
    output: Callable[[str], None] | None = None,
    remediate: bool = True,
    stack_tags: Mapping[str, str] | None = None,
) -> list[PackRun]:
    """What several packs find, in their order: all remediate a resource before any analyzes it, stack rules come last.

    A pack that cannot start, crashes, breaks the protocol or does not answer within `timeout` seconds is a PackError;
    a configuration that a pack's schema refuses is a ConfigError.
    """
    deadline = time.monotonic() + timeout
    with PackSession(packs, program, output=output) as session:
        configs = [pack.config for pack in packs]
        return session.run(stack, configs, deadline=deadline, remediate=remediate, stack_tags=stack_tags)


class PackSession:
    """Packs that run, for one analysis or many; as a context manager it ends their processes for sure.

    The processes start at once and are waited for by `connect` or the first `run`: start a session before a program
    runs, and the packs import what they need meanwhile.
    """

    def __init__(
        self, packs: Sequence[PolicyPack], program: Path, *, output: Callable[[str], None] | None = None
    ) -> None:
        self._packs = packs
        self._program = program
        self._output = output
        self._cleanup = contextlib.ExitStack()
        self._started: list[tuple[PackFile, PackProcess, tuple[str, ...]]] = []
        self._clients: list[PackClient] = []

    def __enter__(self) -> Self:
        with self._cleanup:
            self._started = [_start(pack, self._program, self._output, self._cleanup) for pack in self._packs]
            self._cleanup = self._cleanup.pop_all()
        return self

    def connect(self, *, deadline: float) -> None:
        """Wait until every pack serves; PackError with its own words when one does not."""
        from fleet.engine.packs.client import PackClient  # noqa: PLC0415  (the protocol takes a while to import)

        for file, process, _ in self._started[len(self._clients) :]:
            client = PackClient(process, file, deadline)
            self._cleanup.callback(client.close)
            self._clients.append(client)

    def __exit__(self, *_problem: object) -> None:
        self._cleanup.close()

    def run(
        self,
        stack: Stack,
        configs: Sequence[Mapping[str, Any]],
        *,
        deadline: float,
        remediate: bool = True,
        stack_tags: Mapping[str, str] | None = None,
    ) -> list[PackRun]:
        """Configure each pack with its configuration and analyze a stack; every call ends by the deadline."""
        self.connect(deadline=deadline)
        running: list[_Running] = []
        for pack, client, (_, _, notes), config in zip(self._packs, self._clients, self._started, configs, strict=True):
            with _named(pack.config_file):
                client.configure(stack, config, deadline=deadline, tags=stack_tags or {})
            running.append(_Running(client, notes))
        final = _analyze(running, stack, remediate=remediate)
        return [one.run(final) for one in running]


@contextlib.contextmanager
def _named(file: Path | None) -> Iterator[None]:
    """Put the file before what is wrong with the configuration that was read from it."""
    try:
        yield
    except ConfigError as problem:
        raise problem if file is None else ConfigError(f"{file}: {problem}") from None


def _start(
    pack: PolicyPack, program: Path, output: Callable[[str], None] | None, cleanup: contextlib.ExitStack
) -> tuple[PackFile, PackProcess, tuple[str, ...]]:
    file = read_pack_file(pack.folder)
    python, note = pack_python(file.folder, file.options)
    process = PackProcess(python, file.folder, program.resolve(), output)
    cleanup.callback(process.close)
    return file, process, (note,) if note else ()


class _Running:
    """One pack and what it found so far."""

    def __init__(self, client: PackClient, notes: tuple[str, ...]) -> None:
        self.client = client
        self.findings: list[PackFinding] = []
        self.remediations: list[Remediation] = []
        self._notes = notes

    def run(self, stack: Stack) -> PackRun:
        """The outcome."""
        return PackRun(
            info=self.client.info,
            stack=stack,
            findings=tuple(self.findings),
            remediations=tuple(self.remediations),
            not_applicable=tuple(dict.fromkeys(self.client.not_applicable)),
            notes=self._notes,
        )


def _analyze(packs: Sequence[_Running], stack: Stack, *, remediate: bool) -> Stack:
    # Resources that are read, not managed, are no matter of policies; deleted ones are gone.
    managed = [resource for resource in stack.resources if resource.operation not in ("read", "delete")]
    providers = stack.by_urn()
    changed: dict[str, Resource] = {}
    for resource in managed:
        provider = providers.get(resource.provider or "")
        inputs: Mapping[str, Any] = resource.inputs
        for pack in packs if remediate else ():
            remediations, warnings, inputs = pack.client.remediate(resource, inputs, provider)
            pack.remediations += remediations
            pack.findings += warnings
        if inputs is not resource.inputs:
            changed[resource.urn] = replace(resource, inputs=inputs)
        for pack in packs:
            pack.findings += pack.client.analyze(resource, inputs, provider)
    final = replace(stack, resources=tuple(changed.get(resource.urn, resource) for resource in stack.resources))
    _analyze_stack(packs, final)
    return final


def _analyze_stack(packs: Sequence[_Running], stack: Stack) -> None:
    providers = stack.by_urn()
    managed = [
        (resource, providers.get(resource.provider or ""))
        for resource in stack.resources
        if resource.operation not in ("read", "delete")
    ]
    root = f"urn:pulumi:{stack.name}::{stack.project}::pulumi:pulumi:Stack::{stack.project}-{stack.name}"
    for pack in packs:
        pack.findings += pack.client.analyze_stack(managed, root)
