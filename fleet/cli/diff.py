"""`fleet diff`: what changed between two results or states, resource by resource."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli import surroundings as around
from fleet.cli import voice

if TYPE_CHECKING:
    from fleet.result import Result


class DiffFormat(StrEnum):
    """How a diff is written."""

    table = "table"
    json = "json"
    markdown = "markdown"


def diff(
    base: Annotated[Path, typer.Argument(help="A result (--format json), a state export or a preview.")],
    head: Annotated[Path, typer.Argument(help="The same, of what comes after.")],
    format_: Annotated[DiffFormat, typer.Option("--format", "-f", help="How the diff is written.")] = DiffFormat.table,
    output: around.Output = None,
    catalog: around.CatalogFile = None,
    today: around.Today = None,
) -> int:
    """Show what changed between two results or states.

    Money is taken apart into what inputs and what prices changed; capacity, carbon, findings new and fixed follow.

    Results keep the prices they were made with; a state is priced with the catalog at hand and has no findings.

    Examples:
        fleet diff base.json head.json
        fleet diff old-state.json new-state.json --format markdown
    """
    import json

    from fleet.report import diff_markdown, diff_text
    from fleet.result import diff as compare
    from fleet.result import diff_values

    found = compare(_read(base, catalog, today), _read(head, catalog, today))
    if format_ is DiffFormat.json:
        text = json.dumps(diff_values(found), indent=2, ensure_ascii=False, allow_nan=False)
    else:
        text = diff_markdown(found) if format_ is DiffFormat.markdown else diff_text(found, width=around.width())
    around.put(text + ("" if text.endswith("\n") else "\n"), output)
    return 0


def _read(path: Path, catalog: Path | None, today: str | None) -> "Result":
    from fleet.errors import DecodeError
    from fleet.preview import Request, check_stack
    from fleet.result import parse_result
    from fleet.stack import decode_text

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DecodeError(f"cannot read {path}: {error}") from error
    if _is_result(text):
        return parse_result(text, str(path))
    from fleet import __version__

    request = Request(
        folder=Path.cwd(),
        catalog=around.load_catalog(catalog),
        catalog_path=around.catalog_path(catalog),
        today=around.day(today),
        tool_version=__version__,
        say=voice.say,
    )
    try:
        stack = decode_text(text)
    except DecodeError as error:
        raise DecodeError(f"{path}: {error}, or a result of 'fleet preview --format json'") from error
    return check_stack(request, stack)


def _is_result(text: str) -> bool:
    import json

    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(values, dict) and "findings" in values and "tool_version" in values
