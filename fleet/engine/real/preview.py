"""`pulumi preview` by the real CLI, and what it gave, as plain values."""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fleet.engine.embedded import Answers, read_config
from fleet.engine.model import EngineRun, PackFinding, PolicyPack, RuleInfo
from fleet.engine.packs.settings import unknown_rule
from fleet.engine.real.cli import Cli, obtain_cli
from fleet.engine.real.events import Events, Violation, read_events, without_notices
from fleet.engine.real.packs import in_own_words, pack_arguments
from fleet.engine.real.processes import SILENCE_SECONDS, Finished, run
from fleet.engine.real.registrations import Registrations, read_registrations
from fleet.engine.real.workbench import Workbench, workbench
from fleet.errors import ConfigError, MissingError, PackError, ProgramError
from fleet.stack.model import Stack

if TYPE_CHECKING:
    from fleet.result.model import Level, Severity

__all__ = ["preview_with_cli", "require_success"]

ANSWERS = "FLEET_SIMULATED_ANSWERS"
"""Environment variable that names a file of answers to provider calls, for the simulated AWS provider."""
_PACK_FAILED = re.compile(
    r"policy pack \"|policy pack '|failed to run (policy|remediation)|policy config|[Aa]nalyzer"
    r"|^Exception calling application",  # a rule about the whole stack that raises: the engine adds nothing to it
    re.MULTILINE,
)
_PART_MISSING = re.compile(r"no (language|resource) plugin '")
_UNHANDLED = "Program failed with an unhandled exception:\n"


def preview_with_cli(
    folder: Path,
    *,
    stack: str | None = None,
    packs: Sequence[PolicyPack] = (),
    config: Mapping[str, str] | None = None,
    answers: Answers | None = None,
    simulated_aws: bool = False,
    throw_away: bool | None = None,
    cli: Cli | None = None,
    environment: Mapping[str, str] | None = None,
    say: Callable[[str], None] | None = None,
    silence: float = SILENCE_SECONDS,
) -> EngineRun:
    """Preview the program in `folder` with the real engine; findings come from its policy events only.

    Raises ProgramError when the program or a resource of it fails (a violation is a finding, not an error), PackError
    when a pack cannot run, MissingError when no CLI can be had or a plugin that the program needs. `throw_away` asks
    for a local backend (True) or the user's own (False) whatever is logged in; None decides by what is there. `answers`
    are for the simulated AWS provider; a real one asks AWS. `say` gets one line a notice. A CLI that reports nothing
    for `silence` seconds is ended, a ProgramError.
    """
    folder = folder.resolve()
    environment = dict(os.environ) if environment is None else environment
    say = say or _to_stderr
    cli = cli or obtain_cli(environment, say)
    with workbench(
        folder,
        cli=cli,
        environment=environment,
        say=say,
        stack=stack,
        config=config,
        simulated_aws=simulated_aws,
        throw_away=throw_away,
        references=answers.stack_references if answers else None,
    ) as bench:
        log = bench.scratch / "calls.jsonl"
        if answers is not None:
            (bench.scratch / "answers.json").write_text(json.dumps(answers.plain()), encoding="utf-8")
        lines: list[str] = []
        finished = run(
            [str(cli.path), "preview", "--json", *bench.arguments(), *pack_arguments(packs, bench.scratch, say)],
            cwd=folder,
            environment={
                **bench.environment,
                **({ANSWERS: str(bench.scratch / "answers.json")} if answers is not None else {}),
                "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
                "PULUMI_DEBUG_GRPC": str(log),
            },
            on_line=lines.append,
            silence=silence,
        )
        lines = [in_own_words(line, packs, bench.scratch) for line in lines]
        finished = replace(finished, stderr=in_own_words(finished.stderr, packs, bench.scratch))
        events, registrations = read_events(lines), read_registrations(log)
        if finished.code:
            _require_known_rules(finished.stderr, packs, registrations)
        require_success(events, finished, packs)
        return _engine_run(bench, events, registrations, config)


