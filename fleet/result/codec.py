"""A result as JSON and back."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from fleet.cost.model import PricedResource
from fleet.errors import DecodeError
from fleet.result.model import Finding, Result

_T = TypeVar("_T")


@cache
def _adapter() -> TypeAdapter[Result]:
    return TypeAdapter(Result)


def as_stored(result: Result) -> Result:
    """The result as it reads after it was stored: amounts of six places, plain values.

    One resource and one finding at a time, since there may be a hundred thousand of them.
    """
    small = _adapter().validate_python(result_values(replace(result, resources=[], findings=[])))
    resources, findings = TypeAdapter(PricedResource), TypeAdapter(Finding)
    return replace(
        small,
        resources=[_again(resources, resource) for resource in result.resources],
        findings=[_again(findings, finding) for finding in result.findings],
    )


def _again(adapter: TypeAdapter[_T], value: _T) -> _T:
    return adapter.validate_python(adapter.dump_python(value, mode="json"))


def result_values(result: Result) -> dict[str, Any]:
    """A result as plain JSON values; amounts are numbers with at most six places."""
    values: dict[str, Any] = _adapter().dump_python(result, mode="json")
    return values


def result_json(result: Result) -> str:
    """A result as JSON text with a final newline."""
    return json.dumps(result_values(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_result(path: Path) -> Result:
    """A result that `--format json` or `--save-baseline` wrote; DecodeError says what is wrong with the file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise DecodeError(f"{path}: cannot be read: {exc}") from exc
    return parse_result(text, str(path))


def parse_result(text: str, file: str) -> Result:
    """The result in a text; `file` is named in errors."""
    try:
        values = json.loads(text)
    except ValueError as exc:
        raise DecodeError(f"{file}: not JSON ({exc}); write it anew with 'fleet preview --format json'") from exc
    if not isinstance(values, dict) or "findings" not in values:
        raise DecodeError(f"{file}: not a result of fleet; write one with 'fleet preview --format json'")
    if values.get("schema") != 1:
        raise DecodeError(f"{file}: result of schema {values.get('schema')!r}; this version reads schema 1")
    try:
        return _adapter().validate_python(values)
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DecodeError(f"{file}: {place}: {first['msg'].lower()}; write it anew with 'fleet preview'") from exc
