"""What a command takes from its surroundings: the day, the catalog, the terminal, where results go."""

import json
import os
import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.errors import ConfigError

if TYPE_CHECKING:
    from fleet.catalog import Catalog
    from fleet.spec import FleetSpec

Today = Annotated[
    str | None,
    typer.Option(
        "--today", metavar="YYYY-MM-DD", envvar="FLEET_TODAY", help="The day to plan for and judge prices by."
    ),
]
CatalogFile = Annotated[
    Path | None,
    typer.Option(
        "--catalog", metavar="FILE", envvar="FLEET_CATALOG", help="Another catalog snapshot, or a JSON list of shapes."
    ),
]
SpecFile = Annotated[Path, typer.Option("--spec", metavar="FILE", help="What must run.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output, and nothing else there.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the result to this file.")]


def day(text: str | None) -> date:
    """The day a command works for: as given, else today (UTC)."""
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise ConfigError(f"--today is {text!r}; it must be a day such as 2026-12-01") from error


def catalog_path(given: Path | None) -> Path | None:
    """The catalog of a command: as given, else the user's newest snapshot unless the shipped one is newer.

    None stands for the shipped one.
    """
    if given is not None:
        return given
    from fleet.catalog import SHIPPED
    from fleet.catalog.location import day_of, snapshots, user_folder

    newest = next(iter(snapshots(user_folder(os.environ))), None)
    return newest if newest is not None and day_of(newest) >= day_of(SHIPPED) else None


def load_catalog(given: Path | None) -> "Catalog":
    """The catalog of a command."""
    from fleet.catalog import Catalog

    return Catalog.load(catalog_path(given))


def read_spec(path: Path, catalog: "Catalog") -> "FleetSpec":
    """A spec checked against the catalog's names; a list of shapes knows no names to check against."""
    from fleet.catalog.spec_names import known
    from fleet.spec import load_spec

    return load_spec(path, None if catalog.plain else known(catalog))


def width() -> int:
    """Columns of the terminal; 120 in a pipe, where nothing wraps."""
    return shutil.get_terminal_size((120, 24)).columns


def room() -> int | None:
    """Columns that a table may take: those of the terminal (or of COLUMNS); None in a pipe, which takes all."""
    return width() if sys.stdout.isatty() or os.environ.get("COLUMNS") else None


def has_colour() -> bool:
    """True on a terminal, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def put(text: str, output: Path | None = None) -> None:
    """A result: to the file if one is given, else to standard output."""
    # Half a surrogate pair, which JSON may carry, becomes `\\ud800`: in JSON that is how it was written.
    text = text.encode("utf-8", "backslashreplace").decode()
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{output} cannot be written: {error.strerror}") from error


def put_json(values: Any) -> None:
    """Plain values as JSON on standard output."""
    put(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False))
