"""The whole play: up, look, up again, destroy, look again, on a simulated AWS and a throw-away backend."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fleet.engine.real import Cli, Workbench, obtain_cli, workbench
from fleet.engine.real.events import read_events
from fleet.engine.real.preview import require_success
from fleet.engine.real.processes import run
from fleet.errors import MissingError
from fleet.rehearsal import checks
from fleet.rehearsal.inventory import Inventory, client, take_inventory
from fleet.rehearsal.model import Check, Report, Step
from fleet.rehearsal.server import SimulatedAws, simulated_aws
from fleet.simulated_aws.cloud import CLOCK, ENDPOINT
from fleet.simulated_aws.rules import HOSTS, is_mac
from fleet.simulated_aws.store import STATE, Store
from fleet.stack.model import Resource, Stack

__all__ = ["rehearse"]

_AFTER_LEASE = timedelta(hours=25)


def rehearse(
    folder: Path,
    *,
    stack: str | None = None,
    config: Mapping[str, str] | None = None,
    port: int = 0,
    cli: Cli | None = None,
    environment: Mapping[str, str] | None = None,
    say: Callable[[str], None] | None = None,
    pause: Callable[[str], None] | None = None,
) -> Report:
    """Rehearse the program in `folder`; nothing leaves the machine, nothing stays on it.

    Raises ProgramError when an update fails, MissingError without a CLI or moto. `pause` is called between the checks
    and destroy with the address of the simulated AWS, for a look around. Interrupted or failed, everything that was
    started is ended and removed.
    """
    folder = folder.resolve()
    environment = dict(os.environ) if environment is None else environment
    say = say or _to_stderr
    cli = cli or obtain_cli(environment, say)
    with ExitStack() as stage:
        aws = stage.enter_context(simulated_aws(port))
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  (comes with moto, which is there now)

        bench = stage.enter_context(
            workbench(
                folder,
                cli=cli,
                environment=_without_account(environment),
                say=say,
                stack=stack,
                config=config,
                simulated_aws=True,
                throw_away=True,
            )
        )
        try:
            return _Play(bench=bench, aws=aws, say=say).perform(pause)
        except (BotoCoreError, ClientError) as problem:
            if not aws.is_running:
                raise MissingError("the simulated AWS ended in the middle of the rehearsal; run it again") from problem
            raise MissingError(f"the simulated AWS does not answer as AWS does: {problem}") from problem


def _without_account(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything that points at a real account."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


@dataclass(kw_only=True)
class _Play:
    """One rehearsal as it goes on."""

    bench: Workbench
    aws: SimulatedAws
    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def perform(self, pause: Callable[[str], None] | None) -> Report:
        """All acts in order."""
        store = Store(self.bench.scratch / "simulated.json")
        with self._step("up") as outcome:
            made = self._pulumi("up")
            outcome.append(_counted(_operations(made)))
        regions = _regions(made)
        with self._step("look") as outcome:
            existing = take_inventory(self.aws.endpoint, regions)
            found = self._checks(made.resources, existing, regions, store)
            outcome.append(f"{sum(check.count for check in found)} things asked of AWS")
        with self._step("up again") as outcome:
            operations = _operations(self._pulumi("up"))
            found.append(checks.check_unchanged(operations))
            outcome.append(_counted(operations))
        if pause:
            pause(self.aws.endpoint)
        with self._step("destroy") as outcome:
            self._unprotect(made)
            outcome.append(_counted(_operations(self._pulumi("destroy", clock=self._clock(store)))))
        with self._step("look again") as outcome:
            gone = checks.check_gone(take_inventory(self.aws.endpoint, regions), len(existing.ids()), store)
            found.append(gone)
            outcome.append("nothing left" if not gone.problems else f"{len(gone.problems)} left")
        project = f"{self.bench.folder.name} ({len(made.resources)} resources)"
        return Report(
            project=project,
            steps=tuple(self.steps),
            checks=tuple(found),
            was_there=tuple(existing.described()),
            notes=tuple(self.notes),
        )

    def _checks(self, resources: Sequence[Resource], found: Inventory, regions: list[str], store: Store) -> list[Check]:
        return [
            checks.check_existence(resources, found, store),
            checks.check_groups(resources, found),
            checks.check_templates(resources, self._template_versions(found, regions)),
            checks.check_hosts(resources, found),
        ]

    def _template_versions(self, found: Inventory, regions: list[str]) -> dict[str, Any]:
        """Data of the newest version of each launch template, by its id."""
        wanted = set(found.entries.get("aws:ec2/launchTemplate:LaunchTemplate", {}))
        versions: dict[str, Any] = {}
        for region in regions:
            ec2 = client("ec2", region, self.aws.endpoint)
            for template in ec2.get_paginator("describe_launch_templates").paginate().search("LaunchTemplates"):
                identity = template["LaunchTemplateId"]
                if identity in wanted:
                    answer = ec2.describe_launch_template_versions(LaunchTemplateId=identity, Versions=["$Latest"])
                    versions[identity] = answer["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        return versions

    def _clock(self, store: Store) -> str | None:
        """A later time for destroy when there are Mac hosts: they are leased for at least 24 hours."""
        hosts = [host for host in store.all(HOSTS).values() if is_mac(host["type"])]
        if not hosts:
            return None
        self.notes.append(
            f"destroy ran with the clock 25 hours ahead: {len(hosts)} Mac hosts cannot be released within 24 hours"
        )
        return (datetime.now(UTC) + _AFTER_LEASE).isoformat()

    def _unprotect(self, made: Stack) -> None:
        """Protection is for what serves; of the state of a rehearsal it is taken away, and the report says so."""
        arguments = ["state", "unprotect", "--all", "--yes", "--stack", self.bench.stack]
        finished = run(
            [str(self.bench.cli.path), *arguments],
            cwd=self.bench.folder,
            environment=self.bench.environment,
            on_line=_ignore,
        )
        require_success(read_events([]), finished)
        count = sum(resource.protect for resource in made.resources)
        if count:
            self.notes.append(f"{count} protected resources were destroyed, as in a rehearsal everything is")

    def _pulumi(self, command: str, *, clock: str | None = None) -> Stack:
        """Run one command of the CLI against the simulation; the stack that its events show."""
        log = self.bench.scratch / f"events-{len(self.steps)}.jsonl"
        variables = {
            **self.bench.environment,
            ENDPOINT: self.aws.endpoint,
            STATE: str(self.bench.scratch / "simulated.json"),
            # Without this the CLI does not know the flag for events.
            "PULUMI_DEBUG_COMMANDS": "true",
            **({CLOCK: clock} if clock else {}),
        }
        arguments = [command, "--yes", "--skip-preview", "--event-log", str(log), *self.bench.arguments()]
        finished = run(
            [str(self.bench.cli.path), *arguments], cwd=self.bench.folder, environment=variables, on_line=_ignore
        )
        events = read_events(log.read_text(encoding="utf-8").splitlines() if log.exists() else [])
        if finished.code != 0 and not self.aws.is_running:
            raise MissingError(f"the simulated AWS ended in the middle of {command}; run the rehearsal again")
        require_success(events, finished)
        return events.stack or Stack(project=self.bench.project.name, name=self.bench.stack, resources=())

    @contextmanager
    def _step(self, name: str) -> Iterator[list[str]]:
        """Time a step; what the block appends is its outcome."""
        outcome: list[str] = []
        self.say(f"{name} ...")
        started = time.monotonic()
        yield outcome
        self.steps.append(Step(name=name, seconds=time.monotonic() - started, outcome=", ".join(outcome)))


def _operations(stack: Stack) -> Counter[str]:
    return Counter(resource.operation for resource in stack.resources)


def _counted(operations: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(operations.items())) or "nothing to do"


def _regions(stack: Stack) -> list[str]:
    """The configured region and those that resources and providers name, sorted."""
    found = {stack.config.get("aws:region") or "us-east-1"}
    for resource in stack.resources:
        region = resource.inputs.get("region")
        if isinstance(region, str):
            found.add(region)
    return sorted(found)


def _ignore(_line: str) -> None:
    """The CLI's own display is not needed: its events say the same."""


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
