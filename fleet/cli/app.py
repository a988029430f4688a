"""The command tree of `fleet`."""

from typing import Annotated

import typer

from fleet.cli import catalog, diff, doctor, explain, export, init, plan, policies, preview, rehearse, schema

app = typer.Typer(
    name="fleet",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Plan the cheapest mixed AWS fleet with a proof, preview it with prices, and keep it that way with policies.",
)


def _version(asked: bool) -> None:
    if asked:
        from fleet import __version__

        typer.echo(f"fleet {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What every command shares."""


app.command()(plan.plan)
app.command()(explain.explain)
app.command()(preview.preview)
app.command()(preview.check)
app.command()(diff.diff)
app.command()(rehearse.rehearse)
app.add_typer(catalog.app, name="catalog")
app.add_typer(export.app, name="export")
app.add_typer(policies.app, name="policies")
app.command()(schema.schema)
app.command()(init.init)
app.command()(doctor.doctor)
