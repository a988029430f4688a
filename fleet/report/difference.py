"""A diff for people: totals taken apart, resources largest first, capacity, findings; as text or as Markdown."""

from collections.abc import Iterator
from decimal import Decimal

from fleet.report import amounts
from fleet.report.harmless import plain
from fleet.report.markdown import LIMIT, escape
from fleet.report.table import short_type
from fleet.result.changes import NO_CHANGE, Change
from fleet.result.diff import Diff, ResourceChange
from fleet.result.model import Finding

_MARK = {"added": "+", "removed": "-", "changed": "~"}
_LONGEST = 160


def change(value: Change) -> str:
    """`+12.00`; `+10.00 to +20.00`; `at least +10.00`; `at most -5.00`; `unknown` where both ends are open."""
    if value.min is None:
        return "unknown" if value.max is None else f"at most {_signed(value.max)}"
    if value.max is None:
        return f"at least {_signed(value.min)}"
    return _signed(value.min) if value.is_exact else f"{_signed(value.min)} to {_signed(value.max)}"


def _signed(value: Decimal) -> str:
    return f"{value:+,.2f}" if round(value, 2) else "0.00"


def diff_text(found: Diff) -> str:
    """The diff as plain text."""
    lines = [*_totals(found), ""]
    for resource in found.resources:
        name = f"{_MARK[resource.change]} {resource.name} ({short_type(resource.type)})"
        lines.append(f"{_short(name)}  {_amount(resource)}")
        lines += [f"    {_short(reason)}" for reason in _reasons(resource)]
    lines.append(f"{found.unchanged} resources are unchanged")
    lines += [f"Capacity  {_short(text)}" for text in _capacity(found)]
    for title, findings in _groups(found):
        lines.append(f"{title} findings: {len(findings)}")
        if title != "Remaining":
            lines += [f"    {plain(_finding(finding))}" for finding in findings]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def diff_markdown(found: Diff, *, limit: int = LIMIT) -> str:
    """The diff as GitHub-flavoured Markdown of at most `limit` characters; what does not fit is counted."""
    head = "\n".join(["### What changes", "", *(f"- {escape(line)}" for line in _totals(found))]) + "\n"
    rows = [
        f"| {_MARK[item.change]} {escape(_short(item.name))} | {escape(_short('; '.join(_reasons(item))))} "
        f"| {_amount(item)} |"
        for item in found.resources
    ]
    rows += [f"| capacity | {escape(_short(text))} | |" for text in _capacity(found)]
    findings = [
        f"- {title.lower()}: {escape(_short(_finding(finding)))}"
        for title, group in _groups(found)
        if title != "Remaining"
        for finding in group
    ]
    room = limit - len(head) - 500
    table = _fit("\n| resource | why | USD a month |\n|:--|:--|--:|\n", rows, room * 2 // 3)
    listed = _fit("\n", findings, room - len(table))
    return head + table + listed + f"\n{len(found.remaining)} findings remain, {found.unchanged} resources unchanged\n"


def _fit(head: str, rows: list[str], room: int) -> str:
    if not rows:
        return ""
    kept: list[str] = []
    room -= len(head) + 40
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        kept.append(row)
    left = len(rows) - len(kept)
    return head + "\n".join(kept) + (f"\n\n... and {left} more\n" if left else "\n")


def _totals(found: Diff) -> Iterator[str]:
    total = found.totals
    yield (
        f"{change(total.change_usd)} USD a month: "
        f"{amounts.interval(total.before_usd)} before, {amounts.interval(total.after_usd)} after"
    )
    yield f"{change(total.by_inputs_usd)} from changed inputs, {change(total.by_prices_usd)} from changed prices"
    if total.by_coverage_usd != NO_CHANGE:
        yield f"{change(total.by_coverage_usd)} from resources that got or lost a known price"
    if total.change_kg_co2e is not None:
        yield f"{change(total.change_kg_co2e)} kg CO2e a month"
    if found.base != found.head:
        yield f"catalog of {found.base.as_of} before, of {found.head.as_of} after"


def _amount(resource: ResourceChange) -> str:
    if resource.before_usd is None and resource.after_usd is None:
        return f"unknown: {_short(resource.unpriced_reason)}" if resource.unpriced_reason else "no charge of its own"
    return change(resource.change_usd)


def _reasons(resource: ResourceChange) -> Iterator[str]:
    for item in resource.inputs:
        if resource.change == "changed":
            yield f"{item.input}: {_value(item.before)} -> {_value(item.after)}"
        else:
            yield f"{item.input}: {_value(item.after if resource.change == 'added' else item.before)}"
    for price in resource.prices:
        yield f"price of {price.what}: {price.before_usd} -> {price.after_usd} USD"
    if resource.by_prices_usd != NO_CHANGE:
        yield f"{change(resource.by_inputs_usd)} from inputs, {change(resource.by_prices_usd)} from prices"


def _value(value: object) -> str:
    return "not set" if value is None else f"{value}"


def _capacity(found: Diff) -> Iterator[str]:
    for item in found.capacity:
        names = ", ".join(item.instance_types[:3]) + (" ..." if len(item.instance_types) > 3 else "")  # noqa: PLR2004  (a line's worth)
        how = f" {item.purchase.replace('_', ' ')}" if item.purchase else ""
        counts = f"{amounts.count(item.before)} -> {amounts.count(item.after)}"
        yield f"{names}{how} in {item.region or 'an unknown region'}: {counts}"


def _groups(found: Diff) -> tuple[tuple[str, list[Finding]], ...]:
    return ("New", found.new), ("Fixed", found.fixed), ("Remaining", found.remaining)


def _finding(finding: Finding) -> str:
    return f"{finding.level} {finding.id or finding.rule} {finding.urn.rpartition('::')[2]}: {finding.message}"


def _short(text: str) -> str:
    clean = plain(text)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"