def require_success(events: Events, finished: Finished, packs: Sequence[PolicyPack] = ()) -> None:
    """Violations are an answer; everything else that makes the CLI fail is an error with the CLI's own words."""
    if finished.fell_silent:
        raise ProgramError(
            "the Pulumi CLI said nothing for minutes and was stopped: the program waits for something, or a policy "
            "never returned (one that calls sys.exit does not)"
        )
    if finished.code == 0:
        return
    for text in events.errors:
        if text.startswith(_UNHANDLED):
            traceback = text.removeprefix(_UNHANDLED).strip()
            raise ProgramError(f"the program failed: {traceback.splitlines()[-1]}", traceback)
    if finished.code < 0:
        raise ProgramError(f"the Pulumi CLI was ended by signal {-finished.code} before it was done; run it again")
    said = [] if events.is_complete else [without_notices(finished.stderr)]
    text = "\n".join(part for part in (*events.errors, *said) if part)
    if _PART_MISSING.search(text):
        raise MissingError(
            f"{text}\nfleet stands in for the Python language host and the AWS provider only; install it"
        )
    if _PACK_FAILED.search(text):
        raise PackError(_with_packs(text, events, packs))
    if text:
        raise ProgramError(text)
    if not any(violation.level == "mandatory" for violation in events.violations):
        raise ProgramError(f"pulumi ended with code {finished.code} and no message")


def _require_known_rules(said: str, packs: Sequence[PolicyPack], registrations: Registrations) -> None:
    """ConfigError where the CLI refused a pack's configuration for a name that is none of its rules.

    Its own words for that are `invalid enforcement level ""`.
    """
    for pack in packs:
        infos = (i for i in registrations.packs if f'configuring policy pack "{i.name}" at "{pack.folder}' in said)
        problems = (unknown_rule(info, (name for name in pack.config if name != "all")) for info in infos)
        problem = next((problem for problem in problems if problem is not None), None)
        if problem is not None:
            raise ConfigError(problem if pack.config_file is None else f"{pack.config_file}: {problem}")


def _with_packs(text: str, events: Events, packs: Sequence[PolicyPack]) -> str:
    """What failed, with what the pack said, and its name: of a rule that raises the engine does not tell the pack."""
    said = [line for line in events.diagnostics if not line.startswith("error: ")]
    folders = [str(pack.folder) for pack in packs]
    files = [f"{p.config_file}: " for p in packs if p.config_file is not None and f'at "{p.folder}"' in text]
    text = f"{files[0] if 'configuring policy pack' in text and files else ''}{text}"
    named = [] if any(folder in text for folder in folders) else [f"(policy packs that ran: {', '.join(folders)})"]
    return "\n".join([text, *said, *named])


def _engine_run(
    bench: Workbench, events: Events, registrations: Registrations, config: Mapping[str, str] | None
) -> EngineRun:
    seen = events.stack or Stack(project=bench.project.name, name=bench.stack, resources=())
    resources = registrations.complete(seen.resources, bench.folder)
    # The stream shows a value that Pulumi.yaml declares secret as it stands there.
    secret = read_config(bench.project, bench.stack, config).secret_keys
    shown = {key: value for key, value in seen.config.items() if key not in secret}
    stack = replace(seen, project=bench.project.name, name=bench.stack, resources=resources, config=shown)
    rules = {(pack.name, rule.name): rule for pack in registrations.packs for rule in pack.rules.values()}
    findings = tuple(
        _finding(violation, rules.get((violation.pack, violation.rule))) for violation in events.violations
    )
    return EngineRun(
        stack=stack,
        findings=findings,
        diagnostics=events.diagnostics,
        packs=registrations.packs,
        not_applicable=registrations.not_applicable,
    )


def _finding(violation: Violation, rule: RuleInfo | None) -> PackFinding:
    return PackFinding(
        rule=violation.rule,
        pack=violation.pack,
        level=cast("Level", violation.level),
        severity=cast("Severity | None", violation.severity) or (rule.severity if rule else None),
        urn=violation.urn,
        message=violation.message,
        remediation=rule.remediation if rule else None,
        documentation=rule.documentation if rule else None,
    )


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
