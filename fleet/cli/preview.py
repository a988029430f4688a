"""`fleet preview` and `fleet check`: price and judge a program, or what somebody else produced."""

import json
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli import delivery as to
from fleet.cli import surroundings as around
from fleet.cli import voice
from fleet.errors import ConfigError, nearest

if TYPE_CHECKING:
    from fleet.engine.model import PolicyPack
    from fleet.preview import Request
    from fleet.result import Result


class Engine(StrEnum):
    """Who runs the program."""

    embedded = "embedded"
    pulumi = "pulumi"


PolicyPacks = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack",
        metavar="DIR",
        help="A policy pack's folder; may be given more than once [default: ./policies].",
    ),
]
PolicyConfig = Annotated[
    Path | None,
    typer.Option(
        "--policy-config", metavar="FILE", help="Levels and options of rules [default: config.json of the pack]."
    ),
]


def preview(
    engine: Annotated[Engine, typer.Option("--engine", help="Run it here, or with the Pulumi CLI.")] = Engine.embedded,
    stack: Annotated[
        str | None,
        typer.Option("--stack", "-s", metavar="NAME", help="The stack [default: the selected one, else dev]."),
    ] = None,
    policy_pack: PolicyPacks = None,
    policy_config: PolicyConfig = None,
    baseline: to.BaselineOption = None,
    fail_on: to.FailOnOption = to.FailOn.any,
    invokes: Annotated[
        Path | None, typer.Option("--invokes", metavar="FILE", help="Answers to provider calls, as JSON.")
    ] = None,
    save_baseline: to.SaveBaseline = None,
    format_: to.FormatOption = to.Format.table,
    output: around.Output = None,
    report: to.Reports = None,
    simulated_aws: Annotated[
        bool, typer.Option("--simulated-aws", help="With --engine pulumi: use the stand-in for the AWS provider.")
    ] = False,
    everything: to.Everything = False,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
) -> int:
    """Run the Pulumi program, price it, let the policies judge.

    Works on any Pulumi program of this folder, also one that knows nothing of fleet; nothing is deployed.

    Exit codes: 0 passed; 1 mandatory violations; 2 the program or a setting is wrong; 3 the engine is missing.

    Examples:
        fleet preview
        fleet preview --engine pulumi --stack prod
        fleet preview --report report.html --report fleet.sarif
    """
    wanted = to.read_delivery(
        baseline,
        fail_on,
        report,
        folder=Path.cwd(),
        format=format_,
        output=output,
        save_baseline=save_baseline,
        everything=everything,
        catalog=catalog,
        today=today,
        stack=stack,
    )
    from fleet.engine.embedded import read_invokes

    request = replace(
        _request(Path.cwd(), policy_pack, policy_config, catalog, today),
        stack=stack,
        baseline=baseline,
        answers=read_invokes(invokes) if invokes else None,
        simulated_aws=simulated_aws,
    )
    return to.deliver(_previewed(engine, request), wanted)


def _previewed(engine: Engine, request: "Request") -> "Result":
    from fleet.preview import preview_embedded, preview_with_engine

    _say_which_stack(engine, request.stack)
    with voice.working("running the program, pricing its resources, asking the policy packs"):
        return preview_embedded(request) if engine is Engine.embedded else preview_with_engine(request)


def _say_which_stack(engine: Engine, stack: str | None) -> None:
    if stack is None and engine is Engine.embedded:
        voice.say("no stack is named: previewing stack 'dev' on a throw-away local backend; --stack names another")
    if stack is not None and (note := _without_configuration(Path.cwd(), stack.rpartition("/")[2])):
        voice.say(note)


def check(
    files: Annotated[list[Path], typer.Argument(help="State exports, previews as JSON, or event streams.")],
    policy_pack: PolicyPacks = None,
    policy_config: PolicyConfig = None,
    baseline: to.BaselineOption = None,
    fail_on: to.FailOnOption = to.FailOn.any,
    save_baseline: to.SaveBaseline = None,
    format_: to.FormatOption = to.Format.table,
    output: around.Output = None,
    report: to.Reports = None,
    everything: to.Everything = False,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
) -> int:
    """Price and judge a state export or preview, as a file.

    Takes the output of 'pulumi stack export', 'pulumi preview --json' or the streaming preview of any AWS stack.

    Several files are shown each and in total; budgets hold over the total.

    Examples:
        pulumi stack export | fleet check /dev/stdin
        fleet check prod.json staging.json
        fleet check preview.json --format markdown
    """
    wanted = to.read_delivery(
        baseline,
        fail_on,
        report,
        folder=Path.cwd(),
        format=format_,
        output=output,
        save_baseline=save_baseline,
        everything=everything,
        catalog=catalog,
        today=today,
    )
    from fleet.preview import check_stack
    from fleet.stack import decode_file, together

    request = replace(_request(Path.cwd(), policy_pack, policy_config, catalog, today), baseline=baseline)
    with voice.working("pricing resources, asking the policy packs"):
        # The stack has no name here, so that a large one is gone before its result is written.
        result = check_stack(request, together([decode_file(file) for file in files]))
    return to.deliver(result, wanted)


def _without_configuration(folder: Path, stack: str) -> str | None:
    """What to say of a stack that has no configuration where others have one: its name may be a slip."""
    files = [file for ending in ("yaml", "yml") for file in folder.glob(f"Pulumi.*.{ending}")]
    known = {file.name.removeprefix("Pulumi.").rpartition(".")[0] for file in files}
    if not known or stack in known:
        return None
    close = nearest(stack, known, limit=1)
    others = f"did you mean {close[0]!r}?" if close else f"there is one of {', '.join(sorted(known))}"
    return f"stack {stack!r} has no configuration, no Pulumi.{stack}.yaml; {others}"


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
        say=voice.say,
    )


def _packs(folder: Path, packs: list[Path] | None, config: Path | None) -> "list[PolicyPack]":
    from fleet.cli.policies import installed_pack

    own = folder / "policies"
    chosen = packs or [own if (own / "PulumiPolicy.yaml").is_file() else installed_pack()]
    return [_configured(pack, config or pack / "config.json", must_exist=bool(config)) for pack in chosen]


def _configured(pack: Path, file: Path, *, must_exist: bool) -> "PolicyPack":
    from fleet.engine.model import PolicyPack

    return PolicyPack(folder=pack, config=_config(file, must_exist=must_exist), config_file=file)


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
