"""Run a Pulumi program without the command line: any Python program, in a process of its own, as a first preview."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fleet.engine.embedded.answers import Answers
from fleet.engine.embedded.interpreter import program_python
from fleet.engine.embedded.process import Ended, run_child
from fleet.engine.embedded.project import Config, Project, read_config, read_project
from fleet.engine.model import EngineRun
from fleet.errors import ProgramError
from fleet.stack.registrations import decode_monitor

__all__ = ["RUNNER", "run_program"]

RUNNER = Path(__file__).resolve().parent.parent / "runner.py"
"""The script that runs a program in its own interpreter."""

_LINES_SHOWN = 20


def run_program(
    folder: Path,
    *,
    stack: str = "dev",
    config: Mapping[str, str] | None = None,
    answers: Answers | None = None,
    timeout: float = 300.0,
    output: Callable[[str], None] | None = None,
) -> EngineRun:
    """The stack that the program of `folder` declares, everything in it to be created.

    `config` adds to (and overrides) the configuration of the project and the stack. `output` gets each line that the
    program prints. A program that raises, leaves early, never ends (it is stopped after `timeout` seconds) or declares
    what the engine would refuse is a ProgramError with its own traceback.
    """
    project = read_project(folder)
    if project.runtime != "python":
        raise ProgramError(
            f"{project.root / 'Pulumi.yaml'} names the runtime {project.runtime!r}; the embedded engine runs python "
            "programs only, 'fleet preview --engine pulumi' runs the others"
        )
    # A stack may be named with its organization and project, as the command line shows it.
    organization, _, stack = stack.rpartition("/")
    settings = read_config(project, stack, config)
    ended = run_child(
        [program_python(project.root, project.options), "-u", str(RUNNER)],
        job=lambda descriptor: json.dumps(
            {
                **_job(project, stack, settings, answers or Answers()),
                "organization": organization.partition("/")[0] or "organization",
                "report": descriptor,
            }
        ),
        folder=project.program if project.program.is_dir() else project.program.parent,
        environment=os.environ,
        timeout=timeout,
        output=output,
    )
    report = _report(project, ended, timeout)
    return EngineRun(
        stack=decode_monitor(report, project=project.name, name=stack, config=settings.public),
        diagnostics=(
            *(f"note: {note}" for note in settings.notes),
            *(f"{severity}: {message}" for severity, message in report["logs"]),
        ),
    )


def _job(project: Project, stack: str, settings: Config, answers: Answers) -> dict[str, Any]:
    return {
        "program": str(project.program),
        "root_directory": str(project.root),
        "project": project.name,
        "stack": stack,
        "config": dict(settings.values),
        "secret_keys": sorted(settings.secret_keys),
        "dry_run": True,
        "parallel": 32,
        "answers": answers.plain(),
    }


def _report(project: Project, ended: Ended, timeout: float) -> dict[str, Any]:
    if ended.timed_out:
        raise ProgramError(
            f"the program in {project.program} did not end within {timeout:g} seconds and was stopped", ended.tail
        )
    try:
        report: dict[str, Any] = json.loads(ended.report)
    except json.JSONDecodeError:
        raise ProgramError(_vanished(project, ended), _last_lines(ended.tail)) from None
    error = report["error"]
    if error is None:
        return report
    if error["kind"] == "missing":
        raise ProgramError(f"the program's Python cannot import pulumi ({error['message']}); install its requirements")
    raise ProgramError(_message(error), error["traceback"])


def _message(error: Mapping[str, Any]) -> str:
    place = error.get("location")
    return f"{place[0]}:{place[1]}: {error['message']}" if place else str(error["message"])


def _vanished(project: Project, ended: Ended) -> str:
    if ended.code < 0:
        return f"the program in {project.program} was ended by signal {-ended.code} before it was done"
    return f"the program in {project.program} left with exit code {ended.code} before it was done"


def _last_lines(text: str) -> str:
    return "\n".join(text.splitlines()[-_LINES_SHOWN:])
