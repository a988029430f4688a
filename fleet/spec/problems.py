"""What pydantic found wrong, in words for whoever wrote the file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic_core import ErrorDetails

from fleet.errors import nearest
from fleet.spec.allowed import KINDS, Shape, kinds_with, shape_at
from fleet.spec.document import Document, Path, Refused

__all__ = ["Found", "spell", "translate"]

Place = tuple[int, int]

_HEADS = {
    "extra_forbidden": "unknown key",
    "finite_number": "is not a finite number",
    "literal_error": "unknown value",
    "missing": "is required",
    "reserved": "is reserved by AWS",
    "string_pattern_mismatch": "is not well formed",
    "string_too_long": "is too long",
    "string_too_short": "is too short",
    "too_long": "has too many items",
    "too_short": "has too few items",
}
_RANGE = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One thing that is wrong, before it is tied to a file."""

    place: Place
    message: str
    path: Path = field(compare=False)
    meant: Path | None = field(default=None, compare=False)
    """What a misspelt key was probably meant for."""


def translate(errors: Iterable[ErrorDetails], document: Document) -> Iterator[Found]:
    """What pydantic found, one mistake once; nothing for what is reported elsewhere already."""
    located = [(_path(error["loc"], document.value), error["type"]) for error in errors]
    meant = {_meant(path, document) for path, kind in located if kind == "extra_forbidden"}
    for path, kind in located:
        if kind == "clash" or isinstance(document.at(_real(path)), Refused):
            continue
        if kind == "missing" and path in meant:
            continue  # it is there under a misspelt key, which is reported
        yield _one(path, kind, document)


def _one(path: Path, kind: str, document: Document) -> Found:
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _kind(path, document)
    if kind == "extra_forbidden":
        return _extra(path, document)
    if kind == "missing":
        place = document.place(path[:-1])
        return Found(place, _text(path, "is required", "nothing", _allowed(path, document)), path)
    place = document.key_place(_real(path)) if path[-1:] == ("[key]",) else document.place(path)
    text = _text(_real(path), _head(kind), _found(path, document), _allowed(path, document))
    return Found(place, text, _real(path))


def _meant(path: Path, document: Document) -> Path | None:
    """The path that a misspelt key was probably meant for."""
    shape = shape_at(path[:-1], document.value)
    close = nearest(str(path[-1]), shape.keys, limit=1) if shape else ()
    return (*path[:-1], close[0]) if close else None


def spell(path: Path) -> str:
    """A path as it would be written: `workloads[0].compute.pflop_days`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the spec"


def _path(loc: tuple[int | str, ...], value: object) -> Path:
    """The place in the file that pydantic speaks of: without the kind that it puts after a workload's number."""
    if len(loc) > 2 and loc[0] == "workloads" and loc[2] in KINDS:  # noqa: PLR2004  (workloads, number, kind)
        workload = value.get("workloads") if isinstance(value, Mapping) else None
        assert isinstance(workload, list)
        return (*loc[:2], *loc[3:])
    return loc


def _real(path: Path) -> Path:
    return path[:-1] if path[-1:] == ("[key]",) else path


def _head(kind: str) -> str:
    return "is out of range" if kind in _RANGE else _HEADS.get(kind, "has the wrong type")


def _text(path: Path, head: str, found: str, allowed: str, hint: str = "") -> str:
    may = f", allowed {allowed}" if allowed else ""
    return f"{spell(path)}: {head} (found {found}{may}{hint})"


def _mean(name: str, known: tuple[str, ...]) -> str:
    close = nearest(name, known, limit=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _kind(path: Path, document: Document) -> Found:
    at = (*path, "kind")
    allowed = ", ".join(KINDS)
    if at not in document.values:
        return Found(document.place(path), _text(at, "is required", "nothing", allowed), at)
    value = document.at(at)
    hint = _mean(value, tuple(KINDS)) if isinstance(value, str) else ""
    return Found(document.place(at), _text(at, "unknown kind", _found(at, document), allowed, hint), at)


def _extra(path: Path, document: Document) -> Found:
    shape = shape_at(path[:-1], document.value) or Shape(None)
    name = str(path[-1])
    hint = _mean(name, shape.keys)
    others = kinds_with(name)
    if others and len(path) == 3 and not hint.endswith(f"{name!r}?"):  # noqa: PLR2004  (workloads, number, key)
        hint = f"; {name} is a field of {', '.join(others)} workloads"
    message = f"{spell(path)}: unknown key (found {name!r}, allowed {', '.join(shape.keys)}{hint})"
    return Found(document.key_place(path), message, path, _meant(path, document))


def _allowed(path: Path, document: Document) -> str:
    if path[-1:] == ("[key]",):
        mapping = shape_at(path[:-2], document.value)
        return mapping.key_words if mapping else ""
    shape = shape_at(path, document.value)
    if shape is None:
        return ""
    value = document.at(path)
    hint = _mean(value, shape.choices) if isinstance(value, str) and shape.choices else ""
    return shape.words + hint


def _found(path: Path, document: Document) -> str:
    if path[-1:] == ("[key]",):
        return repr(path[-2])
    value = document.at(path)
    if isinstance(value, Mapping):
        return f"a mapping of {len(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return _scalar(value, document.written.get(path, str(value)))


def _scalar(value: object, written: str) -> str:
    short = written if len(written) <= _MOST_SHOWN else f"{written[:_MOST_SHOWN]}..."
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {short!r}"
    if isinstance(value, bool):
        return short
    if isinstance(value, date):
        return f"the day {short}"
    return f"the number {short}"
