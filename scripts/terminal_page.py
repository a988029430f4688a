"""A page of what a preview prints on a colour terminal of 110 columns, for scripts/screenshots."""

import os
import pty
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

BIN = Path(sys.prefix) / "bin"
COLUMNS = 110
COMMANDS = (("fleet", "preview", "--stack", "prod"),)
_PAGE = (
    "<!doctype html><meta charset='utf-8'><style>body{{margin:0;background:{background};color:{foreground}}}"
    "pre{{margin:14px 18px;font:12px/1.28 'DejaVu Sans Mono',monospace}}{stylesheet}</style><pre>{code}</pre>"
)


def main() -> None:
    """Run the commands on a pseudo terminal and print the page."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    for words in COMMANDS:
        console.print(Text.assemble(("$ ", "dim"), (" ".join(words), "bold")))
        console.print(Text.from_ansi(_on_a_terminal(words)), soft_wrap=True)
        console.print()
    sys.stdout.write(console.export_html(theme=MONOKAI, code_format=_PAGE))


def _on_a_terminal(words: tuple[str, ...]) -> str:
    """Standard output of a command that takes it for a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    command = subprocess.Popen(
        [str(BIN / words[0]), *words[1:]], stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(theirs)
    parts = []
    try:
        while part := os.read(ours, 65536):
            parts.append(part)
    except OSError:
        pass  # Linux ends a pseudo terminal with an error
    command.wait()
    return b"".join(parts).decode().replace("\r\n", "\n")


if __name__ == "__main__":
    main()
