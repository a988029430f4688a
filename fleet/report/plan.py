"""A plan for a terminal: what was chosen, what it costs, how good it is proved to be, what to do next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet.catalog import UNDATED
from fleet.catalog.sheet import day_text
from fleet.money import per_month
from fleet.plans.model import NOMINAL_MEMORY, UNTRIED_MACOS, Allocation, Change, Plan, Schedule
from fleet.report.amounts import money, trimmed

_MOST_STEPS = 4
_COMMAND = "aws "
_MOST_TYPES = 3
"""A workload with more types bought in one way is one line."""


def plan_text(plan: Plan, *, width: int = 80, colour: bool = False, everything: bool = False) -> str:
    """The plan as text of at most `width` columns; `everything` lists all types, assumptions and next steps."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, 60),
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        highlight=False,
    )
    console.print(Text.assemble((plan.name, "bold"), " · ", (claim(plan), "green" if plan.allocations else "red")))
    if plan.allocations:
        console.print()
        console.print(_fitting(console, list(_rows(plan, everything=everything))))
        console.print()
        console.print(_totals(plan))
    for conflict in plan.conflicts:
        console.print(Text(f"✗ {conflict.constraint}: needs {conflict.needed}, allowed {conflict.allowed}", "red"))
        console.print(Text(f"  {conflict.hint}"))
    for schedule in plan.schedules:
        console.print(_week(plan, schedule))
    if plan.allocations:
        console.print(Text(_beside(plan), "dim"))
    _listed(console, "Assumed", plan.assumptions if everything else _decisive(plan))
    _listed(console, "Next", plan.next_steps if everything else plan.next_steps[:_MOST_STEPS])
    left = _left_out(plan)
    if left and not everything:
        console.print(Text(f"{left}: see --verbose", "dim"))
    return trimmed(out.getvalue())


def _left_out(plan: Plan) -> str:
    """What a short text leaves out, counted."""
    steps, assumed = len(plan.next_steps) - _MOST_STEPS, len(plan.assumptions) - len(_decisive(plan))
    more = "more " if _decisive(plan) else ""
    parts = [
        f"{steps} more step{'s' if steps > 1 else ''}" if steps > 0 else "",
        f"{assumed} {more}assumption{'s' if assumed > 1 else ''}" if assumed else "",
    ]
    return " and ".join(part for part in parts if part)


def _decisive(plan: Plan) -> list[str]:
    """The assumptions on which it depends whether the work fits: read before a plan is believed."""
    return [text for text in plan.assumptions if text.endswith((NOMINAL_MEMORY, UNTRIED_MACOS))]


def _beside(plan: Plan) -> str:
    """What the program declares beside the instances, which the plan's amounts leave out."""
    fee = ["the fee of EKS"] if any(allocation.cluster for allocation in plan.allocations) else []
    what = ", ".join(["the network (NAT gateways, addresses)", *fee, "root volumes of accelerators and Macs"])
    return f"Not in the plan: {what}; 'fleet preview' adds them, and holds the budget against its total"


def _week(plan: Plan, schedule: Schedule) -> str:
    """Hosts of a week, what it would cost never to release one, and how long builds wait."""
    hosts = f"{schedule.workload}: {schedule.always_on} hosts always on, {max(schedule.leased)} at most"
    own = [a for a in plan.of(schedule.workload) if a.instance_type == schedule.instance_type]
    peak = max(schedule.needed)
    if own and peak > schedule.always_on:
        always, planned = per_month(own[0].unit_hourly_usd * peak), sum((a.monthly_usd for a in own), Decimal(0))
        if planned < always:
            saved = 100 * (1 - planned / always)
            hosts += f", {saved:.0f} % less than {peak} always on for {money(always)} USD a month"
    return f"{hosts}; builds wait {schedule.wait_minutes.p95:g} minutes at p95"


def claim(plan: Plan) -> str:
    """How good the plan is proved to be, in a few words."""
    if plan.status == "infeasible":
        unproved = bool(plan.conflicts) and not any(conflict.proved for conflict in plan.conflicts)
        what = "budget" if all(conflict.is_budget for conflict in plan.conflicts) else "limits"
        return f"no plan within the {what} was found" if unproved else "no fleet is possible"
    if plan.status == "timed_out" and not plan.allocations:
        return "time limit reached: nothing was found"
    seconds = f", solved in {plan.solve_seconds:.2f} s" if plan.solve_seconds is not None else ""
    if plan.status == "optimal":
        return f"proved optimal (gap {plan.gap_percent:.2f} %{seconds})"
    word = "time limit reached" if plan.status == "timed_out" else "feasible"
    gap = "less than 0.01" if plan.gap_percent < 0.01 else f"at most {plan.gap_percent:.2f}"  # noqa: PLR2004  (shown places)
    return f"{word}: {gap} % above the proved lower bound{seconds}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Allocations that are one line: those of one owner that are bought in one way in one region, or one alone."""

    owner: str
    allocations: Sequence[Allocation]

    @property
    def instances(self) -> str:
        count = sum(allocation.count for allocation in self.allocations)
        kinds = sorted({allocation.instance_type for allocation in self.allocations})
        return f"{count} x {kinds[0] if len(kinds) == 1 else f'{len(kinds)} types'}"

    @property
    def hourly(self) -> str:
        prices = {f"{allocation.unit_hourly_usd:,.4f}" for allocation in self.allocations}
        return prices.pop() if len(prices) == 1 else ""

    @property
    def amount(self) -> str:
        jobs = [allocation.job_usd for allocation in self.allocations if allocation.job_usd is not None]
        if len(jobs) == len(self.allocations):
            return f"{money(sum(jobs, Decimal(0)))} once"
        return money(sum((allocation.monthly_usd for allocation in self.allocations), Decimal(0)))


