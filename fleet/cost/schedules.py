"""Scheduled scaling: the average capacity of a group whose actions recur, over a year of minutes.

Recurrences are Auto Scaling's cron expressions (minute, hour, day of month, month, day of week). A time zone shifts the
hours of a week but not their number, so that it does not change an average.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from fleet.cost.properties import effective, number, text
from fleet.interval import Interval
from fleet.stack.model import Resource, Unknown

__all__ = ["Action", "average_capacity", "largest_capacity", "read_actions", "shortest_step_hours"]

_DAY = 24 * 60
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 7, _DAYS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a scheduled action sets at each of its times; None leaves a size as it is."""

    recurrence: str
    desired: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None


def read_actions(schedules: Sequence[Resource]) -> tuple[Action, ...] | Unknown:
    """Recurring actions, those at one time only left out; UNKNOWN when one of them is not known."""
    actions = []
    for schedule in schedules:
        values = effective(schedule)
        recurrence = text(values, "recurrence")
        sizes = [number(values, key) for key in ("desiredCapacity", "minSize", "maxSize")]
        if isinstance(recurrence, Unknown):
            return recurrence
        unknown = next((size for size in sizes if isinstance(size, Unknown)), None)
        if unknown is not None:
            return unknown
        if recurrence is not None:
            # The provider writes -1 for "leave as it is".
            kept = [size if isinstance(size, Decimal) and size >= 0 else None for size in sizes]
            action = Action(recurrence=recurrence, desired=kept[0], minimum=kept[1], maximum=kept[2])
            actions.append(action)
    return tuple(actions)


def average_capacity(
    desired: Interval, minimum: Interval, maximum: Interval, schedules: Sequence[Resource], today: date
) -> Interval:
    """Average capacity over the year of `today`; the desired one without recurring actions."""
    actions = read_actions(schedules)
    if isinstance(actions, Unknown):
        return Interval(Decimal(0), maximum.max)
    if not actions:
        return desired
    steps = _steps(actions, today.year)
    if steps is None:
        return Interval(Decimal(0), maximum.max)
    if not (desired.is_exact and minimum.is_exact and maximum.is_exact):
        low = _average(actions, steps, (desired.min, minimum.min, maximum.min))
        ends = [end.max for end in (desired, minimum, maximum)]
        known = [end for end in ends if end is not None]
        high = _average(actions, steps, (known[0], known[1], known[2])) if len(known) == len(ends) else None
        return Interval(low, high)
    return Interval.exactly(_average(actions, steps, (desired.min, minimum.min, maximum.min)))


def largest_capacity(maximum: Interval, schedules: Sequence[Resource]) -> Interval:
    """Where scaling ends at any time: the group's maximum size, or what an action raises it to."""
    for schedule in schedules:
        size = number(effective(schedule), "maxSize")
        if isinstance(size, Unknown):
            return Interval(maximum.min, None)
        if size is not None and maximum.max is not None:
            maximum = Interval(max(maximum.min, size), max(maximum.max, size))
    return maximum


def _average(
    actions: Sequence[Action], steps: Sequence[tuple[int, int]], start: tuple[Decimal, Decimal, Decimal]
) -> Decimal:
    """Average of the desired capacity over the cycle of steps (minute of the year, index of the action)."""
    desired, minimum, maximum = start
    length = 365 * _DAY
    total = Decimal(0)
    # The first round ends in the state in which every later one begins.
    for _ in range(2):
        total = Decimal(0)
        before = 0
        for minute, index in steps:
            total += desired * (minute - before)
            before = minute
            desired, minimum, maximum = _applied(actions[index], desired, minimum, maximum)
        total += desired * (length - before)
    return total / length


def _applied(action: Action, desired: Decimal, minimum: Decimal, maximum: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    minimum = minimum if action.minimum is None else action.minimum
    maximum = maximum if action.maximum is None else action.maximum
    wanted = desired if action.desired is None else action.desired
    return min(max(wanted, minimum), maximum), minimum, maximum


def shortest_step_hours(actions: Sequence[Action], today: date) -> Decimal | None:
    """Shortest time from an action that raises the capacity to the next that lowers it; None when there is none."""
    steps, after = (_steps(tuple(actions), year) for year in (today.year, today.year + 1))
    if not steps or not after:
        return None
    # The year after goes on with its own weekdays: a year is no whole number of weeks.
    length = (date(today.year + 1, 1, 1) - date(today.year, 1, 1)).days * _DAY
    shortest: int | None = None
    raised: int | None = None
    level: Decimal | None = None
    for minute, index in (*steps, *((minute + length, index) for minute, index in after)):
        wanted = actions[index].desired
        wanted = actions[index].minimum if wanted is None else wanted
        if wanted is None:
            continue
        if level is not None and wanted > level:
            raised = minute
        if level is not None and wanted < level and raised is not None:
            shortest = minute - raised if shortest is None else min(shortest, minute - raised)
            raised = None
        level = wanted
    return None if shortest is None else Decimal(shortest) / 60


def _steps(actions: Sequence[Action], year: int) -> tuple[tuple[int, int], ...] | None:
    """All times of all actions in a year of 365 days, in order; None when a recurrence cannot be read."""
    found: list[tuple[int, int]] = []
    for index, action in enumerate(actions):
        minutes = _minutes(action.recurrence, year)
        if minutes is None:
            return None
        found += [(minute, index) for minute in minutes]
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def _minutes(recurrence: str, year: int) -> tuple[int, ...] | None:
    """Minutes of the year at which a cron expression fires; None when it cannot be read."""
    fields = recurrence.split()
    if len(fields) != len(_FIELDS):
        return None
    sets = [_values(field, *limits) for field, limits in zip(fields, _FIELDS, strict=True)]
    if any(found is None for found in sets):
        return None
    minutes, hours, days, months, weekdays = (found or frozenset() for found in sets)
    times = [hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes)]
    weekdays = frozenset(day % 7 for day in weekdays)
    either = fields[2] != "*" and fields[4] != "*"
    fired = []
    first = date(year, 1, 1)
    for offset in range(365):
        day = first + timedelta(days=offset)
        by_day, by_weekday = day.day in days, day.isoweekday() % 7 in weekdays
        if day.month in months and (by_day or by_weekday if either else by_day and by_weekday):
            fired += [offset * _DAY + time for time in times]
    return tuple(fired)


def _values(field: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int] | None:
    """Values of one field: numbers, names, lists, ranges, steps."""
    found: set[int] = set()
    for part in field.lower().split(","):
        body, _, step = part.partition("/")
        ends = _range(body, low, high, names)
        if ends is None or (step and not (step.isascii() and step.isdigit() and int(step))):
            return None
        last = high if step and "-" not in body and body != "*" else ends[1]
        found.update(range(ends[0], last + 1, int(step) if step else 1))
    return frozenset(found)


def _range(body: str, low: int, high: int, names: tuple[str, ...]) -> tuple[int, int] | None:
    if body == "*":
        return low, high
    first, _, last = body.partition("-")
    ends = [_one(word, low, names) for word in (first, last or first)]
    if ends[0] is None or ends[1] is None or not low <= ends[0] <= ends[1] <= high:
        return None
    return ends[0], ends[1]


def _one(word: str, low: int, names: tuple[str, ...]) -> int | None:
    if word in names:
        return names.index(word) + low
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 2 else None  # noqa: PLR2004  (cron's digits)
