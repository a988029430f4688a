"""A diff for people: totals taken apart, resources largest first, capacity, findings; as text or as Markdown."""

import textwrap
from collections.abc import Iterator, Sequence

from fleet.interval import ZERO
from fleet.report import amounts
from fleet.report.amounts import change
from fleet.report.harmless import plain, short
from fleet.report.markdown_text import LIMIT, cell, escape, fitted
from fleet.report.table import short_type
from fleet.report.verdict import many, parts
from fleet.result.diff import Diff, ResourceChange
from fleet.result.model import Finding

MARK = {"added": "+", "removed": "-", "changed": "~"}
_LONGEST = 160
_FEW = 3
_HANG = 2
_NARROWEST = 60


def diff_text(found: Diff, *, width: int = 120) -> str:
    """The diff as plain text of at most `width` columns; names are never broken."""
    lines = [*_totals(found), ""]
    for resource in found.resources:
        if is_free(resource):
            continue
        name = f"{MARK[resource.change]} {resource.name} ({short_type(resource.type)})"
        lines.append(f"{short(name, _LONGEST)}  {amount(resource)}")
        lines += [f"    {short(reason, _LONGEST)}" for reason in reasons(resource)]
    lines += [short(text, _LONGEST) for text in free(found)]
    lines.append(f"{many(found.unchanged, 'resource')} unchanged")
    lines += [f"Capacity  {short(text, _LONGEST)}" for text in capacity(found)]
    for title, findings in _groups(found):
        lines.append(f"{title} findings: {len(findings)}")
        if title != "Remaining":
            lines += [f"    {plain(_finding(finding))}" for finding in findings]
    return "\n".join(_wrapped(line, width) for line in lines) + "\n"


def _wrapped(line: str, width: int) -> str:
    """A line that goes on further in where it is too long."""
    inner = " " * (len(line) - len(line.lstrip()) + _HANG)
    return textwrap.fill(
        line, max(width, _NARROWEST), subsequent_indent=inner, break_long_words=False, break_on_hyphens=False
    )


def diff_markdown(found: Diff, *, limit: int = LIMIT) -> str:
    """The diff as GitHub-flavoured Markdown of at most `limit` characters; what does not fit is counted."""
    head = "\n".join(["### What changes", "", *(f"- {escape(line)}" for line in _totals(found))]) + "\n"
    tail = f"\n{many(len(found.remaining), 'finding')} left as before, {many(found.unchanged, 'resource')} unchanged\n"
    room = limit - len(head) - len(tail)
    table = changes_table(found, room * 2 // 3)
    listed = fitted("\n", [*_listed(found)], room - len(table), after="\n")
    return head + table + listed + tail


def changes_table(found: Diff, room: int) -> str:
    """Resources and capacity that changed, as a Markdown table of at most `room` characters; empty without any."""
    charged = [item for item in found.resources if not is_free(item)]
    rows = [
        f"| {MARK[item.change]} {cell(item.name)} <sub>{cell(short_type(item.type))}</sub> "
        f"| {escape('; '.join(reasons(item)), _LONGEST)} | {escape(amount(item))} |"
        for item in charged
    ]
    rows += [f"| {escape(text, _LONGEST)} | | |" for text in free(found)]
    rows += [f"| capacity | {escape(text, _LONGEST)} | |" for text in capacity(found)]
    return fitted("\n| resource | why | USD a month |\n|:--|:--|--:|\n", rows, room, after="\n")


def is_free(item: ResourceChange) -> bool:
    """Costs nothing, before and after: of these only the number is worth a reader's time."""
    return item.unpriced_reason is None and all(side in {None, ZERO} for side in (item.before_usd, item.after_usd))


def free(found: Diff) -> Iterator[str]:
    """How many resources without a charge were added, removed or changed."""
    for what, mark in MARK.items():
        names = [item.name for item in found.resources if item.change == what and is_free(item)]
        if names:
            shown = ", ".join(names[:_FEW]) + (" ..." if len(names) > _FEW else "")
            yield f"{mark} {len(names)} without a charge: {shown}"


def _listed(found: Diff) -> Iterator[str]:
    for title, group in _groups(found):
        if title != "Remaining":
            yield from (f"- {title.lower()}: {escape(_finding(finding), _LONGEST)}" for finding in group)


def _totals(found: Diff) -> Iterator[str]:
    total = found.totals
    yield (
        f"{change(total.change_usd)} USD a month: "
        f"{amounts.interval(total.before_usd)} before, {amounts.interval(total.after_usd)} after"
    )
    yield ", ".join(parts(found))
    if total.change_kg_co2e is not None:
        yield f"{change(total.change_kg_co2e)} kg CO2e a month"
    if found.base != found.head:
        yield f"catalog of {found.base.as_of} before, of {found.head.as_of} after"


def amount(resource: ResourceChange) -> str:
    """By how much a resource's amount moved, or why that is not known."""
    if resource.before_usd is None and resource.after_usd is None:
        return f"unknown: {short(resource.unpriced_reason, _LONGEST)}" if resource.unpriced_reason else "no charge"
    return change(resource.change_usd)


def reasons(resource: ResourceChange) -> Sequence[str]:
    """The inputs and prices that changed, with the money apart where both did."""
    said = []
    for item in resource.inputs:
        if resource.change == "changed":
            said.append(f"{item.input}: {_value(item.before)} -> {_value(item.after)}")
        else:
            said.append(f"{item.input}: {_value(item.after if resource.change == 'added' else item.before)}")
    said += [f"price of {price.what}: {price.before_usd} -> {price.after_usd} USD" for price in resource.prices]
    if not resource.by_prices_usd.is_none:
        said.append(f"{change(resource.by_inputs_usd)} from inputs, {change(resource.by_prices_usd)} from prices")
    return said


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value) or "none"
    return "not set" if value is None else f"{value}"


def capacity(found: Diff) -> Iterator[str]:
    """Instances by type, purchase and region whose number moved."""
    for item in found.capacity:
        names = ", ".join(item.instance_types[:_FEW]) + (" ..." if len(item.instance_types) > _FEW else "")
        how = f" {item.purchase.replace('_', ' ')}" if item.purchase else ""
        counts = f"{amounts.count(item.before)} -> {amounts.count(item.after)}"
        yield f"{names}{how} in {item.region or 'an unknown region'}: {counts}"


def _groups(found: Diff) -> tuple[tuple[str, list[Finding]], ...]:
    return (
        ("New", found.new),
        ("Newly exempted", found.exempted),
        ("Fixed", found.fixed),
        ("Remaining", found.remaining),
    )


def _finding(finding: Finding) -> str:
    return f"{finding.level} {finding.urn.rpartition('::')[2]}: {named(finding)}"


def named(finding: Finding) -> str:
    """The message with the rule's id once: our own pack begins its messages with it."""
    identity = finding.id or finding.rule
    return finding.message if finding.message.startswith(identity) else f"{identity} {finding.message}"
