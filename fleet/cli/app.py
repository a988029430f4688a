"""The command tree of `fleet`."""

from typing import Annotated

import typer

from fleet.cli import catalog, diff, doctor, explain, export, init, plan, policies, preview, rehearse, schema
from fleet.cli.register import HELP_NAMES, command, epilog

app = typer.Typer(
    name="fleet",
    no_args_is_help=True,
    context_settings=dict(HELP_NAMES),
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Plan the cheapest mixed AWS fleet with a proof, preview it with prices, "
        "and keep it that way with policies.\n\n"
        "Exit codes: 0 fine; 1 the answer is no (violation, infeasible, stale); 2 the request is wrong; "
        "3 something needed is missing. FLEET_DEBUG=1 shows tracebacks."
    ),
    epilog=epilog(
        "fleet init my-fleet             # a commented fleet.yaml and the program around it",
        "fleet plan                      # choose the fleet, write fleet.lock.json",
        "fleet preview                   # what it declares, what it costs, what the policies say",
        "fleet explain web --type m9g    # why, or why not",
    ),
)


def _version(asked: bool) -> None:
    if asked:
        from fleet import __version__

        typer.echo(f"fleet {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What every command shares."""


command(app)(init.init)
command(app)(plan.plan)
command(app)(explain.explain)
command(app)(preview.preview)
command(app)(preview.check)
command(app)(diff.diff)
command(app)(rehearse.rehearse)
app.add_typer(catalog.app, name="catalog")
app.add_typer(policies.app, name="policies")
app.add_typer(export.app, name="export")
command(app)(schema.schema)
command(app)(doctor.doctor)
