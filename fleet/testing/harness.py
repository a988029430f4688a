"""Runs a policy pack over a stack of a test: the pack's own process, the engine's protocol, the engine's order."""

import contextlib
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet.engine.model import PackFinding, PackInfo, PackRun, PolicyPack, Remediation
from fleet.engine.packs.run import PackSession, run_packs
from fleet.stack.model import Stack
from fleet.testing.given import Given, stack_of

__all__ = ["Pack", "Report", "analyze", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a pack found. `stack` holds the resources as they are after remediation."""

    info: PackInfo
    stack: Stack
    findings: tuple[PackFinding, ...]
    remediations: tuple[Remediation, ...]
    not_applicable: tuple[tuple[str, str], ...]

    def of(self, rule: str) -> tuple[PackFinding, ...]:
        """The findings of one rule; KeyError when the pack has no such rule, so that a typing error cannot pass."""
        if rule not in self.info.rules:
            raise KeyError(f"the pack {self.info.name} has no rule {rule!r}; it has {', '.join(self.info.rules)}")
        return tuple(finding for finding in self.findings if finding.rule == rule)

    def about(self, name: str) -> tuple[PackFinding, ...]:
        """The findings about the resources of one name; KeyError when there is no such resource."""
        urns = self._urns(name)
        return tuple(finding for finding in self.findings if finding.urn in urns)

    def remediated(self, name: str) -> Mapping[str, Any]:
        """The inputs of a resource after all remediations."""
        urns = self._urns(name)
        return next(resource.inputs for resource in self.stack.resources if resource.urn in urns)

    def _urns(self, name: str) -> frozenset[str]:
        urns = frozenset(resource.urn for resource in self.stack.resources if resource.name == name)
        if not urns:
            raise KeyError(f"no resource of the stack is named {name!r}")
        return urns


def analyze(
    pack: str | Path,
    resources: Iterable[Given] | Stack,
    *,
    config: Mapping[str, Any] | None = None,
    project: str = "project",
    stack: str = "dev",
    exports: Mapping[str, Any] | None = None,
    stack_config: Mapping[str, str] | None = None,
    stack_tags: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> Report:
    """What the pack in a folder finds in resources.

    `config` is the content of a `--policy-pack-config` file; defaults of the rules' schemas are filled in and refused
    values are a ConfigError, as with the command line. `stack_config` is the stack's own (`aws:region` and the like).
    A pack that does not start, crashes or does not answer within `timeout` seconds is a PackError with its own words.
    """
    given = _stack(resources, project=project, stack=stack, exports=exports, stack_config=stack_config)
    with tempfile.TemporaryDirectory(prefix="fleet-testing-") as folder:
        run = run_packs(
            [PolicyPack(folder=Path(pack), config=config or {})],
            Path(folder),
            given,
            timeout=timeout,
            stack_tags=stack_tags,
        )[0]
    return _report(run)


class Pack:
    """A pack that runs, for many analyses; see `start`."""

    def __init__(self, session: PackSession, timeout: float) -> None:
        self._session = session
        self._timeout = timeout

    def analyze(
        self,
        resources: Iterable[Given] | Stack,
        *,
        config: Mapping[str, Any] | None = None,
        project: str = "project",
        stack: str = "dev",
        exports: Mapping[str, Any] | None = None,
        stack_config: Mapping[str, str] | None = None,
        stack_tags: Mapping[str, str] | None = None,
    ) -> Report:
        """The same as the function `analyze`, in the process that runs already; configuration does not carry over."""
        given = _stack(resources, project=project, stack=stack, exports=exports, stack_config=stack_config)
        deadline = time.monotonic() + self._timeout
        return _report(self._session.run(given, [config or {}], deadline=deadline, stack_tags=stack_tags)[0])


@contextlib.contextmanager
def start(pack: str | Path, *, timeout: float = 60.0) -> Iterator[Pack]:
    """A running pack, ended afterwards. `timeout` holds for the start and for each analysis."""
    with tempfile.TemporaryDirectory(prefix="fleet-testing-") as folder:
        packs = [PolicyPack(folder=Path(pack))]
        with PackSession(packs, Path(folder)) as session:
            session.connect(deadline=time.monotonic() + timeout)
            yield Pack(session, timeout)


def _stack(resources: Iterable[Given] | Stack, **names: Any) -> Stack:
    return resources if isinstance(resources, Stack) else stack_of(resources, **names)


def _report(run: PackRun) -> Report:
    return Report(
        info=run.info,
        stack=run.stack,
        findings=run.findings,
        remediations=run.remediations,
        not_applicable=run.not_applicable,
    )
