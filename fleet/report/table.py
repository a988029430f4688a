"""A result for a terminal: a tree of resources with prices, findings under their resource, totals, a verdict.

Pure: a result goes in, text comes out. The caller knows width and colour.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import StringIO

from rich.console import Console
from rich.text import Text

from fleet.interval import ZERO
from fleet.report import amounts
from fleet.report.folding import folded
from fleet.report.harmless import plain
from fleet.report.tree import OF_A_TYPE, Branch, stray_findings, tree
from fleet.report.verdict import change_line, counts, left_out, total, verdict
from fleet.result.diff import Diff
from fleet.result.model import Finding, Result

_STYLE = {"mandatory": "bold red", "advisory": "yellow", "remediate": "yellow", "disabled": "dim"}
_MARK = {"mandatory": "✗", "advisory": "!", "remediate": "!", "disabled": "-"}
_AMOUNT = 15
_LABEL = 12


def table(
    result: Result, *, changes: Diff | None = None, width: int = 80, colour: bool = False, everything: bool = False
) -> str:
    """The result as text of at most `width` columns; `everything` lists free resources and all details too.

    `changes` is the diff from the baseline, where there is one.
    """
    width = max(width, 60)
    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="truecolor" if colour else None, highlight=False
    )
    for line in _lines(result, changes, width, everything=everything):
        console.print(line, overflow="fold", soft_wrap=False)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _lines(result: Result, changes: Diff | None, width: int, *, everything: bool) -> Iterator[Text]:
    engine = {"embedded": "embedded preview", "pulumi": "pulumi preview", "file": "check of a file"}[result.engine]
    yield _clip(Text.assemble((plain(result.project), "bold"), f" · stack {plain(result.stack)} · {engine}"), width)
    yield Text()
    yield _row(Text(), Text("USD a month", "dim"), Text("at maximum", "dim"), width)
    alike = {} if everything else {id(first): len(others) for first, others in folded(result.findings, result)}
    shown = result if everything else replace(result, findings=[f for f in result.findings if id(f) in alike])
    for finding in stray_findings(shown):
        yield from _finding(finding, "", width, alike.get(id(finding), 0))
    branches = tree(shown, everything=everything)
    for branch in branches:
        yield from _branch(branch, "", "", width, alike)
    if not branches:
        yield Text("no resources", "dim")
    yield Text()
    yield from _footer(result, changes, width)


def _branch(
    branch: Branch, lead: str, below: str, width: int, alike: Mapping[int, int], within: str = ""
) -> Iterator[Text]:
    """A resource and what is below it; names start where the name of the component around them (`within`) ends."""
    resource = branch.resource
    name = plain(resource.name.removeprefix(f"{within}-"))
    named = Text.assemble((lead, "dim"), (name, "bold" if branch.children else ""))
    kind = plain(short_type(resource.type)) + (f" x {branch.alike}" if branch.alike > 1 else "")
    is_unpriced = branch.unpriced > 0 and branch.monthly_usd == ZERO
    # The amount of a part that has no price is anybody's guess.
    in_part = resource.unpriced_reason is not None
    least = replace(branch.monthly_usd, max=None) if in_part else branch.monthly_usd
    amount = Text("unpriced", "yellow") if is_unpriced else Text(amounts.interval(least), "yellow" if in_part else "")
    differs = branch.at_maximum != branch.monthly_usd
    maximum = Text(amounts.interval(branch.at_maximum) if differs else "", "dim")
    phrase = plain(amounts.what(resource))
    if phrase and branch.alike > 1:
        phrase = f"each {phrase}"
    inner = below + ("│  " if branch.children else "   ")
    yield from _titled(named, [kind, phrase], (amount, maximum), inner, width)
    for finding in branch.findings:
        yield from _finding(finding, inner, width, alike.get(id(finding), 0))
    for position, child in enumerate(branch.children):
        is_last = position == len(branch.children) - 1 and not branch.free
        twig, stem = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        yield from _branch(child, below + twig, below + stem, width, alike, resource.name)
    if branch.free:
        yield Text(f"{below}└─ and {branch.free} without charge", "dim")


def _titled(named: Text, told: Sequence[str], amounts_: tuple[Text, Text], inner: str, width: int) -> Iterator[Text]:
    """A name with its amounts, beside it what of the rest has room; what has none goes below, and nothing is cut."""
    amount, maximum = amounts_
    room = _room(amount, maximum, width)
    kind, phrase = told
    with_kind = Text.assemble(named, "  ", (kind, "dim"))
    with_all = Text.assemble(with_kind, f"  {phrase}" if phrase else "")
    if with_all.cell_len <= room:
        yield _row(with_all, amount, maximum, width)
        return
    if with_kind.cell_len <= room:
        yield _row(with_kind, amount, maximum, width)
        below = Text(phrase)
    else:
        if named.cell_len > room:
            # A name longer than the room beside the money has a line of its own.
            yield from _wrapped(named, "", width)
            named = Text(inner, "dim")
        yield _row(named, amount, maximum, width)
        below = Text.assemble((kind, "dim"), f"  {phrase}" if phrase else "")
    yield from _wrapped(below, inner, width)


def _finding(finding: Finding, lead: str, width: int, alike: int) -> Iterator[Text]:
    style = "dim" if finding.exemption else _STYLE[finding.level]
    where = f"  {plain(finding.location.file)}:{finding.location.line}" if finding.location else ""
    new = "" if finding.new is None else "  new" if finding.new else "  known"
    text = Text.assemble((f"{_MARK[finding.level]} ", style), (plain(finding.message), style), (new + where, "dim"))
    if alike:
        text.append(f"  and so of {alike} more resources: --all lists them", "dim")
    yield from _wrapped(text, lead, width)


def _footer(result: Result, changes: Diff | None, width: int) -> Iterator[Text]:
    """What holds for the whole: notes first, then what one looks for in the last lines of a screen."""
    for label, text in _notes(result):
        yield from _labelled(label, text, width)
    yield from _labelled("Policies", Text(counts(result)), width)
    cost = result.cost
    yield from _labelled("Total", Text(total(result), "bold"), width)
    more = []
    if cost.monthly_usd_at_max_scale != cost.monthly_usd:
        more.append(f"{amounts.interval(cost.monthly_usd_at_max_scale)} with every group at its maximum")
    if result.counts.unpriced:
        more.append(left_out(result))
    if more:
        yield from _labelled("", Text("; ".join(more), "dim"), width)
    changed = change_line(result, changes)
    if changed is not None:
        yield from _labelled("Change", Text(changed), width)
    yield Text(verdict(result), "bold green" if result.passed else "bold red")


def _notes(result: Result) -> Iterator[tuple[str, Text]]:
    shown = [f"{plain(name)} {_value(value)}" for name, value in result.outputs.items() if _is_short(value)]
    if shown:
        yield "Exports", Text(", ".join(shown), "dim")
    if result.kg_co2e_per_month is not None:
        yield "Carbon", Text(f"{amounts.interval(result.kg_co2e_per_month)} kg CO2e a month (location-based estimate)")
    days = amounts.price_dates(line for resource in result.resources for line in resource.lines)
    yield "Prices", Text(f"of {days or 'no day: nothing is priced'}; catalog of {result.catalog.as_of}")
    if result.by_use:
        yield "By use", Text(f"not counted: {plain(', '.join(result.by_use))}", "dim")
    said = [finding.message for finding in result.findings if finding.id in OF_A_TYPE]
    for item in result.unpriced:
        if not any(f" {item.type} " in message for message in said):
            yield "Unpriced", Text(f"{item.count} x {plain(item.type)}: {plain(item.reason)}", "yellow")
    for asked in result.not_answered:
        yield "Unanswered", Text(f"{asked.kind} {plain(asked.token)}: its outputs are unknown", "dim")


def _is_short(value: object) -> bool:
    return isinstance(value, bool | int | float | str)


def _value(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else plain(str(value))


def _labelled(label: str, text: Text, width: int) -> Iterator[Text]:
    """A label in a column of its own, and a text that is wrapped beside it."""
    console = Console(width=width, file=StringIO())
    for number, line in enumerate(text.wrap(console, max(width - _LABEL, 20))):
        line.rstrip()
        yield Text.assemble((f"{'' if number else label:<{_LABEL}}", "bold"), line)


def short_type(type_: str) -> str:
    """The class name of a Pulumi type: `aws:ec2/instance:Instance` -> `ec2 Instance`."""
    package, _, rest = type_.partition(":")
    module, _, name = rest.rpartition(":")
    area = module.split("/")[0]
    return name or type_ if package != "aws" or not area else f"{area} {name}"


def _row(left: Text, amount: Text, maximum: Text, width: int) -> Text:
    """One line with two right-aligned amounts; the left part is cut, never the money."""
    second = max(_AMOUNT, maximum.cell_len + 1)
    left = _clip(left, _room(amount, maximum, width))
    gap = width - left.cell_len - amount.cell_len - second
    return Text.assemble(left, " " * max(gap, 1), amount, " " * (second - maximum.cell_len), maximum)


def _room(amount: Text, maximum: Text, width: int) -> int:
    """Columns that two amounts leave to what is left of them."""
    return width - max(_AMOUNT, amount.cell_len + 1) - max(_AMOUNT, maximum.cell_len + 1)


def _clip(text: Text, width: int) -> Text:
    clipped = text.copy()
    clipped.truncate(max(width, 10), overflow="ellipsis")
    return clipped


def _wrapped(text: Text, lead: str, width: int) -> Iterator[Text]:
    room = max(width - len(lead) - 2, 20)
    console = Console(width=room, file=StringIO())
    for number, line in enumerate(text.wrap(console, room)):
        line.rstrip()
        yield Text.assemble((lead, "dim"), "  " if number else "", line)
