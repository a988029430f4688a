"""Reading fleet.yaml: all problems in one go, each with file, line and column."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from fleet.errors import Problem, SpecError
from fleet.spec import clashes
from fleet.spec.clashes import DEMANDS
from fleet.spec.document import Document, read_document
from fleet.spec.known import Known
from fleet.spec.model import FleetSpec
from fleet.spec.names import unknown_names
from fleet.spec.problems import Found, spell, translate

__all__ = ["load_spec", "parse_spec"]

_MOST_BYTES = 10_000_000


def load_spec(path: Path | str, known: Known | None = None) -> FleetSpec:
    """The spec in a file; SpecError with every problem of it. `known` are the names that the catalog knows."""
    return parse_spec(_read(Path(path)), str(path), known)


def parse_spec(text: str, file: str = "fleet.yaml", known: Known | None = None) -> FleetSpec:
    """The spec in a text; SpecError with every problem of it, each with `file`, line and column."""
    document = read_document(text.removeprefix("\ufeff"), file)
    if isinstance(document, Problem):
        raise SpecError([document])
    if not isinstance(document.value, Mapping):
        found = f"a list of {len(document.value)}" if isinstance(document.value, list) else "a single value"
        text = f"is not a spec (found {found}, allowed a mapping with version, name, region, workloads)"
        raise SpecError([Problem(file, *document.place(()), text)])
    spec, problems = _checked(document, known)
    if spec is None or problems:
        raise SpecError(Problem(file, *found.place, found.message) for found in sorted(set(problems)))
    return spec


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise _unreadable(path, "there is no such file; 'fleet init' writes one, --spec names another") from error
    except IsADirectoryError as error:
        raise _unreadable(path, f"is a folder; name a file in it, such as {path / 'fleet.yaml'}") from error
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(content) > _MOST_BYTES:
        raise _unreadable(path, f"is too large for a spec (found {len(content):,} bytes, allowed {_MOST_BYTES:,})")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        message = f"is not UTF-8 text (found the byte 0x{content[error.start]:02x}); save it as UTF-8"
        raise SpecError([Problem(str(path), line, column, message)]) from error


def _unreadable(path: Path, message: str) -> SpecError:
    return SpecError([Problem(str(path), 1, 1, message)])


def _checked(document: Document, known: Known | None) -> tuple[FleetSpec | None, list[Found]]:
    """The spec, where it could be made, and every problem: one for each path, what a reader sees first."""
    spec, problems = None, [*_odd(document)]
    try:
        spec = FleetSpec.model_validate(document.value)
    except ValidationError as error:
        problems += translate(error.errors(include_url=False, include_context=False), document)
    meant = {found.meant[:-1] for found in problems if found.meant and found.meant[-1] in DEMANDS}
    problems += [found for found in _clashes(document) if found.path not in meant]
    taken = {found.path for found in problems}
    problems += [found for found in (_unknown(document, known) if known else ()) if found.path not in taken]
    return spec, problems


def _odd(document: Document) -> Iterator[Found]:
    for path, place, message in document.problems:
        yield Found(place, f"{spell(path)}: {message}", path)


def _clashes(document: Document) -> Iterator[Found]:
    assert isinstance(document.value, Mapping)
    for path, message in clashes.everywhere(document.value):
        yield Found(document.place(path), f"{spell(path)}: {message}", path)


def _unknown(document: Document, known: Known) -> Iterator[Found]:
    assert isinstance(document.value, Mapping)
    for path, message, is_key in unknown_names(document.value, known):
        place = document.key_place(path) if is_key else document.place(path)
        yield Found(place, f"{spell(path)}: {message}", path)
