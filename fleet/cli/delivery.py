"""A result handed over: held against a baseline, stored, and written in every format that was asked for."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice
from fleet.errors import ConfigError, FleetError

if TYPE_CHECKING:
    from fleet.result import Diff, Result


class FailOn(StrEnum):
    """Which mandatory findings fail."""

    any = "any"
    new = "new"


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    json = "json"
    markdown = "markdown"
    sarif = "sarif"
    junit = "junit"
    html = "html"


ENDINGS = {
    ".html": Format.html,
    ".json": Format.json,
    ".md": Format.markdown,
    ".sarif": Format.sarif,
    ".txt": Format.table,
    ".xml": Format.junit,
}
"""The format of a report by the ending of its file."""

BaselineOption = Annotated[
    Path | None, typer.Option("--baseline", metavar="FILE", help="A stored result: what was there before is not new.")
]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Fail on any mandatory finding, or only on new ones.")]
SaveBaseline = Annotated[
    Path | None, typer.Option("--save-baseline", metavar="FILE", help="Store the result for later comparisons.")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How the result is written.")]
Reports = Annotated[
    list[Path] | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write the result there as well, in the format of the ending: .html .json .md .sarif .txt .xml (JUnit); "
        "may be given more than once.",
    ),
]
Everything = Annotated[bool, typer.Option("--all", help="List resources without charge too.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What becomes of a result. `folder` holds the program; `catalog` and `today` explain the plan beside it."""

    folder: Path
    format: Format
    output: Path | None
    fail_on: FailOn
    baseline: "Result | None"
    save_baseline: Path | None
    reports: tuple[Path, ...] = ()
    everything: bool = False
    catalog: Path | None = None
    today: str | None = None
    stack: str | None = None


def read_delivery(
    baseline: Path | None, fail_on: FailOn, reports: list[Path] | None, *, folder: Path, **more: Any
) -> Delivery:
    """What was asked for, with everything refused that can be known to fail before a program runs."""
    from fleet.result import read_result

    if fail_on is FailOn.new and baseline is None:
        raise ConfigError("--fail-on new needs --baseline FILE; store one with --save-baseline on the base branch")
    for report in reports or ():
        if report.suffix.lower() not in ENDINGS:
            raise ConfigError(f"--report {report} has no ending that names a format; use one of {', '.join(ENDINGS)}")
    return Delivery(
        folder=folder,
        fail_on=fail_on,
        baseline=None if baseline is None else read_result(baseline),
        reports=tuple(reports or ()),
        **more,
    )


def deliver(result: "Result", wanted: Delivery) -> int:
    """Write the result as asked; 0 when it passed, 1 when it did not."""
    from fleet.result import against, as_stored, diff, result_json

    # What is compared and shown is what is stored: amounts of six places, plain values.
    result = as_stored(result)
    changes = None
    if wanted.baseline is not None:
        result = against(result, wanted.baseline, fail_on=wanted.fail_on.value)
        changes = diff(wanted.baseline, result)
    if wanted.save_baseline is not None:
        around.put(result_json(result), wanted.save_baseline)
        voice.say(f"wrote {wanted.save_baseline}")
    for report in wanted.reports:
        around.put(_written(result, changes, ENDINGS[report.suffix.lower()], wanted, to_file=True), report)
        voice.say(f"wrote {report}")
    to_file = wanted.output is not None
    around.put(_written(result, changes, wanted.format, wanted, to_file=to_file), wanted.output)
    return 0 if result.passed else 1


def _written(result: "Result", changes: "Diff | None", format_: Format, wanted: Delivery, *, to_file: bool) -> str:
    from fleet import report
    from fleet.result import result_json

    match format_:
        case Format.table:
            colour = around.has_colour() and not to_file
            return report.table(
                result,
                changes=changes,
                width=around.width(),
                colour=colour,
                everything=wanted.everything or voice.is_verbose(),
            )
        case Format.json:
            return result_json(result)
        case Format.markdown:
            return report.markdown(result, changes=changes)
        case Format.sarif:
            return report.sarif(result, folder=_below_repository(wanted.folder))
        case Format.junit:
            return report.junit(result)
        case Format.html:
            return report.html(result, changes=changes, **_plan_beside(result, wanted))


def _below_repository(folder: Path) -> str:
    """The folder's path from the root of its Git repository; empty at the root and outside of any."""
    here = folder.resolve()
    root = next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), here)
    return "" if here == root else here.relative_to(root).as_posix()


def _plan_beside(result: "Result", wanted: Delivery) -> dict[str, Any]:
    """The plan that the program of the folder declares, and why: nothing where it declares none that fits."""
    from fleet.engine.embedded.project import read_config, read_project
    from fleet.planner import explain
    from fleet.plans import check_lock, lock_path, read_lock

    try:
        project = read_project(wanted.folder)
        config = read_config(project, wanted.stack or result.stack).values
        spec_path = project.root / config.get("fleet:spec", "fleet.yaml")
        if project.name != result.project or not spec_path.is_file():
            return {}
        catalog = around.load_catalog(wanted.catalog)
        spec = around.read_spec(spec_path, catalog)
        if not check_lock(lock_path(spec_path), spec).fresh:
            return {}
        plan, today = read_lock(lock_path(spec_path)), around.day(wanted.today)
        names = [workload.name for workload in spec.workloads]
        return {"plan": plan, "explanations": [explain(spec, catalog, n, today=today, plan=plan) for n in names]}
    except FleetError as error:
        voice.say(f"the report shows no plan: {error}")
        return {}
