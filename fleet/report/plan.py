"""A plan for a terminal: what was chosen, what it costs, how good it is proved to be, what to do next."""

from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet.plans.model import Allocation, Plan
from fleet.report.amounts import money, trimmed

_WIDE = 100
_MOST_ASSUMPTIONS = 10
_MOST_STEPS = 12


def plan_text(plan: Plan, *, width: int = 80, colour: bool = False) -> str:
    """The plan as text of at most `width` columns."""
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
        console.print(_table(plan, width))
        console.print(_totals(plan))
    for conflict in plan.conflicts:
        console.print(Text(f"✗ {conflict.constraint}: needs {conflict.needed}, allowed {conflict.allowed}", "red"))
        console.print(Text(f"  {conflict.hint}"))
    for schedule in plan.schedules:
        console.print(
            f"{schedule.workload}: {schedule.always_on} hosts always on, {max(schedule.leased)} at most; "
            f"builds wait {schedule.wait_minutes.p95:g} minutes at p95"
        )
    _listed(console, "Assumed", plan.assumptions, _MOST_ASSUMPTIONS)
    _listed(console, "Next", plan.next_steps, _MOST_STEPS)
    return trimmed(out.getvalue())


def claim(plan: Plan) -> str:
    """How good the plan is proved to be, in a few words."""
    if plan.status == "infeasible":
        return "no fleet is possible"
    seconds = f", solved in {plan.solve_seconds:.2f} s" if plan.solve_seconds is not None else ""
    if plan.status == "optimal":
        return f"proved optimal (gap {plan.gap_percent:.2f} %{seconds})"
    word = "time limit reached" if plan.status == "timed_out" else "feasible"
    return f"{word}: at most {plan.gap_percent:.2f} % above the proved lower bound{seconds}"


def _table(plan: Plan, width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, width=min(max(width, 60), 140), show_edge=False)
    table.add_column("workload", ratio=1)
    table.add_column("instances", no_wrap=True)
    table.add_column("purchase", no_wrap=True)
    if width >= _WIDE:
        table.add_column("zones", no_wrap=True)
        table.add_column("USD an hour", justify="right", no_wrap=True)
    table.add_column("USD a month", justify="right", no_wrap=True)
    owner = ""
    for allocation in plan.allocations:
        names = ", ".join(allocation.workloads)
        # The same owner is named once, on its first line.
        before, owner = owner, f"{allocation.cluster}: {names}" if allocation.cluster else names
        row = [
            owner if owner != before else "",
            f"{allocation.count} x {allocation.instance_type}",
            allocation.purchase.replace("_", " "),
        ]
        if width >= _WIDE:
            row += [_zones(allocation), f"{allocation.unit_hourly_usd:,.4f}"]
        table.add_row(*row, _amount(allocation))
    return table


def _zones(allocation: Allocation) -> str:
    if not allocation.zones:
        return allocation.region
    return f"{allocation.region} " + "".join(zone.removeprefix(allocation.region) for zone in allocation.zones)


def _amount(allocation: Allocation) -> str:
    if allocation.job_usd is not None:
        return f"{money(allocation.job_usd)} once"
    return money(allocation.monthly_usd)


def _totals(plan: Plan) -> Text:
    once = f" and {money(plan.one_off_usd)} USD once" if plan.one_off_usd else ""
    text = Text.assemble(("Total  ", "bold"), f"{money(plan.monthly_usd)} USD a month{once}")
    text.append(f"; proved lower bound {money(plan.lower_bound_usd)}", "dim")
    if plan.kg_co2e_per_month is not None:
        text.append(f"; {plan.kg_co2e_per_month:,.0f} kg CO2e a month", "dim")
    days = sorted({allocation.price_as_of for allocation in plan.allocations})
    if days:
        text.append(f"\nPrices of {days[0]}" + (f" to {days[-1]}" if days[-1] != days[0] else ""), "dim")
        text.append(f", catalog of {plan.catalog.as_of}, planned for {plan.planned_on}", "dim")
    return text


def _listed(console: Console, title: str, items: Sequence[str], most: int) -> None:
    if not items:
        return
    console.print(Text(title, "bold"))
    for item in items[:most]:
        grid = Table.grid(padding=(0, 1))
        grid.add_row("-", Text(item))
        console.print(grid)
    if len(items) > most:
        console.print(Text(f"and {len(items) - most} more: fleet plan --json", "dim"))


def changes_text(before: Plan, after: Plan) -> str:
    """What moved between two plans, a line each; says so when nothing did."""
    lines = list(_changes(_counts(before), _counts(after)))
    if not lines:
        return "nothing moved against the lock"
    change = after.monthly_usd - before.monthly_usd
    return "\n".join(["Moved against the lock", *lines, f"  {change:+,.2f} USD a month"])


def _counts(plan: Plan) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for allocation in plan.allocations:
        owner = allocation.cluster or ", ".join(allocation.workloads)
        counts[owner, allocation.instance_type, allocation.purchase] += allocation.count
    return counts


def _changes(before: Counter[tuple[str, str, str]], after: Counter[tuple[str, str, str]]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if before[key] != after[key]:
            owner, type_, purchase = key
            yield f"  {owner}: {before[key]} -> {after[key]} x {type_} {purchase.replace('_', ' ')}"
