"""Write the generated parts of the documentation, or with --check say which are not current.

Generated: docs/cli.md from the commands' help, docs/rules/ from the rules, docs/planted.md from the tests of the pack,
the output shown in README.md.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(r"<!-- run: (?P<command>[^|]+?) \| keep (?P<keep>\d+) -->.*?<!-- end -->", re.DOTALL)
ENVIRONMENT = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "FLEET_TODAY": "2026-12-01"}


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
    yield ROOT / "README.md", _with_outputs((ROOT / "README.md").read_text(encoding="utf-8"))


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


def _with_outputs(text: str) -> str:
    """A page whose `<!-- run: COMMAND | keep N -->` blocks hold the first N lines that the command prints."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("fleet.yaml", "Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dev.yaml", "__main__.py"):
            shutil.copy(ROOT / name, folder)
        (Path(folder) / ".venv").symlink_to(sys.prefix, target_is_directory=True)
        shutil.copytree(ROOT / "policies", Path(folder) / "policies")
        return _BLOCK.sub(lambda found: _output(found, Path(folder)), text)


def _output(found: re.Match[str], folder: Path) -> str:
    words = found["command"].split()
    done = subprocess.run(
        [sys.executable, "-m", "fleet", *words[1:]],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=folder,
    )
    # How long it took differs from run to run.
    lines = [re.sub(r", solved in [0-9.]+ s", "", line.rstrip()) for line in done.stdout.splitlines()]
    kept, keep = lines, int(found["keep"])
    if len(lines) > keep:
        kept = [*lines[:keep], "..."]
    shown = "\n".join(kept)
    return f"<!-- run: {found['command']} | keep {keep} -->\n```text\n$ {found['command']}\n{shown}\n```\n<!-- end -->"


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
