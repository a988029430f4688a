"""Reads any file that tells a stack, and finds out by itself which kind it is."""

import json
from pathlib import Path
from typing import Any

from fleet.errors import DecodeError
from fleet.stack.model import Stack
from fleet.stack.previews import decode_preview_json, decode_stream
from fleet.stack.states import decode_state

__all__ = ["decode_file", "decode_text"]

_KINDS = "the output of 'pulumi stack export', of 'pulumi preview --json', or of the streaming preview"


def decode_file(path: Path) -> Stack:
    """The stack of a state file, a preview or a streaming preview; DecodeError with the file's name when it is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise DecodeError(f"cannot read {path}: {problem.strerror or problem}") from problem
    except UnicodeDecodeError as problem:
        raise DecodeError(f"{path} is not text (byte {problem.start} is no UTF-8); give {_KINDS}") from problem
    try:
        return decode_text(text)
    except DecodeError as problem:
        raise DecodeError(f"{path}: {problem}") from problem


def decode_text(text: str) -> Stack:
    """The same for text."""
    if not text.strip():
        raise DecodeError(f"it is empty; give {_KINDS}")
    try:
        loaded = json.loads(text)
    except ValueError as problem:
        return _lines(text, problem)
    except RecursionError:
        raise DecodeError("it is nested too deeply to be read") from None
    if not isinstance(loaded, dict):
        raise DecodeError(f"it holds a {type(loaded).__name__}; give {_KINDS}")
    return _object(loaded, text)


def _object(loaded: dict[str, Any], text: str) -> Stack:
    if "deployment" in loaded or "checkpoint" in loaded:
        return decode_state(loaded)
    if "steps" in loaded or "changeSummary" in loaded:
        return decode_preview_json(loaded)
    if "sequence" in loaded:
        return decode_stream(text.splitlines())
    found = ", ".join(sorted(loaded)[:5]) or "nothing"
    raise DecodeError(f"it is none of the kinds that are read here (its keys: {found}); give {_KINDS}")


def _lines(text: str, problem: ValueError) -> Stack:
    lines = text.splitlines()
    first = next((line for line in lines if line.startswith("{")), "")
    if first.startswith('{"sequence"'):
        return decode_stream(lines)
    if text.lstrip().startswith("{"):
        raise DecodeError(f"it is cut short or broken JSON ({problem})") from problem
    raise DecodeError(f"it is no JSON ({problem}); give {_KINDS}") from problem
