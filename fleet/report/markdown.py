"""A result for a pull request: a verdict and the money first, detail folded, within GitHub's limit for a comment."""

from collections.abc import Iterator

from fleet.cost.model import PricedResource
from fleet.interval import ZERO
from fleet.report import amounts
from fleet.report.harmless import plain
from fleet.report.table import short_type
from fleet.result.model import Finding, Result

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""

_ROOM_FOR_THE_REST = 8_000
_LONGEST = 600


def markdown(result: Result, *, limit: int = LIMIT) -> str:
    """The result as GitHub-flavoured Markdown of at most `limit` characters; what does not fit is counted."""
    head = "\n".join(_head(result)) + "\n"
    findings = _section("Findings", [_finding(finding) for finding in result.findings], limit // 2)
    room = limit - len(head) - len(findings) - _ROOM_FOR_THE_REST
    resources = _section(
        "Resources", list(_resources(result)), room, table="| resource | what | USD a month |\n|:--|:--|--:|"
    )
    return head + findings + resources + "\n".join(_tail(result)) + "\n"


def _head(result: Result) -> Iterator[str]:
    verdict = "✅ passed" if result.passed else "❌ failed: mandatory policy violations"
    yield f"### {escape(result.project)} / {escape(result.stack)}: {verdict}"
    yield ""
    yield f"**{amounts.interval(result.cost.monthly_usd)} USD a month**"
    if result.cost.monthly_usd_at_max_scale != result.cost.monthly_usd:
        yield f"({amounts.interval(result.cost.monthly_usd_at_max_scale)} with every group at its maximum)"
    counts = result.counts
    yield ""
    yield (
        f"{counts.mandatory} mandatory, {counts.advisory} advisory, {counts.exempted} exempted findings; "
        f"{counts.resources} resources, {counts.unpriced} unpriced"
    )


def _finding(finding: Finding) -> str:
    mark = {"mandatory": "❌", "advisory": "⚠️", "remediate": "🔧", "disabled": ""}[finding.level]
    name = finding.urn.rpartition("::")[2]
    where = f" ({escape(finding.location.file)}:{finding.location.line})" if finding.location else ""
    return f"- {mark} {escape(finding.id or finding.rule)} **{escape(name)}**{where}: {escape(finding.message)}"


def _resources(result: Result) -> Iterator[str]:
    priced = [resource for resource in result.resources if _costs(resource)]
    for resource in sorted(priced, key=lambda item: (-(item.monthly_usd or ZERO).min, item.urn)):
        amount = amounts.interval(resource.monthly_usd) if resource.monthly_usd is not None else "unpriced"
        what = amounts.what(resource)
        yield f"| {escape(resource.name)} <sub>{escape(short_type(resource.type))}</sub> | {escape(what)} | {amount} |"


def _costs(resource: PricedResource) -> bool:
    if resource.monthly_usd is None:
        return not resource.type.startswith("pulumi:")
    return resource.monthly_usd != ZERO


def _section(title: str, rows: list[str], room: int, table: str = "") -> str:
    """A folded list of rows, as many as fit."""
    if not rows:
        return ""
    kept: list[str] = []
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        kept.append(row)
    left = len(rows) - len(kept)
    more = f"\n\n... and {left} more" if left else ""
    lines = "\n".join([*([table] if table else []), *kept])
    fold = " open" if title == "Findings" else ""
    return f"\n<details{fold}><summary>{title} ({len(rows)})</summary>\n\n{lines}{more}\n\n</details>\n"


def _tail(result: Result) -> Iterator[str]:
    if result.unpriced:
        listed = ", ".join(f"{item.count} x {item.type}" for item in result.unpriced[:20])
        yield f"\nNo price: {escape(listed)}"
    if result.by_use:
        yield f"\nCharged by use, not counted: {escape(', '.join(result.by_use[:20]))}"
    days = amounts.price_dates(line for resource in result.resources for line in resource.lines)
    version = escape(result.tool_version)
    yield f"\n<sub>Prices of {days or 'no day'}, catalog of {result.catalog.as_of}, fleet {version}</sub>"


def escape(text: str) -> str:
    """Text that Markdown and HTML leave as it is, on one line of at most 600 characters."""
    text = plain(text)
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    for character in ("\\", "|", "*", "_", "`", "[", "]"):
        text = text.replace(character, "\\" + character)
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ").replace("@", "@&#8203;")
    )
