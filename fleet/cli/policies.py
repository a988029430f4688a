"""`fleet policies`: the rules, their pages, and a copy of the pack for a project."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli import surroundings as around
from fleet.cli.register import command, group
from fleet.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from fleet_policies.rule import Rule

__all__ = ["app", "install", "installed_pack", "list_rules", "show"]

app = group(
    "The rules of the policy pack, and a copy of it for a project.",
    "fleet policies list",
    "fleet policies show FC101",
    "fleet policies install policies",
)

_FILES = ("PulumiPolicy.yaml", "__main__.py", "config.json", "requirements.txt")
_NAMED = "    virtualenv: ../.venv\n"
"""The line of the pack's own definition that names its environment."""
_DEFINITION = "PulumiPolicy.yaml"


def installed_pack() -> Path:
    """Folder of the pack that comes with fleet: that of the checkout, else the one inside the package."""
    from fleet_policies import registry

    package = Path(registry.__file__).parent
    return package.parent if (package.parent / _DEFINITION).is_file() else package / "pack"


@command(app, "list")
def list_rules(json_: around.AsJson = False) -> None:
    """List the rules with their ids, levels and what they report.

    Examples:
        fleet policies list
        fleet policies list --json
    """
    from fleet_policies.registry import rules

    found = rules().values()
    if json_:
        around.put_json([_values(rule) for rule in found])
        return
    from fleet.catalog.text import table

    rows = [(rule.id, rule.name, rule.level, rule.summary) for rule in found]
    around.put(table(("id", "rule", "level", "what it reports"), rows, width=around.room()))


@command(app)
def show(rule: Annotated[str, typer.Argument(help="Name or id of a rule.")]) -> None:
    """Print the page of a rule: what it does, why, examples, options.

    Examples:
        fleet policies show FC101
        fleet policies show monthly-budget-exceeded
    """
    from fleet_policies.pages import page

    typer.echo(page(_find(rule)), nl=False)


@command(app)
def install(
    folder: Annotated[Path, typer.Argument(help="Folder to copy the pack into, for example policies.")],
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there and differ.")] = False,
) -> None:
    """Copy the few files of the pack into a project; the rules themselves stay in the installed package.

    Examples:
        fleet policies install policies
        fleet policies install policies --force
    """
    contents = {name: (installed_pack() / name).read_text(encoding="utf-8") for name in _FILES}
    contents[_DEFINITION] = _definition(contents[_DEFINITION], folder)
    differing = [n for n, text in contents.items() if (folder / n).exists() and (folder / n).read_text() != text]
    if differing and not force:
        raise ConfigError(
            f"{folder} already has other {', '.join(differing)}; move them away, or replace them with --force"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    typer.echo(f"wrote {', '.join(contents)} to {folder}")
    if _environment(folder) is None:
        own = folder / "venv"
        typer.echo(
            f"for the Pulumi command line, give the pack an environment: python3 -m venv {own} && "
            f"{own}/bin/pip install -r {folder / 'requirements.txt'}"
        )
    typer.echo(f"run it with: pulumi preview --policy-pack {folder} --policy-pack-config {folder / 'config.json'}")


def _definition(text: str, folder: Path) -> str:
    """The definition with the environment of the project in which fleet is installed, relative to the pack's folder.

    Without one it names none: a path of this machine would hold nowhere else.
    """
    near = _environment(folder)
    return text.replace(_NAMED, f"    virtualenv: {near}\n") if near else text.replace(f"  options:\n{_NAMED}", "")


def _environment(folder: Path) -> str | None:
    """The virtual environment that runs this, as seen from the pack's folder, where it lies in the same project."""
    prefix, target = Path(sys.prefix).resolve(), folder.resolve()
    if target.parent in prefix.parents or target.parent == prefix.parent:
        return Path(os.path.relpath(prefix, target)).as_posix()
    return None


def _find(name: str) -> "Rule":
    from fleet_policies.registry import rules

    known = rules()
    by_id = {rule.id: rule for rule in known.values()}
    found = known.get(name) or by_id.get(name.upper())
    if found is None:
        raise UnknownName("rule", name, [*known, *by_id])
    return found


def _values(rule: "Rule") -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.name,
        "area": rule.area,
        "level": rule.level,
        "severity": rule.severity,
        "summary": rule.summary,
        "fix": rule.fix,
        "options": dict(rule.schema),
    }
