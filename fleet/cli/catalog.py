"""`fleet catalog`: what can be bought, at what price, from which source and date."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice
from fleet.cli.catalog_options import filters_of, with_options
from fleet.cli.register import command, group

__all__ = ["app"]

app = group(
    "What can be bought, at what price, from which source and date.",
    "fleet catalog query --accelerator h100 --purchase any",
    "fleet catalog show m9g.large",
    "fleet catalog refresh --dry-run",
)

_SORT = "A field: name, vcpus, price, price/vcpu, coremark/usd, price/accelerator, price/bf16-pflops, price/hbm-gib..."


@command(app)
@with_options
def query(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Types, families, accelerators, chips or processors."),
    ] = None,
    *,
    region: Annotated[
        list[str] | None, typer.Option(metavar="REGION", help="us-east-1 without; repeat or use commas for more; all.")
    ] = None,
    purchase: Annotated[
        str,
        typer.Option(
            metavar="HOW", help="on_demand, spot, savings_plan, capacity_block, dedicated_host; any: lowest, no plan."
        ),
    ] = "on_demand",
    sort: Annotated[str, typer.Option(metavar="FIELD", help=_SORT)] = "name",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Show the first so many.")] = None,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
    json_: around.AsJson = False,
    **given: Any,
) -> None:
    """Offers that fit, sorted by any field or by value for money.

    Examples:
        fleet catalog query --architecture arm64 --memory 16GiB --sort coremark/usd
        fleet catalog query --stack cuda --precision fp8 --purchase any --sort price/bf16-pflops
    """
    from fleet.catalog.answer import counted, found_json, found_text
    from fleet.catalog.query import query as ask
    from fleet.catalog.query import unsold

    snapshot, filters = around.load_catalog(catalog), filters_of(names, given)
    regions = tuple(part.strip() for text in region or ["us-east-1"] for part in text.split(","))
    found = ask(
        snapshot,
        filters,
        regions=snapshot.regions if "all" in regions else tuple(dict.fromkeys(regions)),
        purchase=purchase,
        sort=sort,
        reverse=reverse,
    )
    day = around.day(today)
    for line in unsold(snapshot, filters):
        voice.say(line)
    if json_:
        if limit is not None and limit < len(found):
            voice.say(counted(found, sort=sort, limit=limit))
        around.put_json(found_json(found[:limit], today=day))
    else:
        around.put(found_text(found, sort=sort, today=day, limit=limit, width=around.room()))


@command(app)
def show(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="A type, family, accelerator, chip or system.")],
    region: Annotated[str | None, typer.Option(help="Region that missing prices are explained for.")] = None,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
    json_: around.AsJson = False,
) -> None:
    """One type's sheet: shape, prices with source and date.

    Any other name of the catalog too: a family, an accelerator, a chip or a system, and what it stands for.

    Examples:
        fleet catalog show p6-b300.48xlarge
        fleet catalog show trainium3
        fleet catalog show m4-max
    """
    from fleet.catalog.show import shown_json, shown_text

    found, day = around.load_catalog(catalog), around.day(today)
    if json_:
        around.put_json(shown_json(found, name, region=region, today=day))
    else:
        around.put(shown_text(found, name, region=region, today=day, width=around.width()))


@command(app)
def accelerators(catalog: around.CatalogFile = None, json_: around.AsJson = False) -> None:
    """Every accelerator with memory, peaks, gates and families.

    Ends with what cannot be bought, and the reason.

    Examples:
        fleet catalog accelerators
        fleet catalog accelerators --json
    """
    from fleet.catalog.answer import accelerators_json, accelerators_text

    items = list(around.load_catalog(catalog).accelerators.values())
    if json_:
        around.put_json(accelerators_json(items))
    else:
        around.put(accelerators_text(items, width=around.room()))


@command(app)
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
    today: around.Today = None,
    json_: around.AsJson = False,
) -> None:
    """A new dated snapshot from the account's own AWS APIs.

    Exit codes: 0 written, perhaps with notes on what a missing permission left old; 3 nothing could be read.

    Examples:
        fleet catalog refresh --dry-run
        fleet catalog refresh --regions us-east-1,eu-west-1
    """
    from fleet import aws
    from fleet.aws import answer
    from fleet.catalog.location import user_folder

    if dry_run:
        around.put_json(aws.iam_policy())
        return
    wanted = tuple(part.strip() for part in regions.split(",") if part.strip()) if regions else ()
    place, day = folder or user_folder(os.environ), around.day(today)
    with answer.progress_bar() as progress:
        done = aws.refresh(aws.boto3_clients(profile), folder=place, today=day, regions=wanted, progress=progress)
    for line in answer.missing_lines(done):
        voice.say(line)
    if json_:
        around.put_json(answer.refreshed_json(done))
    else:
        around.put(answer.refreshed_text(done))


@command(app)
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="The older snapshot folder.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The newer snapshot folder.")],
    json_: around.AsJson = False,
) -> None:
    """Price moves, new and gone types from snapshot A to B.

    Examples:
        fleet catalog diff ~/.local/share/fleet/catalog/2026-10-01 ~/.local/share/fleet/catalog/2026-11-01
    """
    from fleet.catalog import Catalog
    from fleet.catalog.difference import compare, difference_json, difference_text

    found = compare(Catalog.load(before), Catalog.load(after))
    if json_:
        around.put_json(difference_json(found))
    else:
        around.put(difference_text(found))
