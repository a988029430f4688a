"""An explanation for a terminal: the choice, the next best with what they cost, the rejections by reason."""

from collections.abc import Sequence
from decimal import Decimal
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet.planner.accelerators import Judgement
from fleet.planner.explanation import Explanation, Verdict
from fleet.plans.model import Plan
from fleet.report.amounts import money, trimmed
from fleet.report.reasons import MEANING

_SHOWN = 12


def explanation_text(
    found: Explanation,
    plan: Plan | None,
    *,
    families: Sequence[Judgement] = (),
    width: int = 80,
    colour: bool = False,
    everything: bool = False,
) -> str:
    """The explanation as text of at most `width` columns; `families` are shown side by side.

    `everything` lists every alternative, not only the cheapest.
    """
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, 60),
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        highlight=False,
    )
    if found.about is not None:
        _about(console, found.about)
        return trimmed(out.getvalue())
    console.print(Text(found.workload, "bold"))
    _chosen(console, found, plan)
    if found.alternatives:
        shown = found.alternatives if everything else found.alternatives[:_SHOWN]
        regions = {verdict.region for verdict in shown}
        where = f" in {min(filter(None, regions))}" if len(regions) == 1 and None not in regions else ""
        head = f"\nInstead, each alone{where} ({len(found.alternatives)} types fit, cheapest first)"
        console.print(Text(head, "bold"))
        console.print(_table(shown, shows_region=not where))
        if len(shown) < len(found.alternatives):
            console.print(Text(f"and {len(found.alternatives) - len(shown)} dearer ones: --verbose", "dim"))
    if found.binding:
        console.print(Text("\nLimits that cost something, at the price of part instances", "bold"))
        for item in found.binding:
            console.print(Text(f"  {item.step} saves {item.hourly_usd:,.4f} USD an hour"))
    if families:
        console.print(Text("\nFamilies of accelerators side by side, each alone", "bold"))
        able = [item for item in families if item.eligible]
        console.print(_families(able) if able else "no family can do it")
        console.print()
        console.print(_families_out([item for item in families if not item.eligible]))
    if found.rejections:
        console.print(Text("\nTurned down", "bold"))
        grid = Table.grid(padding=(0, 2))
        for rejection in found.rejections:
            more = " ..." if rejection.count > len(rejection.examples) else ""
            grid.add_row(rejection.reason, str(rejection.count), Text(", ".join(rejection.examples) + more, "dim"))
        console.print(grid)
    return trimmed(out.getvalue())


def _about(console: Console, verdict: Verdict) -> None:
    state = "chosen" if verdict.chosen else "eligible" if verdict.eligible else "not possible"
    console.print(Text.assemble((verdict.name, "bold"), ": ", (state, "green" if verdict.eligible else "red")))
    if not _is_codes_only(verdict):
        console.print(Text(verdict.message))
    grid = Table.grid(padding=(0, 2))
    for reason in verdict.reasons:
        grid.add_row(Text(f"- {reason}", "red"), Text(MEANING[reason]))
    console.print(grid)


def _is_codes_only(verdict: Verdict) -> bool:
    """True where the message repeats the codes, which follow with their meaning."""
    said = verdict.message.rpartition(": ")[2].split(", ")
    return bool(verdict.reasons) and set(said) <= set(MEANING)


def _chosen(console: Console, found: Explanation, plan: Plan | None) -> None:
    allocations = plan.of(found.workload) if plan is not None else []
    if not allocations and plan is not None:
        console.print("nothing is chosen: no work is asked for")
    elif not allocations:
        console.print(Text("nothing is chosen: no fleet is possible, see 'fleet plan'", "red"))
    for item in allocations:
        cost = (
            f"{money(item.job_usd)} USD once" if item.job_usd is not None else f"{money(item.monthly_usd)} USD a month"
        )
        shared = f" (shared; {item.shares[found.workload]:.0%} of it)" if len(item.workloads) > 1 else ""
        how = item.purchase.replace("_", " ")
        console.print(f"  {item.count} x {item.instance_type} {how} in {item.region}: {cost}{shared}")
    for schedule in plan.schedules if plan is not None else []:
        if schedule.workload == found.workload:
            console.print(_week(schedule.needed, schedule.leased))


