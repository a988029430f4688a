"""A result for a pull request: a verdict and the money first, detail folded, within GitHub's limit for a comment."""

from collections.abc import Iterator, Sequence

from fleet.cost.model import PricedResource
from fleet.interval import ZERO
from fleet.report import amounts
from fleet.report.difference import changes_table, named
from fleet.report.folding import folded
from fleet.report.harmless import plain
from fleet.report.markdown_text import LIMIT, cell, escape, fitted
from fleet.report.table import short_type
from fleet.report.verdict import by_urgency, change_line, counts, total, verdict
from fleet.result.against import fails
from fleet.result.diff import Diff
from fleet.result.model import Finding, Result

_MOST_NAMED = 20


def markdown(result: Result, *, changes: Diff | None = None, limit: int = LIMIT) -> str:
    """The result as GitHub-flavoured Markdown of at most `limit` characters; what does not fit is counted."""
    head = "\n".join(_head(result, changes)) + "\n"
    tail = "\n".join(_tail(result)) + "\n"
    room = limit - len(head) - len(tail)
    findings = _folded(
        f"Findings ({len(result.findings)})",
        "",
        [_finding(finding, others, result) for finding, others in folded(by_urgency(result), result)],
        room // 2,
        is_open=True,
    )
    room -= len(findings)
    changed = "" if changes is None else _changed(changes, room // 2)
    room -= len(changed)
    rows = list(_resources(result))
    table = "| resource | what | USD a month |\n|:--|:--|--:|\n"
    return head + changed + findings + _folded(f"Resources with a charge ({len(rows)})", table, rows, room) + tail


def _head(result: Result, changes: Diff | None) -> Iterator[str]:
    sign = "✅" if result.passed else "❌"
    yield f"### {sign} {cell(result.project)} / {cell(result.stack)}: {verdict(result)}"
    yield ""
    most = ""
    if result.cost.monthly_usd_at_max_scale != result.cost.monthly_usd:
        most = f" ({amounts.interval(result.cost.monthly_usd_at_max_scale)} with every group at its maximum)"
    yield f"**{total(result)}**{most}"
    yield ""
    changed = change_line(result, changes)
    if changed is not None:
        amount, unit, rest = changed.partition(" USD a month")
        yield f"**{amount}{unit}**{rest}"
        yield ""
    yield counts(result)


def _finding(finding: Finding, others: Sequence[Finding], result: Result) -> str:
    mark = {"mandatory": "❌", "advisory": "⚠️", "remediate": "🔧", "disabled": ""}[finding.level]
    if finding.level == "mandatory" and not fails(result, finding):
        mark = "☑️"
    if finding.exemption is not None:
        mark = "⚪"
    name = finding.urn.rpartition("::")[2]
    new = " **new**" if finding.new else ""
    where = f" <sub>{escape(finding.location.file)}:{finding.location.line}</sub>" if finding.location else ""
    saving = finding.monthly_saving_usd
    saves = f"; saves {amounts.money(saving)} USD a month" if saving is not None else ""
    return f"- {mark}{new} **{cell(name)}** {escape(named(finding))}{saves}{where}{_others(others)}"


def _others(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    names = _some([finding.urn.rpartition("::")[2] for finding in findings])
    return f"; and so of {len(findings)} more: {escape(names, 300)}"


def _changed(changes: Diff, room: int) -> str:
    table = changes_table(changes, room - 100)
    if not table:
        return "\nNo resource changes its price.\n"
    return f"\n<details open><summary>What changes ({len(changes.resources)})</summary>\n{table}\n</details>\n"


def _resources(result: Result) -> Iterator[str]:
    priced = [resource for resource in result.resources if _costs(resource)]
    for resource in sorted(priced, key=lambda item: (-(item.monthly_usd or ZERO).min, item.urn)):
        amount = amounts.of_resource(resource)
        what = escape(amounts.what(resource), 160)
        yield f"| {cell(resource.name)} <sub>{cell(short_type(resource.type))}</sub> | {what} | {amount} |"


def _costs(resource: PricedResource) -> bool:
    if resource.monthly_usd is None:
        return resource.unpriced_reason is not None
    return resource.monthly_usd != ZERO


def _folded(title: str, table: str, rows: list[str], room: int, *, is_open: bool = False) -> str:
    fold = " open" if is_open else ""
    before = f"\n<details{fold}><summary>{title}</summary>\n\n{table}"
    return fitted(before, rows, room, after="\n\n</details>\n")


def _tail(result: Result) -> Iterator[str]:
    if result.unpriced:
        listed = [f"{item.count} x {item.type}" for item in result.unpriced]
        yield f"\nNo price: {escape(_some(listed))}"
    if result.by_use:
        yield f"\nCharged by use, not counted: {escape(_some(result.by_use))}"
    if result.not_answered:
        yield f"\nNot answered: {escape(_some([f'{asked.kind} {asked.token}' for asked in result.not_answered]))}"
    days = amounts.price_dates(line for resource in result.resources for line in resource.lines)
    version = cell(plain(result.tool_version))
    yield f"\n<sub>Prices of {days or 'no day'}, catalog of {result.catalog.as_of}, fleet {version}</sub>"


def _some(items: list[str]) -> str:
    more = len(items) - _MOST_NAMED
    return ", ".join(items[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
