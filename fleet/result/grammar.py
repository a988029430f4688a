"""The text of a finding: one grammar, because the engine carries nothing but text.

    FC105 TEXT; saves 1,234.50 USD a month
    FT706 waives FC105 cheaper-equivalent-available until 2026-12-31, owner "web", reason "...": TEXT; saves ...

A saving stands at the end, an amount with two places. Owner and reason are JSON strings. Engines put the rule's
description on a line of its own before the text.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from fleet.result.model import Exemption

__all__ = ["Message", "format_message", "format_undecided", "format_waived", "parse_message", "parse_undecided"]

_ID = re.compile(r"^(F[A-Z]\d{3}) (.*)$", re.DOTALL)
_SAVING = re.compile(r"; saves ([\d,]+\.\d\d) USD a month$")
_STRING = r'"(?:[^"\\]|\\.)*"'
_WAIVED = re.compile(
    rf"^waives (F[A-Z]\d{{3}}) ([a-z0-9-]+) until (\d{{4}}-\d\d-\d\d), owner ({_STRING}), reason ({_STRING}): (.*)$",
    re.DOTALL,
)
_UNDECIDED = re.compile(r"^undecided for (\d+) resources?: ")
_EXEMPTED = "FT706"
_EXAMPLES = 3
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the text of a finding says. `waived` names the rule that an exemption covers."""

    id: str
    text: str
    saving: Decimal | None = None
    waived: str | None = None
    exemption: Exemption | None = None


def format_message(rule_id: str, text: str, saving: Decimal | None = None) -> str:
    """The text of a finding; a saving of less than a cent is not written."""
    line = " ".join(text.split())
    cents = None if saving is None else saving.quantize(Decimal("0.01"))
    return f"{rule_id} {line}" if not cents else f"{rule_id} {line}; saves {cents:,.2f} USD a month"


def format_waived(message: str, rule: str, exemption: Exemption) -> str:
    """The text of a finding that an exemption covers; `message` is the waived finding's, `rule` its rule's name."""
    waived, _, rest = message.partition(" ")
    return (
        f"{_EXEMPTED} waives {waived} {rule} until {exemption.expires.isoformat()}, "
        f"owner {json.dumps(exemption.owner)}, reason {json.dumps(exemption.reason)}: {rest}"
    )


def shown_message(said: Message) -> str:
    """The text as a result shows it: of a waived finding the rule and the owner, whose other fields stand apart."""
    if said.waived is None:
        return f"{said.id} {said.text}"
    owner = said.exemption.owner if said.exemption is not None else "nobody"
    return f"{said.id} {_waives(said.waived)}(owner {owner}): {said.text}"


def is_waiver_of(message: str, rule: str) -> bool:
    """A text that a result shows says that a finding of this rule is waived."""
    return message.startswith(f"{_EXEMPTED} {_waives(rule)}")


def _waives(rule: str) -> str:
    return f"waives {rule} "


def parse_message(message: str) -> Message | None:
    """What a finding's text says; None for the text of another pack."""
    found = next((match for line in _starts(message) if (match := _ID.match(line))), None)
    if found is None:
        return None
    rule_id, text = found.groups()
    saving = _saving(text)
    if rule_id == _EXEMPTED:
        waived = _waived(text, saving)
        if waived is not None:
            return waived
    return Message(id=rule_id, text=_SAVING.sub("", text), saving=saving)


def _starts(message: str) -> list[str]:
    """The message from its beginning, and from each of its first lines."""
    first, _, rest = message.partition("\n")
    return [first if not rest else message, rest] if rest else [message]


def _saving(text: str) -> Decimal | None:
    found = _SAVING.search(text)
    try:
        return None if found is None else Decimal(found.group(1).replace(",", ""))
    except InvalidOperation:
        return None


def _waived(text: str, saving: Decimal | None) -> Message | None:
    found = _WAIVED.match(text)
    if found is None:
        return None
    _, name, expires, owner, reason, rest = found.groups()
    exemption = Exemption(owner=json.loads(owner), reason=json.loads(reason), expires=date.fromisoformat(expires))
    return Message(id=_EXEMPTED, text=_SAVING.sub("", rest), saving=saving, waived=name, exemption=exemption)


def format_undecided(reasons: dict[str, str]) -> str:
    """What a rule could not decide: a note with the number of resources and the first reasons, by URN."""
    shown = [f"{_shortened(urn.rpartition('::')[2])}: {reasons[urn]}" for urn in sorted(reasons)[:_EXAMPLES]]
    more = f" and {len(reasons) - _EXAMPLES} more" if len(reasons) > _EXAMPLES else ""
    return f"undecided for {len(reasons)} resource{'s' if len(reasons) != 1 else ''}: {'; '.join(shown)}{more}"


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."


def parse_undecided(reason: str) -> int:
    """How many resources a note of a rule that does not apply leaves undecided; 0 for other notes."""
    found = _UNDECIDED.match(reason)
    return int(found.group(1)) if found else 0
