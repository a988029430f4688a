"""Planning Apple builds: every Mac type's cheapest week, the cheapest of them, and the reasons against the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.money import HOURS_PER_MONTH
from fleet.planner.mac.demand import WEEK
from fleet.planner.mac.machines import MacMarket, MacOption, survey_macs
from fleet.planner.mac.notes import assumptions, comparison, next_steps
from fleet.planner.mac.playing import Percentiles
from fleet.planner.mac.refusals import conflicts, too_many
from fleet.planner.mac.week import MacWeek, Weeks, monthly
from fleet.planner.part import Part
from fleet.plans import Allocation, Lease, Rejection, Schedule, WaitMinutes
from fleet.spec import AppleBuilds, FleetSpec
from fleet.vocabulary import Reason

__all__ = ["MacChoice", "mac_choices", "plan_apple_builds"]

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MacChoice:
    """An option with its cheapest week, and what that costs a month."""

    option: MacOption
    week: MacWeek
    monthly_usd: Decimal
    bound_usd: Decimal

    @property
    def order(self) -> tuple[Decimal, Decimal, str, str]:
        """Cheapest first; where the week costs the same (no builds: nothing), by the hour, type and region."""
        return (self.monthly_usd, self.option.price.usd, self.option.kind.name, self.option.region)


def plan_apple_builds(spec: FleetSpec, workload: AppleBuilds, catalog: Catalog, *, today: date) -> Part:
    """The cheapest Mac hosts that build in time; for work that needs a Mac (`needs_mac`), else see `as_batch`."""
    market = survey_macs(spec, workload, catalog, today=today)
    weeks = Weeks(workload)
    choices = _worth_a_look(market, weeks)
    rejections = _rejections(workload, _with_quota(market, choices))
    if not choices:
        why = too_many(workload, market.options) if market.options else conflicts(spec, workload, catalog, market)
        return Part(status="infeasible", rejections=rejections, conflicts=why)
    best, week, waits = _best(choices, weeks)
    bound = min(choice.bound_usd for choice in choices)
    chips = [option.mac.chip for option in market.options]
    late = [_late(workload, waits)] if waits.p95 > workload.max_wait_minutes else []
    return Part(
        status="optimal" if bound >= monthly(best.price.usd, week.plan.host_hours) else "feasible",
        allocations=_allocations(workload, best, week),
        schedules=(_schedule(workload, best, week, waits),),
        monthly_bound_usd=bound,
        rejections=rejections,
        assumptions=(*assumptions(workload, best, chips), comparison(workload, best, week), *late),
        next_steps=tuple(next_steps(workload, week)),
        cleaned_hosts={(best.region, best.mac.quota_code): week.held - max(week.plan.leased)},
    )


def _worth_a_look(market: MacMarket, weeks: Weeks) -> tuple[MacChoice, ...]:
    """The choices that may be the cheapest: weeks are not sought for types whose work alone would cost more.

    Where a quota may leave a type without a week, that is found out all the same, since the plan tells it.
    """
    least = {id(option): monthly(option.price.usd, weeks.least_hours(option)) for option in market.options}
    found: list[MacChoice] = []
    for option in sorted(market.options, key=lambda option: least[id(option)]):
        if option.quota is not None or not found or least[id(option)] <= min(c.monthly_usd for c in found):
            found += mac_choices(replace(market, options=(option,)), weeks)
    choices = tuple(sorted(found, key=lambda choice: choice.order))
    if not choices:
        return ()
    best, week, _ = _best(choices, weeks)
    settled = monthly(best.price.usd, week.plan.host_hours)
    return choices if settled <= choices[0].monthly_usd else mac_choices(market, weeks)


def _best(choices: tuple[MacChoice, ...], weeks: Weeks) -> tuple[MacOption, MacWeek, Percentiles]:
    """The cheapest option whose week holds the waiting limit when it is played through."""
    found: list[tuple[Decimal, MacOption, MacWeek, Percentiles]] = []
    for choice in choices:
        if found and choice.monthly_usd >= min(cost for cost, *_ in found):
            break
        week, waits = weeks.settle(choice.option)
        found.append((monthly(choice.option.price.usd, week.plan.host_hours), choice.option, week, waits))
    return min(found, key=lambda item: item[0])[1:]


def mac_choices(market: MacMarket, weeks: Weeks) -> tuple[MacChoice, ...]:
    """Every option with its week, cheapest first; options whose quota allows none are left out."""
    found = []
    for option in market.options:
        week = weeks.solve(option)
        if week is not None:
            found.append(
                MacChoice(
                    option=option,
                    week=week,
                    monthly_usd=monthly(option.price.usd, week.plan.host_hours),
                    bound_usd=monthly(option.price.usd, week.plan.bound_hours),
                )
            )
    return tuple(sorted(found, key=lambda choice: choice.order))


def _with_quota(market: MacMarket, choices: tuple[MacChoice, ...]) -> Mapping[str, frozenset[Reason]]:
    chosen = {choice.option.kind.name for choice in choices}
    short: dict[str, frozenset[Reason]] = {
        option.kind.name: frozenset({"quota"})
        for option in market.options
        if option.kind.name not in chosen and option.quota is not None
    }
    return {**market.rejected, **short}


def _rejections(workload: AppleBuilds, rejected: Mapping[str, frozenset[Reason]]) -> tuple[Rejection, ...]:
    names: dict[Reason, list[str]] = {}
    for name, reasons in sorted(rejected.items()):
        for reason in sorted(reasons):
            names.setdefault(reason, []).append(name)
    return tuple(
        Rejection(workload=workload.name, reason=reason, count=len(found), examples=found[:_EXAMPLES])
        for reason, found in sorted(names.items())
    )


def _allocations(workload: AppleBuilds, option: MacOption, week: MacWeek) -> tuple[Allocation, ...]:
    """Hosts that stay, and hosts that are leased for part of the week: their peak, and the hours of one of them."""
    leased = [hosts - week.plan.always_on for hosts in week.plan.leased]
    peak = max(leased, default=0)
    parts = [(week.plan.always_on, week.plan.always_on * WEEK), (peak, sum(leased))]
    return tuple(
        Allocation(
            workloads=[workload.name],
            instance_type=option.kind.name,
            purchase="dedicated_host",
            region=option.region,
            zones=list(option.zones),
            count=count,
            unit_hourly_usd=option.price.usd,
            hours_per_month=round(host_hours / count * HOURS_PER_MONTH / WEEK, 6),
            monthly_usd=monthly(option.price.usd, host_hours),
            shares={workload.name: 1.0},
            price_as_of=option.price.as_of,
            price_source=option.price.source,
        )
        for count, host_hours in parts
        if count
    )


def _schedule(workload: AppleBuilds, option: MacOption, week: MacWeek, waits: Percentiles) -> Schedule:
    return Schedule(
        workload=workload.name,
        instance_type=option.kind.name,
        needed=list(week.needed),
        leased=list(week.plan.leased),
        always_on=week.plan.always_on,
        leases=[Lease(start_hour=start, hours=hours, count=count) for start, hours, count in week.plan.leases],
        wait_minutes=WaitMinutes(p50=waits.p50, p95=waits.p95, p99=waits.p99),
    )


def _late(workload: AppleBuilds, waits: Percentiles) -> str:
    return (
        f"{workload.name}: played through, {waits.late_percent:.1f} % of builds wait longer than "
        f"{workload.max_wait_minutes:g} minutes (p95 {waits.p95:g}); raise min_hosts for more"
    )
