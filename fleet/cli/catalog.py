"""`fleet catalog`: what can be bought, at what price, from which source and date."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from fleet.aws import boto3_clients, iam_policy
from fleet.aws import refresh as read_account
from fleet.aws.answer import missing_lines, progress_bar, refreshed_json, refreshed_text
from fleet.catalog import Catalog
from fleet.catalog.answer import accelerators_json, accelerators_text, found_json, found_text
from fleet.catalog.difference import compare, difference_json, difference_text
from fleet.catalog.location import chosen_snapshot, user_folder
from fleet.catalog.query import query as ask
from fleet.catalog.show import shown_json, shown_text
from fleet.cli.catalog_options import filters_of, with_options
from fleet.errors import FleetError

__all__ = ["app"]

app = typer.Typer(help="What can be bought, at what price, from which source and date.", no_args_is_help=True)

_Catalog = Annotated[Path | None, typer.Option("--catalog", help="Snapshot folder or JSON list of shapes.")]
_Json = Annotated[bool, typer.Option("--json", help="Plain JSON on standard output.")]
_Today = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], envvar="FLEET_TODAY", help="Day that prices are judged on.")
]
_SORT = "A field: name, vcpus, price, price/vcpu, coremark/usd, price/accelerator, price/bf16-pflops, price/hbm-gib..."


@app.command()
@with_options
def query(
    names: Annotated[
        list[str] | None, typer.Argument(help="Types, families, accelerators, chips or processors.")
    ] = None,
    *,
    region: Annotated[list[str] | None, typer.Option(help="us-east-1 without; repeat for more.")] = None,
    purchase: Annotated[
        str, typer.Option(help="on_demand, spot, savings_plan, capacity_block, dedicated_host, any.")
    ] = "on_demand",
    sort: Annotated[str, typer.Option(help=_SORT)] = "name",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Show the first so many.")] = None,
    catalog: _Catalog = None,
    today: _Today = None,
    as_json: _Json = False,
    **given: Any,
) -> None:
    """Offers that fit, sorted by any field or by value for money."""
    with _reported():
        found = ask(
            _load(catalog),
            filters_of(names, given),
            regions=tuple(region or ["us-east-1"]),
            purchase=purchase,
            sort=sort,
            reverse=reverse,
        )[:limit]
        day = _day(today)
        _print(found_json(found, today=day) if as_json else found_text(found, sort=sort, today=day))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="A type, family, accelerator, chip or system.")],
    region: Annotated[str | None, typer.Option(help="Region that missing prices are explained for.")] = None,
    catalog: _Catalog = None,
    today: _Today = None,
    as_json: _Json = False,
) -> None:
    """One type's sheet: shape, every price with source and date, siblings; or what another name stands for."""
    with _reported():
        found = _load(catalog)
        shown = shown_json if as_json else shown_text
        _print(shown(found, name, region=region, today=_day(today)))


@app.command()
def accelerators(catalog: _Catalog = None, as_json: _Json = False) -> None:
    """Every accelerator with memory, peaks, gates and families; and what cannot be bought, with the reason."""
    with _reported():
        items = list(_load(catalog).accelerators.values())
        _print(accelerators_json(items) if as_json else accelerators_text(items))


@app.command()
def refresh(
    *,
    regions: Annotated[
        str | None, typer.Option(help="Regions with commas between; all of the account without.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile to read with.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the IAM policy that it needs, call nothing.")
    ] = False,
    folder: Annotated[Path | None, typer.Option(help="Where to write; the user's data folder without.")] = None,
    today: _Today = None,
    as_json: _Json = False,
) -> None:
    """A new dated snapshot from the account's own AWS APIs."""
    if dry_run:
        _print(iam_policy())
        return
    with _reported():
        wanted = tuple(part.strip() for part in regions.split(",") if part.strip()) if regions else ()
        place = folder or user_folder(os.environ)
        with progress_bar() as progress:
            done = read_account(
                boto3_clients(profile), folder=place, today=_day(today), regions=wanted, progress=progress
            )
        for line in missing_lines(done):
            typer.echo(line, err=True)
        _print(refreshed_json(done) if as_json else refreshed_text(done))


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="The older snapshot folder.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The newer snapshot folder.")],
    as_json: _Json = False,
) -> None:
    """Price moves, new and gone types from snapshot A to B."""
    with _reported():
        found = compare(Catalog.load(before), Catalog.load(after))
        _print(difference_json(found) if as_json else difference_text(found))


@contextmanager
def _reported() -> Iterator[None]:
    """Turn an error of ours into a line on stderr and its exit code; everything else is a bug and shows itself."""
    try:
        yield
    except FleetError as exc:
        typer.echo(f"error: {exc}", err=True)
        raise typer.Exit(exc.exit_code) from None


def _load(path: Path | None) -> Catalog:
    return Catalog.load(chosen_snapshot(path, os.environ))


def _day(today: datetime | None) -> date:
    return today.date() if today else date.today()  # noqa: DTZ011  (the user's own day)


def _print(answer: object) -> None:
    if isinstance(answer, str):
        sys.stdout.write(answer)
    else:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
