"""Policy packs as the CLI wants them: a folder with an environment of its own, and a file of configuration each."""

import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ruamel.yaml import YAML

from fleet.engine.embedded.interpreter import pack_python
from fleet.engine.model import PolicyPack
from fleet.engine.packs import PackFile, read_pack_file

__all__ = ["in_own_words", "pack_arguments"]


def pack_arguments(packs: Sequence[PolicyPack], scratch: Path, say: Callable[[str], None]) -> list[str]:
    """The flags for these packs; PackError or MissingError for a pack that could not start, before anything runs.

    A pack that names no environment cannot start under the CLI at all. It runs from a stand-in folder in `scratch`
    that names the Python of this process, as the embedded engine runs it, and `say` gets a note.
    """
    arguments = []
    for place, pack in enumerate(packs):
        file = read_pack_file(pack.folder)
        _, note = pack_python(file.folder, file.options)
        folder = file.folder
        if note:
            say(note)
            folder = _with_environment(file, _stand_in(scratch, place))
        config = scratch / f"pack-{place}.json"
        config.write_text(json.dumps(dict(pack.config)), encoding="utf-8")
        arguments += ["--policy-pack", str(folder), "--policy-pack-config", str(config)]
    return arguments


def in_own_words(text: str, packs: Sequence[PolicyPack], scratch: Path) -> str:
    """A text of the CLI with the user's folder of a pack where it names the stand-in folder."""
    for place, pack in enumerate(packs):
        text = text.replace(str(_stand_in(scratch, place)), str(pack.folder))
    return text


def _stand_in(scratch: Path, place: int) -> Path:
    return scratch / f"stand-in-of-pack-{place}-"


def _with_environment(file: PackFile, folder: Path) -> Path:
    """A folder that looks like the pack's, with this Python's environment in its project file."""
    folder.mkdir()
    for entry in file.folder.iterdir():
        if entry.name != "PulumiPolicy.yaml":
            (folder / entry.name).symlink_to(entry)
    declared = {
        "runtime": {"name": "python", "options": {**file.options, "virtualenv": sys.prefix}},
        **({"version": file.version} if file.version else {}),
        **({"description": file.description} if file.description else {}),
    }
    text = io.StringIO()
    YAML(typ="safe").dump(declared, text)
    (folder / "PulumiPolicy.yaml").write_text(text.getvalue(), encoding="utf-8")
    return folder
