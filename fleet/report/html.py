"""A result as one HTML file that opens from disk: no network, everything in it, every text escaped."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from fleet.cost.model import PricedResource
from fleet.interval import ZERO
from fleet.report import amounts
from fleet.report.difference import change
from fleet.report.harmless import plain
from fleet.report.table import short_type
from fleet.result.changes import difference
from fleet.result.model import Result

_MOST_BARS = 12


def html(result: Result) -> str:
    """The result as a self-contained page: verdict and total first, then where the money goes, findings, resources."""
    pages = Environment(
        loader=PackageLoader("fleet.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "interval": amounts.interval,
        "money": amounts.money,
        "plain": plain,
        "short_type": short_type,
        "what": amounts.what,
    }
    return pages.get_template("report.html").render(
        result=result,
        change=_change(result),
        charts=_charts(result),
        rows=[resource for resource in result.resources if not resource.type.startswith("pulumi:")],
        days=amounts.price_dates(line for resource in result.resources for line in resource.lines),
    )


def _change(result: Result) -> str | None:
    """Against what each resource cost before; None when nothing before is known."""
    if all(resource.previous_monthly_usd is None for resource in result.resources):
        return None
    before = ZERO
    for resource in result.resources:
        before += resource.previous_monthly_usd or ZERO
    return change(difference(before, result.cost.monthly_usd))


def _charts(result: Result) -> list[dict[str, Any]]:
    names = {resource.urn: resource for resource in result.resources}
    return [
        _chart("By component", ((_owner(r, names), r) for r in result.resources)),
        _chart("By purchase option", (((r.purchase or "other").replace("_", " "), r) for r in result.resources)),
        _chart("By type", ((amounts.types(r, 1) or short_type(r.type), r) for r in result.resources)),
    ]


def _owner(resource: PricedResource, known: dict[str, PricedResource]) -> str:
    """The component that holds a resource, else the resource itself."""
    parent = known.get(resource.parent or "")
    return resource.name if parent is None or parent.type.startswith("pulumi:") else parent.name


def _chart(title: str, items: Iterable[tuple[str, PricedResource]]) -> dict[str, Any]:
    """Lowest monthly amounts added up by name, largest first; the rest in one bar."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for name, resource in items:
        sums[name] += (resource.monthly_usd or ZERO).min
    ordered = sorted(((n, v) for n, v in sums.items() if v > 0), key=lambda item: (-item[1], item[0]))
    rest = sum((value for _, value in ordered[_MOST_BARS:]), Decimal(0))
    bars = ordered[:_MOST_BARS] + ([(f"{len(ordered) - _MOST_BARS} more", rest)] if rest else [])
    longest = max((value for _, value in bars), default=Decimal(1))
    return {
        "title": title,
        "bars": [{"name": name, "usd": value, "percent": f"{value / longest * 100:.1f}"} for name, value in bars],
    }
