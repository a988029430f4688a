"""Documentation that is true: commands exist, links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"^\$?\s*(?:\.venv/bin/)?fleet ([a-z]+)", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\((?!https?://|#|mailto:)([^)#]+)")


def _commands():
    import typer

    from fleet.cli.app import app

    return set(typer.main.get_command(app).commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_a_page_shows_exist(page):
    """A reader may copy every `fleet ...` line of a code block."""
    blocks = re.findall(r"```[a-z]*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)

    shown = {name for block in blocks for name in COMMAND.findall(block)}
    assert shown <= _commands()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_to_files(page):
    targets = [target.strip() for target in LINK.findall(page.read_text(encoding="utf-8"))]

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_command_is_in_the_reference():
    """docs/cli.md has a section for each command."""
    reference = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    assert [name for name in sorted(_commands()) if f"## fleet {name}" not in reference] == []
