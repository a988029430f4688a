"""What every format says first: how it ended, what it costs, by how much that changed."""

from fleet.interval import ZERO
from fleet.report.amounts import change, interval
from fleet.result.against import failing, fails
from fleet.result.changes import Change, difference
from fleet.result.diff import Diff
from fleet.result.model import Finding, Result

__all__ = ["by_urgency", "change_line", "counts", "left_out", "many", "parts", "total", "total_change", "verdict"]


def verdict(result: Result) -> str:
    """`passed`, `failed: 2 mandatory findings`, what fails no longer because it was there before, and what is left out.

    A budget that holds without what has no price is not a budget that holds: who reads one line should read that.
    """
    failed = len(failing(result))
    old = result.counts.mandatory - failed
    before = f"{many(old, 'mandatory finding')} of before" if old else ""
    if failed:
        new = "new " if result.fail_on == "new" else ""
        return f"failed: {many(failed, new + 'mandatory finding')}" + (f" besides {before}" if before else "")
    whole, parts = _unpriced(result)
    said = [f"{many(whole, 'resource')} that {'has' if whole == 1 else 'have'} no price"] if whole else []
    said += [f"parts of {many(parts, 'resource')}"] if parts else []
    without = f"without {' and '.join(said)}" if said else ""
    return ", ".join(filter(None, ("passed", before and f"with {before}", without)))


def counts(result: Result) -> str:
    """`2 mandatory, 3 advisory, 1 exempted findings, 1 undecided; 40 resources, 2 without a price`."""
    found = result.counts
    said = f"{found.mandatory} mandatory, {found.advisory} advisory, {found.exempted} exempted findings"
    if found.new is not None:
        said += f", {found.new} of them new"
    if found.undecided:
        said += f", {found.undecided} undecided"
    return f"{said}; {many(found.resources, 'resource')}, {found.unpriced} without a price"


def total(result: Result) -> str:
    """`1,234.50 USD a month`; `unknown` where there is something to pay for and nothing of it has a price."""
    cost = result.cost.monthly_usd
    return "unknown" if cost == ZERO and result.counts.unpriced else f"{interval(cost)} USD a month"


def left_out(result: Result) -> str:
    """`2 resources without a price left out, 1 resource counted in part`, of the total."""
    whole, parts = _unpriced(result)
    said = [f"{many(whole, 'resource')} without a price left out"] if whole else []
    return ", ".join(said + ([f"{many(parts, 'resource')} counted in part"] if parts else []))


def _unpriced(result: Result) -> tuple[int, int]:
    """Resources without any price, and those of which a part has none."""
    lacking = [resource for resource in result.resources if resource.unpriced_reason is not None]
    parts = sum(resource.monthly_usd is not None for resource in lacking)
    return result.counts.unpriced - parts, parts


def total_change(result: Result, changes: Diff | None) -> Change | None:
    """Against the baseline, else against what a preview says was there before; None where neither is known."""
    if changes is not None:
        return changes.totals.change_usd
    if all(resource.previous_monthly_usd is None for resource in result.resources):
        return None
    before = ZERO
    for resource in result.resources:
        before += resource.previous_monthly_usd or ZERO
    return difference(before, result.cost.monthly_usd)


def change_line(result: Result, changes: Diff | None) -> str | None:
    """`+12.00 USD a month: +10.00 from changed inputs, +2.00 from changed prices`; None where nothing is known."""
    found = total_change(result, changes)
    if found is None:
        return None
    line = f"{change(found)} USD a month"
    if changes is None:
        return f"{line} against what is there"
    return f"{line} against the baseline: {', '.join(parts(changes))}"


def parts(changes: Diff) -> list[str]:
    """Why a total moved, part by part."""
    totals = changes.totals
    said = [
        f"{change(totals.by_inputs_usd)} from changed inputs",
        f"{change(totals.by_prices_usd)} from changed prices",
    ]
    if not totals.by_coverage_usd.is_none:
        said.append(f"{change(totals.by_coverage_usd)} from resources that got or lost a known price")
    return said


def by_urgency(result: Result) -> list[Finding]:
    """Findings that fail first, then by level, new ones first, exempted ones last."""
    order = {"mandatory": 0, "remediate": 1, "advisory": 2, "disabled": 3}
    return sorted(
        result.findings,
        key=lambda f: (not fails(result, f), f.exemption is not None, order[f.level], f.new is False),
    )


def many(number: int, what: str) -> str:
    """`1 resource`, `2 resources`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
