"""A result as one HTML file that opens from disk: no network, everything in it, every text escaped."""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from fleet.cost.model import PricedResource
from fleet.interval import ZERO, Interval, total
from fleet.planner import Explanation
from fleet.plans.model import Plan
from fleet.report import amounts
from fleet.report.difference import amount, capacity, free, is_free, named, reasons
from fleet.report.harmless import plain, short
from fleet.report.html_plan import plan_section
from fleet.report.table import short_type
from fleet.report.verdict import by_urgency, change_line, left_out, total_change, verdict
from fleet.report.verdict import total as total_of
from fleet.result.against import fails
from fleet.result.changes import Change, difference
from fleet.result.diff import Diff
from fleet.result.model import Finding, Result

if TYPE_CHECKING:
    from jinja2 import Environment

_MOST_BARS = 12
_MOST_OPEN = 20
_UNIT = " USD a month"
_OWN_MODULES = "pulumi:"


def html(
    result: Result,
    *,
    changes: Diff | None = None,
    plan: Plan | None = None,
    explanations: Sequence[Explanation] = (),
) -> str:
    """The result as a self-contained page: verdict and total first, then where the money goes, findings, resources.

    `changes` is the diff from the baseline; `plan` what the stack was declared from, with an explanation for each
    workload: the page then shows the alternatives and the week of the Mac hosts. The page runs its own script only.
    """
    script = _part("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rows = _rows(result, changes)
    changed = total_change(result, changes)
    return (
        _environment()
        .get_template("report.html")
        .render(
            result=result,
            total=total_of(result).removesuffix(_UNIT),
            unit=_UNIT.strip() if total_of(result).endswith(_UNIT) else "",
            left_out=left_out(result) if result.counts.unpriced else "",
            verdict=_detail(verdict(result)),
            change=None if changed is None else amounts.change(changed),
            change_parts=(change_line(result, changes) or "").partition(" USD ")[2],
            carbon_change=_carbon_change(changes),
            changes=changes,
            charged=[item for item in changes.resources if not is_free(item)] if changes is not None else [],
            free=list(free(changes)) if changes is not None else [],
            charts=_charts(result),
            plan=None if plan is None else plan_section(plan, explanations),
            groups=_groups(result),
            rows=rows,
            has_change=any(row["change"] for row in rows),
            days=amounts.price_dates(line for resource in result.resources for line in resource.lines),
            style=_part("report.css"),
            script=script,
            script_hash=f"sha256-{digest}",
        )
    )


def _part(name: str) -> str:
    return (files("fleet.report") / "templates" / name).read_text(encoding="utf-8")


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  (other reports need no templates)

    pages = Environment(
        loader=PackageLoader("fleet.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "amount": amount,
        "capacity": lambda found: list(capacity(found)),
        "interval": amounts.interval,
        "message": _message,
        "money": amounts.money,
        "plain": plain,
        "reasons": reasons,
        "short": short,
        "short_type": short_type,
        "what": amounts.what,
    }
    return pages


def _message(finding: Finding) -> str:
    """The message without the rule's id, which stands above it."""
    return named(finding).removeprefix(finding.id or finding.rule).strip()


def _detail(said: str) -> str:
    """The verdict without the word that stands above it."""
    return said.partition(": ")[2] or said.partition(", ")[2] or "no mandatory findings"


def _carbon_change(changes: Diff | None) -> str:
    moved = changes.totals.change_kg_co2e if changes is not None else None
    return "" if moved is None or moved.is_none else f"{amounts.change(moved)} against the baseline"


def _charts(result: Result) -> list[dict[str, Any]]:
    known = {resource.urn: resource for resource in result.resources}
    return [
        _chart("By workload or component", ((_owner(r, known), r) for r in result.resources)),
        _chart("By purchase option", (((r.purchase or "other").replace("_", " "), r) for r in result.resources)),
        _chart("By type", ((amounts.types(r, 1) or short_type(r.type), r) for r in result.resources)),
    ]


def _owner(resource: PricedResource, known: dict[str, PricedResource]) -> str:
    """The component that holds a resource, else the resource itself."""
    parent = known.get(resource.parent or "")
    return resource.name if parent is None or parent.type.startswith(_OWN_MODULES) else parent.name


def _chart(title: str, items: Iterable[tuple[str, PricedResource]]) -> dict[str, Any]:
    """Monthly amounts added up by name, largest first; the rest in one bar. Unbounded ones show what is certain."""
    sums: dict[str, Interval] = defaultdict(lambda: ZERO)
    for name, resource in items:
        sums[name] += resource.monthly_usd or ZERO
    ordered = sorted(((n, v) for n, v in sums.items() if v != ZERO), key=lambda item: (-item[1].min, item[0]))
    rest = total(value for _, value in ordered[_MOST_BARS:])
    bars = ordered[:_MOST_BARS] + ([(f"{len(ordered) - _MOST_BARS} more", rest)] if rest != ZERO else [])
    longest = max((value.max or value.min for _, value in bars), default=Decimal(1)) or Decimal(1)
    everything = sum((value.min for _, value in bars), Decimal(0))
    return {
        "title": title,
        "bars": [
            {
                "name": name,
                "usd": value,
                "share": _share(value.min, everything),
                "low": f"{value.min / longest * 100:.1f}",
                "more": f"{((value.max or value.min) - value.min) / longest * 100:.1f}",
            }
            for name, value in bars
        ],
    }


def _share(part: Decimal, whole: Decimal) -> str:
    if not whole:
        return ""
    percent = part / whole * 100
    return f"{percent:.0f} %" if percent >= 1 or not part else "<1 %"


def _groups(result: Result) -> Iterator[dict[str, Any]]:
    """Findings by what they mean for the verdict, in each group by rule."""
    for title, found in groupby(by_urgency(result), key=lambda finding: _title(result, finding)):
        listed = list(found)
        yield {
            "title": title,
            "colour": {"Fails": "bad", "Advisory": "warn"}.get(title, "dim"),
            "open": title == "Fails" or (title == "Advisory" and len(listed) <= _MOST_OPEN),
            "count": len(listed),
            "rules": _rules(listed),
        }


def _title(result: Result, finding: Finding) -> str:
    if fails(result, finding):
        return "Fails"
    if finding.exemption is not None:
        return "Exempted"
    return {"mandatory": "Mandatory, of before", "disabled": "Disabled"}.get(finding.level, "Advisory")


def _rules(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        about = (finding.pack, finding.id or finding.rule, finding.rule, finding.remediation or "")
        groups[*about, finding.documentation or ""].append(finding)
    return [
        {
            "id": identity,
            "name": name if name != identity else "",
            "remediation": remediation,
            "link": link if link.startswith("https://") else "",
            "findings": found,
        }
        for (_, identity, name, remediation, link), found in groups.items()
    ]


def _rows(result: Result, changes: Diff | None) -> list[dict[str, Any]]:
    listed = [resource for resource in result.resources if not resource.type.startswith(_OWN_MODULES)]
    moved = {item.urn: item.change_usd for item in changes.resources} if changes is not None else {}
    rows = [_row(resource, _moved(resource, moved, changes)) for resource in listed]
    return sorted(rows, key=lambda row: (-row["sort"], row["item"].urn))


def _moved(resource: PricedResource, moved: dict[str, Change], changes: Diff | None) -> Change | None:
    if changes is not None:
        return moved.get(resource.urn)
    if resource.previous_monthly_usd is None:
        return None
    return difference(resource.previous_monthly_usd, resource.monthly_usd or ZERO)


def _row(resource: PricedResource, moved: Change | None) -> dict[str, Any]:
    amount, most = resource.monthly_usd, resource.monthly_usd_at_max_scale
    changed = None if moved is None or moved.is_none else moved
    return {
        "item": resource,
        "free": changed is None and resource.unpriced_reason is None and {amount, most} <= {None, ZERO},
        "amount": amounts.of_resource(resource),
        "sort": amount.min if amount is not None else -1,
        "most": amounts.interval(most) if most is not None and most != amount else "",
        "change": amounts.change(changed) if changed is not None else "",
        "change_sort": (changed.min if changed.min is not None else changed.max or 0) if changed is not None else 0,
    }
