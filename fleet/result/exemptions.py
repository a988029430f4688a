"""Exemptions: who waived which rule for which resource, why, until when, and up to what amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from fleet.errors import ConfigError, nearest
from fleet.interval import Interval
from fleet.money import usd
from fleet.result.model import Exemption

__all__ = ["Waiver", "first_waiver", "parse_exemptions", "read_exemptions"]

_KEYS = ("rule", "resource", "owner", "reason", "expires", "max_monthly_usd")
_REQUIRED = _KEYS[:5]
_LONGEST_PATTERN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One entry of exemptions.yaml; `index` counts from 1 in the order of the file."""

    index: int
    rule: str
    """Name or id of the rule."""
    resource: str
    """Glob on the resource's name or URN."""
    owner: str
    reason: str
    expires: date
    """The last day on which it holds."""
    max_monthly_usd: Decimal | None = None

    def covers(self, *, rule_id: str, rule: str, urn: str, name: str) -> bool:
        """Names this rule and this resource."""
        if self.rule not in (rule_id, rule):
            return False
        return fnmatchcase(name, self.resource) or fnmatchcase(urn, self.resource)

    def holds_on(self, today: date) -> bool:
        """Has not expired."""
        return today <= self.expires

    def affords(self, monthly: Interval | None) -> bool:
        """The resource costs no more than the exemption allows; an amount that is not known may cost more."""
        if self.max_monthly_usd is None:
            return True
        return monthly is not None and monthly.max is not None and monthly.max <= self.max_monthly_usd

    def exemption(self) -> Exemption:
        """What a finding says of it."""
        return Exemption(owner=self.owner, reason=self.reason, expires=self.expires)


def first_waiver(
    waivers: tuple[Waiver, ...], *, rule_id: str, rule: str, urn: str, name: str, monthly: Interval | None, today: date
) -> Waiver | None:
    """The first exemption in the file that covers a finding and still holds."""
    for waiver in waivers:
        covered = waiver.covers(rule_id=rule_id, rule=rule, urn=urn, name=name)
        if covered and waiver.holds_on(today) and waiver.affords(monthly):
            return waiver
    return None


def read_exemptions(path: Path, rules: Mapping[str, str]) -> tuple[Waiver, ...]:
    """Exemptions of a YAML file; `rules` maps names of known rules to their ids. ConfigError names every problem."""
    from ruamel.yaml import YAML  # noqa: PLC0415  (most runs read no file)
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        detail = " ".join(str(error).split())
        raise ConfigError(f"cannot read the exemptions in {path}: {detail}") from error
    return parse_exemptions([] if content is None else content, rules, str(path))


def parse_exemptions(content: Any, rules: Mapping[str, str], source: str) -> tuple[Waiver, ...]:
    """Exemptions of a parsed file: a list, or an object with the list under `exemptions`."""
    if isinstance(content, Mapping) and set(content) == {"exemptions"}:
        content = content["exemptions"]
    if not isinstance(content, list):
        raise ConfigError(f"{source}: found {type(content).__name__}; a list of exemptions is expected")
    problems: list[str] = []
    waivers = []
    for index, entry in enumerate(content, start=1):
        found = _problems(entry, rules)
        problems += [f"{source}: exemption {index}: {problem}" for problem in found]
        if not found:
            waivers.append(_waiver(index, entry))
    if problems:
        raise ConfigError("; ".join(problems))
    return tuple(waivers)


def _problems(entry: Any, rules: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with one entry."""
    if not isinstance(entry, Mapping):
        return [f"found {type(entry).__name__}; an object with {', '.join(_REQUIRED)} is expected"]
    problems = [_unknown("key", str(key), _KEYS) for key in entry if key not in _KEYS]
    problems += [f"{key!r} is missing" for key in _REQUIRED if entry.get(key) in (None, "")]
    problems += [
        f"{key!r} is {entry[key]!r}; text is expected"
        for key in ("rule", "resource", "owner", "reason")
        if entry.get(key) not in (None, "") and not isinstance(entry[key], str)
    ]
    rule = entry.get("rule")
    if isinstance(rule, str) and rule and rule not in rules and rule not in rules.values():
        problems.append(_unknown("rule", rule, [*rules, *rules.values()]))
    if entry.get("expires") not in (None, "") and _day(entry["expires"]) is None:
        problems.append(f"'expires' is {entry['expires']!r}; a date as 2026-12-31 is expected")
    if isinstance(entry.get("resource"), str) and len(entry["resource"]) > _LONGEST_PATTERN:
        problems.append(f"'resource' has {len(entry['resource'])} characters; at most {_LONGEST_PATTERN} are allowed")
    amount = entry.get("max_monthly_usd")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int | float) or not amount >= 0):
        problems.append(f"'max_monthly_usd' is {amount!r}; a number of at least 0 is expected")
    return problems


def _unknown(what: str, name: str, known: Any) -> str:
    close = nearest(name, known, limit=1)
    return f"unknown {what} {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _waiver(index: int, entry: Mapping[str, Any]) -> Waiver:
    amount = entry.get("max_monthly_usd")
    expires = _day(entry["expires"])
    assert expires is not None
    return Waiver(
        index=index,
        rule=entry["rule"],
        resource=entry["resource"],
        owner=entry["owner"],
        reason=entry["reason"],
        expires=expires,
        max_monthly_usd=None if amount is None else usd(amount),
    )


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
