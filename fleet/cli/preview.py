"""`fleet preview` and `fleet check`: price and judge a program, or what somebody else produced."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli import surroundings as around
from fleet.errors import ConfigError

if TYPE_CHECKING:
    from fleet.engine.model import PolicyPack
    from fleet.preview import Request
    from fleet.result import Result


class Engine(StrEnum):
    """Who runs the program."""

    embedded = "embedded"
    pulumi = "pulumi"


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


PolicyPacks = Annotated[
    list[Path] | None,
    typer.Option("--policy-pack", help="A policy pack's folder; may be given more than once [default: ./policies]."),
]
PolicyConfig = Annotated[
    Path | None, typer.Option("--policy-config", help="Levels and options of rules [default: config.json of the pack].")
]
Baseline = Annotated[Path | None, typer.Option("--baseline", help="A stored result: what was there before is not new.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Fail on any mandatory finding, or only on new ones.")]
SaveBaseline = Annotated[Path | None, typer.Option("--save-baseline", help="Store the result for later comparisons.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How the result is written.")]
Everything = Annotated[bool, typer.Option("--all", help="List resources without charge too.")]


def preview(
    engine: Annotated[Engine, typer.Option("--engine", help="Run it here, or with the Pulumi CLI.")] = Engine.embedded,
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="The stack [default: the selected one, else dev].")
    ] = None,
    policy_pack: PolicyPacks = None,
    policy_config: PolicyConfig = None,
    baseline: Baseline = None,
    fail_on: FailOnOption = FailOn.any,
    invokes: Annotated[Path | None, typer.Option("--invokes", help="Answers to provider calls, as JSON.")] = None,
    save_baseline: SaveBaseline = None,
    format_: FormatOption = Format.table,
    output: around.Output = None,
    simulated_aws: Annotated[
        bool, typer.Option("--simulated-aws", help="With --engine pulumi: use the stand-in for the AWS provider.")
    ] = False,
    everything: Everything = False,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
) -> int:
    """Run the Pulumi program of this folder, price every resource, and let the policy packs judge it.

    Exit codes: 0 passed; 1 mandatory violations; 2 the program or a setting is wrong; 3 the engine is missing.

    Examples:  fleet preview  |  fleet preview --engine pulumi --stack prod  |  fleet preview -f sarif -o out.sarif
    """
    _require_baseline(fail_on, baseline)
    from fleet.engine.embedded import read_invokes
    from fleet.preview import preview_embedded, preview_with_engine

    request = replace(
        _request(Path.cwd(), policy_pack, policy_config, catalog, today),
        stack=stack,
        baseline=baseline,
        answers=read_invokes(invokes) if invokes else None,
        simulated_aws=simulated_aws,
    )
    if stack is None and engine is Engine.embedded:
        around.say("no stack is named: previewing stack 'dev' on a throw-away local backend; --stack names another")
    result = preview_embedded(request) if engine is Engine.embedded else preview_with_engine(request)
    return _deliver(result, baseline, fail_on, save_baseline, format_, output, everything=everything)


def check(
    files: Annotated[list[Path], typer.Argument(help="State exports, previews as JSON, or event streams.")],
    policy_pack: PolicyPacks = None,
    policy_config: PolicyConfig = None,
    baseline: Baseline = None,
    fail_on: FailOnOption = FailOn.any,
    save_baseline: SaveBaseline = None,
    format_: FormatOption = Format.table,
    output: around.Output = None,
    everything: Everything = False,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
) -> int:
    """Price and judge what somebody else produced: any Pulumi AWS stack, as a file.

    Examples:  pulumi stack export | fleet check /dev/stdin   |   fleet check preview.json --format markdown
    """
    _require_baseline(fail_on, baseline)
    from fleet.preview import check_stack
    from fleet.stack import decode_file

    request = _request(Path.cwd(), policy_pack, policy_config, catalog, today)
    results = [check_stack(request, decode_file(file)) for file in files]
    if len(results) > 1:
        raise ConfigError("several files at once are not supported yet; check them one by one")
    return _deliver(results[0], baseline, fail_on, save_baseline, format_, output, everything=everything)


def _require_baseline(fail_on: FailOn, baseline: Path | None) -> None:
    if fail_on is FailOn.new and baseline is None:
        raise ConfigError("--fail-on new needs --baseline FILE; store one with --save-baseline on the base branch")


def _request(
    folder: Path,
    packs: list[Path] | None,
    config: Path | None,
    catalog: Path | None,
    today: str | None,
) -> "Request":
    from fleet import __version__
    from fleet.preview import Request

    return Request(
        folder=folder,
        catalog=around.load_catalog(catalog),
        catalog_path=around.catalog_path(catalog),
        today=around.day(today),
        tool_version=__version__,
        packs=_packs(folder, packs, config),
        say=around.say,
    )


def _packs(folder: Path, packs: list[Path] | None, config: Path | None) -> "list[PolicyPack]":
    from fleet.cli.policies import installed_pack
    from fleet.engine.model import PolicyPack

    own = folder / "policies"
    chosen = packs or [own if (own / "PulumiPolicy.yaml").is_file() else installed_pack()]
    return [
        PolicyPack(folder=pack, config=_config(config or pack / "config.json", must_exist=bool(config)))
        for pack in chosen
    ]


def _config(path: Path, *, must_exist: bool) -> Mapping[str, Any]:
    if not must_exist and not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"policy configuration {path} cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"policy configuration {path} must be an object of rule names, found {type(values).__name__}")
    return values


def _deliver(
    result: "Result",
    baseline: Path | None,
    fail_on: FailOn,
    save_baseline: Path | None,
    format_: Format,
    output: Path | None,
    *,
    everything: bool,
) -> int:
    from fleet.result import against, read_result, result_json

    if baseline is not None:
        result = against(result, read_result(baseline), only_new=fail_on is FailOn.new)
    if save_baseline is not None:
        around.put(result_json(result), save_baseline)
        around.say(f"wrote {save_baseline}")
    around.put(_written(result, format_, to_file=output is not None, everything=everything), output)
    return 0 if result.passed else 1


def _written(result: "Result", format_: Format, *, to_file: bool, everything: bool) -> str:
    from fleet import report
    from fleet.result import result_json

    if format_ is Format.table:
        colour = around.has_colour() and not to_file
        return report.table(result, width=around.width(), colour=colour, everything=everything)
    write: Callable[[Result], str] = result_json if format_ is Format.json else getattr(report, format_.value)
    return write(result)
