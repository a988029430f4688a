import textwrap
from pathlib import Path

import pytest

from fleet.engine.embedded import Answers, run_program
from fleet.errors import ProgramError


class Program:
    """A Pulumi program in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed: list[str] = []
        self.write("Pulumi.yaml", "name: demo\nruntime: python\n")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def run(self, text: str | None = None, *, answers: Answers | None = None, **options):
        if text is not None:
            self.write("__main__.py", text)
        options.setdefault("timeout", 60.0)
        return run_program(self.folder, answers=answers, output=self.printed.append, **options)

    def stack(self, text: str, **options):
        return self.run(text, **options).stack


@pytest.fixture
def program(tmp_path: Path) -> Program:
    folder = tmp_path / "program"
    folder.mkdir()
    return Program(folder)


@pytest.fixture
def named():
    """The one resource of a name."""

    def find(stack, name):
        found = [resource for resource in stack.resources if resource.name == name]
        assert len(found) == 1, [resource.urn for resource in stack.resources]
        return found[0]

    return find


@pytest.fixture
def refused(program):
    """The error of a program that must fail."""

    def run(text, **options):
        with pytest.raises(ProgramError) as caught:
            program.run(text, **options)
        return caught.value

    return run
