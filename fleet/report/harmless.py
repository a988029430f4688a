"""Text of users and packs, made harmless for one line: no control characters, no terminal sequences."""

import re

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Besides control characters: marks that turn the direction of text, and halves of surrogate pairs, which no file takes.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def plain(text: str) -> str:
    """The text on one line, without control characters and without marks that turn its direction."""
    return " ".join(_CONTROL.sub("", _SEQUENCE.sub("", text)).split())


def short(text: str, most: int) -> str:
    """The same of at most so many characters, with an ellipsis where something was cut."""
    clean = plain(text)
    return clean if len(clean) <= most else clean[: most - 1].rstrip() + "…"