def _rows(plan: Plan, *, everything: bool) -> Iterator[_Row]:
    """Lines in the plan's order; many types that one owner buys in one way stand together, unless all are wanted."""
    groups: dict[tuple[object, ...], list[Allocation]] = {}
    for allocation in plan.allocations:
        key = (_owner(allocation), allocation.purchase, allocation.region, allocation.job_usd is None)
        groups.setdefault(key, []).append(allocation)
    for (owner, *_), group in groups.items():
        if everything or len(group) <= _MOST_TYPES:
            yield from (_Row(owner=str(owner), allocations=[allocation]) for allocation in group)
        else:
            yield _Row(owner=str(owner), allocations=group)


def _owner(allocation: Allocation) -> str:
    names = ", ".join(allocation.workloads)
    return f"{allocation.cluster}: {names}" if allocation.cluster else names


def _fitting(console: Console, rows: Sequence[_Row]) -> Table:
    """The table with zones and prices of an hour where they fit beside the rest, else without."""
    table = _table(rows, is_wide=True)
    natural = console.measure(table, options=console.options.update(max_width=1_000)).maximum
    return table if natural <= console.width else _table(rows, is_wide=False)


def _table(rows: Sequence[_Row], *, is_wide: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("workload")
    table.add_column("instances", no_wrap=True)
    table.add_column("purchase", no_wrap=True)
    if is_wide:
        table.add_column("zones", no_wrap=True)
        table.add_column("USD an hour", justify="right", no_wrap=True)
    table.add_column("USD a month", justify="right", no_wrap=True)
    before = ""
    for row in rows:
        # The same owner is named once, on its first line.
        cells = [row.owner if row.owner != before else "", row.instances, _purchase(row.allocations[0])]
        before = row.owner
        if is_wide:
            cells += [_zones(row.allocations[0]), row.hourly]
        table.add_row(*cells, row.amount)
    return table


def _purchase(allocation: Allocation) -> str:
    return allocation.purchase.replace("_", " ")


def _zones(allocation: Allocation) -> str:
    if not allocation.zones:
        return allocation.region
    return f"{allocation.region} " + "".join(zone.removeprefix(allocation.region) for zone in allocation.zones)


def _totals(plan: Plan) -> Text:
    once = f" and {money(plan.one_off_usd)} USD once" if plan.one_off_usd else ""
    text = Text.assemble(("Total  ", "bold"), f"{money(plan.monthly_usd)} USD a month{once}")
    text.append(f"; proved lower bound {money(plan.lower_bound_usd)}", "dim")
    if plan.kg_co2e_per_month is not None:
        text.append(f"; {plan.kg_co2e_per_month:,.0f} kg CO2e a month", "dim")
    days = sorted({allocation.price_as_of for allocation in plan.allocations})
    if days:
        until = f" to {days[-1]}" if days[-1] != days[0] else ""
        prices = "Prices without a day" if days[0] == UNDATED == days[-1] else f"Prices of {day_text(days[0])}{until}"
        of = "a list of shapes" if plan.catalog.as_of == UNDATED else f"catalog of {plan.catalog.as_of}"
        text.append(f"\n{prices}, {of}, planned for {plan.planned_on}", "dim")
    return text


def _listed(console: Console, title: str, items: Sequence[str]) -> None:
    if not items:
        return
    console.print()
    console.print(Text(title, "bold"))
    for item in items:
        if item.startswith(_COMMAND):
            # A command stays whole, however long, so that it can be copied.
            console.print(Text.assemble(("  $ ", "dim"), item), soft_wrap=True)
            continue
        grid = Table.grid(padding=(0, 1))
        grid.add_row("-", Text(item))
        console.print(grid)


def changes_text(before: Plan, after: Plan) -> str:
    """What moved against the lock and why; says so when nothing did."""
    if not after.changes:
        return "nothing moved against the lock"
    lines = [line for change in after.changes for line in _moved(change)]
    monthly, once = after.monthly_usd - before.monthly_usd, after.one_off_usd - before.one_off_usd
    total = f"  {monthly:+,.2f} USD a month" + (f", {once:+,.2f} USD once" if once else "")
    return "\n".join(["Moved against the lock", *lines, total])


def _moved(change: Change) -> Iterator[str]:
    yield f"  {change.owner}: {change.why}"
    for name in sorted(change.before.keys() | change.after.keys()):
        was, is_ = change.before.get(name, 0), change.after.get(name, 0)
        if was != is_:
            yield f"    {was} -> {is_} x {name}"
