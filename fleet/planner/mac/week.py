"""The week of one Mac option: hosts needed, hosts leased, how long builds wait, and what it costs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from fleet.money import HOURS_PER_MONTH
from fleet.planner.mac.demand import WEEK, hourly_builds
from fleet.planner.mac.leases import LeasePlan, Terms, cover, held_hosts, least_hours, plan_leases, tidy_leases
from fleet.planner.mac.machines import MacOption
from fleet.planner.mac.playing import Hosts, Percentiles, percentiles
from fleet.planner.mac.waiting import Needs
from fleet.spec import AppleBuilds

__all__ = ["MOST_HOSTS", "SCRUB_HOURS", "MacWeek", "Weeks", "monthly", "needed_hosts", "waits_of"]

MOST_HOSTS = 10_000
"""A larger fleet is refused: no account may hold so many Macs."""

SCRUB_HOURS = {"arm64_mac": 4.5, "x86_64_mac": 50 / 60}
"""Longest time that AWS cleans a host after its instance ends (EC2 user guide): not billed, yet the host counts."""

_LATE_SHARES = (0.05, 0.03, 0.01)
"""What is tried in turn until the week that is leased holds the limit at the 95th percentile."""
_REMEMBERED = 64
_MICRO = Decimal("0.000001")

_Key = tuple[int, float, str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MacWeek:
    """A solved week; `able` are hosts that must be able to start builds, `needed` those that must be leased for it."""

    able: tuple[int, ...]
    needed: tuple[int, ...]
    plan: LeasePlan
    held: int
    """Most hosts that count against the quota at one time."""


class Weeks:
    """Solves weeks of options, each kind of week once: options of equal speed and machines share theirs."""

    def __init__(self, workload: AppleBuilds, rates: Sequence[float] | None = None) -> None:
        self.workload = workload
        self.rates = tuple(rates) if rates is not None else hourly_builds(workload)
        self._solved: dict[tuple[_Key, float], MacWeek | None] = {}

    def solve(self, option: MacOption, *, late_share: float = _LATE_SHARES[0]) -> MacWeek | None:
        """The cheapest week of an option; None when the quota (or MOST_HOSTS) allows none."""
        key = ((option.slots, option.minutes, option.kind.architecture, option.quota), late_share)
        if key not in self._solved:
            self._solved[key] = self._week(option, late_share)
        return self._solved[key]

    def settle(self, option: MacOption) -> tuple[MacWeek, Percentiles]:
        """The week of an option (which `solve` found one for) that holds the waiting limit when it is played through.

        The last one that could be made, where none does.
        """
        week = self.solve(option)
        assert week is not None, "only options with a week are settled"
        waits = waits_of(self.workload, option, week.plan, self.rates)
        for share in _LATE_SHARES[1:]:
            if waits.p95 <= self.workload.max_wait_minutes:
                break
            better = self.solve(option, late_share=share)
            if better is None:
                break
            week, waits = better, waits_of(self.workload, option, better.plan, self.rates)
        return week, waits

    def least_hours(self, option: MacOption) -> float:
        """Host-hours of a week below which the hosts of an option cannot do the work, however it is spread."""
        work = sum(self.rates) * option.minutes / 60 / option.slots
        return max(work, float(self.terms(option).always_on * WEEK))

    def terms(self, option: MacOption, *, most_hosts: int | None = None) -> Terms:
        """What leases of an option are bound to."""
        return Terms(
            ready_hours=math.ceil(self.workload.ready_minutes / 60),
            drain_hours=math.ceil(option.minutes / 60),
            scrub_hours=math.ceil(SCRUB_HOURS[option.kind.architecture]),
            always_on=max(self.workload.min_hosts, self.workload.min_nodes),
            most_hosts=most_hosts,
        )

    def _week(self, option: MacOption, share: float) -> MacWeek | None:
        """The cheapest to lease of the weeks that hold the limit."""
        terms = self.terms(option)
        if terms.always_on > MOST_HOSTS:
            return None
        limit = self.workload.max_wait_minutes
        weeks = _in_time(self.rates, option.minutes, option.slots, limit, share)
        best: MacWeek | None = None
        for able in sorted(weeks, key=lambda able: _least_hours(able, _without_quota(terms))):
            week = self._leased(option, able, below=best.plan.host_hours if best else math.inf)
            best = week or best
        return best

    def _leased(self, option: MacOption, able: tuple[int, ...], *, below: float) -> MacWeek | None:
        """The leases of hosts that are needed, where they take fewer host-hours than another week does."""
        terms = self.terms(option)
        if _least_hours(able, _without_quota(terms)) > below - 1:
            return None
        covered = _cover(able, _without_quota(terms))
        if covered is None or covered.host_hours >= below:
            return None
        found = _tidy(able, _without_quota(terms), covered)
        if found is not None and option.quota is not None and held_hosts(found, terms) > option.quota:
            found = _leases(able, self.terms(option, most_hosts=option.quota))
        if found is None or found.host_hours >= below:
            return None
        return MacWeek(able=able, needed=needed_hosts(able, terms), plan=found, held=held_hosts(found, terms))


def _without_quota(terms: Terms) -> Terms:
    """Terms of which only the quota knows how long hosts are cleaned: the same for Apple silicon and Intel."""
    return replace(terms, scrub_hours=0)


# Plans under other limits (which of them clash, what each costs) ask for the same weeks again and again.


@lru_cache(maxsize=_REMEMBERED)
def _in_time(
    rates: tuple[float, ...], minutes: float, slots: int, max_wait_minutes: float, late_share: float
) -> tuple[tuple[int, ...], ...]:
    """Of all weeks that hold the limit some with the lowest peak: leases of a day make the peak the price."""
    work = sum(rates) * minutes / 60 / slots
    if work > MOST_HOSTS * len(rates):
        return ()
    needs = Needs(rates, minutes, slots, max_wait_minutes, late_share=late_share)
    fewest = needs.fewest()
    return needs.weeks(fewest) if fewest <= MOST_HOSTS else ()


_least_hours = lru_cache(maxsize=_REMEMBERED)(least_hours)
_cover = lru_cache(maxsize=_REMEMBERED)(cover)
_tidy = lru_cache(maxsize=_REMEMBERED)(tidy_leases)
_leases = lru_cache(maxsize=_REMEMBERED)(plan_leases)


@lru_cache(maxsize=_REMEMBERED)
def _played(
    rates: tuple[float, ...], minutes: float, slots: int, plan: LeasePlan, ready_minutes: float, max_wait_minutes: float
) -> Percentiles:
    hosts = Hosts(always_on=plan.always_on, leases=plan.leases, slots=slots, ready_minutes=ready_minutes)
    return percentiles(rates, minutes, hosts, max_wait_minutes)


def needed_hosts(able: Sequence[int], terms: Terms) -> tuple[int, ...]:
    """Hosts that must be leased in each hour so that enough can start builds then, shortly before and shortly after.

    A host that is to start builds in an hour is leased while it gets ready, and until its last build is done.
    """
    hours = len(able)
    return tuple(
        max(terms.always_on, *(able[(hour + off) % hours] for off in range(-terms.drain_hours, terms.ready_hours + 1)))
        for hour in range(hours)
    )


def waits_of(workload: AppleBuilds, option: MacOption, plan: LeasePlan, rates: Sequence[float]) -> Percentiles:
    """How long builds wait with the leases of a plan, start-up counted."""
    return _played(tuple(rates), option.minutes, option.slots, plan, workload.ready_minutes, workload.max_wait_minutes)


def monthly(usd_per_hour: Decimal, host_hours: float) -> Decimal:
    """USD a month of so many host-hours a week."""
    hours = Decimal(str(host_hours)) * HOURS_PER_MONTH / WEEK
    return (usd_per_hour * hours).quantize(_MICRO)