def _table(verdicts: tuple[Verdict, ...], *, shows_region: bool) -> Table:
    """A row a type; the region is left out where the title says it for all."""
    is_job = all(verdict.job_usd is not None for verdict in verdicts)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("type", no_wrap=True)
    table.add_column("count", justify="right", no_wrap=True)
    table.add_column("purchase", no_wrap=True)
    if shows_region:
        table.add_column("region", no_wrap=True)
    table.add_column("USD an hour", justify="right", no_wrap=True)
    table.add_column("USD once" if is_job else "USD a month", justify="right", no_wrap=True)
    for verdict in verdicts:
        once = verdict.job_usd is not None
        cost = money(verdict.job_usd if verdict.job_usd is not None else verdict.monthly_usd or Decimal(0))
        table.add_row(
            verdict.name,
            "" if verdict.count is None else str(verdict.count),
            (verdict.purchase or "").replace("_", " "),
            *([verdict.region or ""] if shows_region else []),
            "" if verdict.hourly_usd is None else f"{verdict.hourly_usd:,.4f}",
            f"{cost} once" if once and not is_job else cost,
        )
    return table


def _families(judgements: Sequence[Judgement]) -> Table:
    """A row a family of accelerators that can do it, by its cheapest type; what is not known shows as unknown."""
    is_job = any(item.job_usd is not None for item in judgements)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("cheapest of each", overflow="fold")
    table.add_column("count", justify="right", no_wrap=True)
    table.add_column("purchase")
    table.add_column("USD an hour", justify="right")
    table.add_column("USD once" if is_job else "USD a month", justify="right", no_wrap=True)
    if is_job:
        table.add_column("USD a PFLOP-day", justify="right")
    table.add_column("kWh" if is_job else "kWh a month", justify="right")
    for item in judgements:
        cost = item.job_usd if item.job_usd is not None else item.monthly_usd
        unit = [_known(item.usd_per_pflop_day, "{:,.2f}")] if is_job else []
        table.add_row(
            Text(item.instance_type or item.name),
            f"{item.count}",
            (item.purchase or "").replace("_", " "),
            _known(item.hourly_usd, "{:,.2f}"),
            _known(cost, "{:,.2f}"),
            *unit,
            _known(item.energy_kwh, "{:,.0f}"),
        )
    return table


def _known(value: Decimal | float | None, form: str) -> str:
    return "unknown" if value is None else form.format(value)


def _families_out(judgements: Sequence[Judgement]) -> Table:
    """Every other family, those with the same reasons in one row."""
    by_reasons: dict[tuple[str, ...], list[str]] = {}
    for item in judgements:
        by_reasons.setdefault(item.reasons, []).append(item.name)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("families that are out")
    table.add_column("why")
    for reasons, names in sorted(by_reasons.items(), key=lambda pair: (len(pair[0]), pair[0])):
        table.add_row(Text(", ".join(names)), Text(", ".join(reasons)))
    return table


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = 24


def _week(needed: list[int], leased: list[int]) -> Text:
    """Hosts leased against hosts needed, hour by hour: a line a day, a digit an hour (`+` from 10)."""
    text = Text("\nHosts by hour of the week: needed over leased\n", "bold")
    text.append("     0     6     12    18\n", "dim")
    for day, name in enumerate(_DAYS):
        hours = slice(day * _HOURS, (day + 1) * _HOURS)
        text.append(f"{name}  {_digits(needed[hours])}  needed\n", "default")
        text.append(f"     {_digits(leased[hours])}  leased\n", "dim")
    return text


def _digits(counts: list[int]) -> str:
    return "".join("." if count == 0 else str(count) if count < 10 else "+" for count in counts)  # noqa: PLR2004  (one character)
