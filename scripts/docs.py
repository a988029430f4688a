"""Write the generated parts of the documentation, or with --check say which are not current.

Generated: docs/cli.md from the commands' help, docs/rules/ from the rules, docs/planted.md from the tests of the pack,
the output of commands that README.md and docs/guides/ show.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from page_outputs import ENVIRONMENT, ROOT, with_outputs


def main() -> int:
    """Write or check; exit code 1 when something is not current."""
    check = "--check" in sys.argv[1:]
    stale = []
    for path, text in _pages():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    if check and stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        print(f"not current: {names}; run 'make docs'", file=sys.stderr)
    return 1 if check and stale else 0


def _pages() -> Iterator[tuple[Path, str]]:
    yield ROOT / "docs" / "cli.md", _reference()
    yield from _rules()
    yield ROOT / "docs" / "planted.md", _planted()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))):
        yield path, with_outputs(path.read_text(encoding="utf-8"))


def _rules() -> Iterator[tuple[Path, str]]:
    from fleet_policies.registry import rules
    from fleet_policies.write_pages import all_pages

    for name, text in all_pages(rules()).items():
        yield ROOT / "docs" / "rules" / name, text


def _planted() -> str:
    sys.path.insert(0, str(ROOT))
    from tests.policies.planted import table

    return table()


def _reference() -> str:
    lines = [
        "# Command line",
        "",
        "Generated from the commands' own help by `make docs`.",
        "",
        "Exit codes: 0 fine; 1 the answer is no; 2 the request is wrong; 3 something needed is missing.",
        "",
    ]
    for words in _commands():
        lines += [f"## fleet {' '.join(words)}", "", "```text", _help(words).strip(), "```", ""]
    return "\n".join(lines)


def _commands() -> Iterator[tuple[str, ...]]:
    import typer

    from fleet.cli.app import app

    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]  # a group
        yield (name,)
        for inner in getattr(command, "commands", {}):
            yield (name, inner)


def _help(words: tuple[str, ...]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "fleet", *words, "--help"],
        check=True, capture_output=True, text=True, env=ENVIRONMENT, cwd=ROOT,
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in done.stdout.splitlines())


if __name__ == "__main__":
    sys.exit(main())
