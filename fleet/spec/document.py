"""A YAML text as plain values that know where they stand: line and column of every key and value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fleet.errors import Problem

__all__ = ["Document", "Path", "Refused", "read_document"]

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

_TAG = "tag:yaml.org,2002:"
_MOST_VALUES = 200_000
"""More values than any fleet needs: aliases that multiply end here."""
_MOST_DIGITS = 40
_WHOLE = re.compile(r"^[-+]?(0|[1-9][0-9_]*)$")
_DAY = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}$")


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands where a value was that cannot be read; its problem is reported already."""


@dataclass(slots=True)
class Document:
    """Values of a YAML text, with the place (line, column from 1) and the writing of each."""

    value: object = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    problems: list[tuple[Path, Place, str]] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Where the value of a path stands, or the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.values:
                return self.values[path[:length]]
        return (1, 1)

    def key_place(self, path: Path) -> Place:
        """Where the key of a path stands, or the nearest thing around it."""
        return self.keys.get(path) or self.place(path)

    def at(self, path: Path) -> object:
        """The value of a path; None where there is none."""
        value = self.value
        for part in path:
            value = _inside(value, part)
        return value


def _inside(value: object, part: str | int) -> object:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def read_document(text: str, file: str) -> Document | Problem:
    """The document of a text, or the one problem that makes it unreadable as YAML."""
    try:
        node = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return Problem(file, line, column, _said(error))
    except YAMLError as error:
        return Problem(file, *_first_odd(text), f"is not YAML: {_first_line(str(error))}")
    except RecursionError:
        return Problem(file, 1, 1, "is not a spec: values are nested too deeply")
    if node is None:
        return Problem(
            file, 1, 1, "is empty: a spec needs version, name, region and workloads ('fleet init' writes one)"
        )
    return _built(node, file)


def _built(node: Node, file: str) -> Document | Problem:
    document = Document()
    builder = _Builder(document)
    try:
        document.value = builder.value(node, ())
    except _TooManyError:
        return Problem(file, 1, 1, f"holds more than {_MOST_VALUES:,} values once its aliases are followed")
    except RecursionError:
        return Problem(file, 1, 1, "is not a spec: values are nested too deeply")
    return document


def _said(error: MarkedYAMLError) -> str:
    """What the YAML reader says, in one line."""
    context = f" {error.context}" if error.context else ""
    hint = "; indent with spaces, not tabs" if "\\t" in str(error.problem) else ""
    if "mapping values are not allowed" in str(error.problem):
        hint = "; put text that holds ': ' in quotes"
    return f"is not YAML:{context}{',' if context else ''} {error.problem}{hint}"


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "it cannot be read"


def _first_odd(text: str) -> Place:
    """The place of the first character that no YAML text may hold."""
    for number, line in enumerate(text.splitlines(), start=1):
        for column, letter in enumerate(line, start=1):
            if not letter.isprintable() and letter != "\t":
                return number, column
    return 1, 1


class _TooManyError(Exception):
    """Aliases that multiply."""


class _Builder:
    """Turns nodes into values and notes places; a duplicate key, odd number or foreign tag becomes a problem."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0
        self.open: set[int] = set()
        self.scalars: dict[str, Callable[[ScalarNode, Path], object]] = {
            "null": lambda _, __: None,
            "bool": lambda node, _: node.value.lower() == "true",
            "int": self._whole,
            "float": self._float,
            "timestamp": self._day,
            "str": lambda node, _: node.value,
        }

    def value(self, node: Node, path: Path) -> object:
        """The value of a node; its place is noted under the path."""
        self.count += 1
        if self.count > _MOST_VALUES:
            raise _TooManyError
        self.document.values[path] = self._where(node, path)
        if id(node) in self.open:
            return self._problem(node, path, "an alias that holds itself cannot be read")
        self.open.add(id(node))
        try:
            return self._value(node, path)
        finally:
            self.open.discard(id(node))

    def _where(self, node: Node, path: Path) -> Place:
        """Where a value stands; one that is left empty stands at its key."""
        is_empty = isinstance(node, ScalarNode) and node.value == "" and node.style is None
        return self.document.keys.get(path, _place(node)) if is_empty else _place(node)

    def _value(self, node: Node, path: Path) -> object:
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        self.document.written[path] = node.value
        read = self.scalars.get(str(node.tag).removeprefix(_TAG))
        if read is None:
            return self._problem(node, path, f"a tag is not allowed here (found {node.tag!s}, allowed plain values)")
        return read(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        merged: list[tuple[Node, Node]] = []
        for key_node, value_node in node.value:
            if str(key_node.tag) == f"{_TAG}merge":
                merged.extend(self._merged(value_node, path))
            else:
                self._entry(found, key_node, value_node, path)
        for key_node, value_node in merged:
            if key_node.value not in found:
                self._entry(found, key_node, value_node, path)
        return found

    def _entry(self, found: dict[str, object], key_node: Node, value_node: Node, path: Path) -> None:
        key = self._key(key_node, path)
        if key is None:
            return
        if key in found:
            line, _ = self.document.keys[(*path, key)]
            self._problem(key_node, (*path, key), f"the key stands twice (found {key!r} again, first in line {line})")
            return
        self.document.keys[(*path, key)] = _place(key_node)
        found[key] = self.value(value_node, (*path, key))

    def _merged(self, node: Node, path: Path) -> list[tuple[Node, Node]]:
        """Keys and values that a merge key brings; those of the mapping itself win."""
        sources = node.value if isinstance(node, SequenceNode) else [node]
        pairs: list[tuple[Node, Node]] = []
        for source in sources:
            if isinstance(source, MappingNode):
                pairs.extend(source.value)
            else:
                self._problem(source, path, "a merge key takes a mapping or a list of mappings")
        return pairs

    def _key(self, node: Node, path: Path) -> str | None:
        if isinstance(node, ScalarNode) and isinstance(node.value, str) and str(node.tag) != f"{_TAG}null":
            return node.value
        self._problem(node, path, "a key must be text")
        return None

    def _whole(self, node: ScalarNode, path: Path) -> object:
        text: str = node.value
        if not _WHOLE.match(text):
            return self._problem(
                node, path, f"numbers are written in decimal without leading zeros (found {text}); text goes in quotes"
            )
        if len(text) > _MOST_DIGITS:
            return self._problem(
                node, path, f"the number is too long (found {len(text)} digits, allowed {_MOST_DIGITS})"
            )
        return int(text.replace("_", ""))

    def _float(self, node: ScalarNode, _: Path) -> object:
        text: str = node.value.replace("_", "").lower()
        special = text.lstrip("+-").lstrip(".")
        if special in {"inf", "nan"}:
            return float(text.replace(".", ""))
        return float(text)

    def _day(self, node: ScalarNode, path: Path) -> object:
        text: str = node.value
        if not _DAY.match(text):
            return self._problem(node, path, f"a time is not allowed (found {text}, allowed a day such as 2026-12-07)")
        try:
            year, month, day = (int(part) for part in text.split("-"))
            return date(year, month, day)
        except ValueError as error:
            return self._problem(node, path, f"there is no such day (found {text}: {error})")

    def _problem(self, node: Node, path: Path, message: str) -> Refused:
        self.document.problems.append((path, _place(node), message))
        return Refused()


def _place(node: Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1
