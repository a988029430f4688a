"""Preview a program: run it with an engine, price what it declares, let the packs judge, give one result."""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from fleet.catalog import Catalog
from fleet.cost import estimate
from fleet.engine.embedded import Answers, catalog_answers, run_program
from fleet.engine.model import EngineRun, PackFinding, PolicyPack
from fleet.engine.packs import PackSession
from fleet.preview.findings import to_finding
from fleet.result import CatalogStamp, Result, assemble
from fleet.result.grammar import parse_undecided
from fleet.stack.model import Stack

_PACK_SECONDS = 300.0
"""How long all packs together may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to preview and what to judge it by.

    `folder` holds Pulumi.yaml. `say` gets notes for a person, one line each.
    """

    folder: Path
    catalog: Catalog
    today: date
    tool_version: str
    stack: str | None = None
    packs: Sequence[PolicyPack] = ()
    config: Mapping[str, str] = field(default_factory=dict)
    answers: Answers | None = None
    simulated_aws: bool = False
    catalog_path: Path | None = None
    """Where the catalog was read from, for the packs; None for the shipped one."""
    baseline: Path | None = None
    """A stored result that the packs compare with; None without."""
    say: Callable[[str], None] = print


def preview_embedded(request: Request) -> Result:
    """The program of the folder run in a process of ours, without the Pulumi CLI; the packs start meanwhile."""
    with _environment(request), _session(request) as session:
        run = run_program(
            request.folder,
            stack=request.stack or "dev",
            config=request.config,
            answers=catalog_answers(request.catalog, request.answers),
            output=request.say,
        )
        _tell(run, request.say)
        return _judged(request, session, run.stack, "embedded")


def preview_with_engine(request: Request) -> Result:
    """The program of the folder run by the real command line: resources and findings come from its events only."""
    from fleet.engine.real import preview_with_cli  # noqa: PLC0415  (gRPC and the stand-ins, only when asked for)

    with _environment(request):
        run = preview_with_cli(
            request.folder,
            stack=request.stack,
            packs=request.packs,
            config=request.config,
            answers=catalog_answers(request.catalog, request.answers),
            simulated_aws=request.simulated_aws,
            say=request.say,
        )
    _tell(run, request.say)
    undecided = sum(parse_undecided(reason) for _, reason in run.not_applicable)
    return _result(request, run.stack, run.findings, "pulumi", undecided=undecided)


def check_stack(request: Request, stack: Stack) -> Result:
    """What somebody else produced, priced and judged; `folder` is where paths of the packs' settings start."""
    with _environment(request), _session(request) as session:
        return _judged(request, session, stack, "file")


def _session(request: Request) -> PackSession:
    return PackSession(request.packs, request.folder, output=request.say)


def _judged(request: Request, session: PackSession, stack: Stack, engine: Literal["embedded", "file"]) -> Result:
    """The stack with prices and findings. What is there already is judged as it is: only a preview is remediated."""
    runs = session.run(
        stack,
        [pack.config for pack in request.packs],
        deadline=time.monotonic() + _PACK_SECONDS,
        remediate=engine == "embedded",
    )
    for run in runs:
        for note in run.notes:
            request.say(note)
    seen = runs[-1].stack if runs else stack
    undecided = sum(parse_undecided(reason) for run in runs for _, reason in run.not_applicable)
    return _result(request, seen, [found for run in runs for found in run.findings], engine, undecided=undecided)


def _result(
    request: Request,
    stack: Stack,
    findings: Iterable[PackFinding],
    engine: Literal["embedded", "pulumi", "file"],
    *,
    undecided: int,
) -> Result:
    placed = replace(stack, config={**_ambient_region(), **stack.config})
    return assemble(
        stack,
        estimate(placed, request.catalog, today=request.today),
        [to_finding(found) for found in findings],
        engine=engine,
        catalog=CatalogStamp(as_of=request.catalog.as_of, sha256=request.catalog.sha256),
        tool_version=request.tool_version,
        undecided=undecided,
    )


def _ambient_region() -> dict[str, str]:
    """The region that the AWS provider takes from the environment where the stack configures none."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return {"aws:region": region} if region else {}


def _tell(run: EngineRun, say: Callable[[str], None]) -> None:
    for line in run.diagnostics:
        if not line.startswith("debug"):
            say(line)


class _environment:  # noqa: N801  (reads as a with statement)
    """The day and the catalog for the packs' processes, which learn of them from the environment only."""

    def __init__(self, request: Request) -> None:
        self._wanted = {"FLEET_TODAY": request.today.isoformat()}
        if request.catalog_path is not None:
            self._wanted["FLEET_CATALOG"] = str(request.catalog_path.resolve())
        if request.baseline is not None:
            self._wanted["FLEET_BASELINE"] = str(request.baseline.resolve())

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._wanted}
        os.environ.update(self._wanted)

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
