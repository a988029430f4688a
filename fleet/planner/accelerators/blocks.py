"""The rules of Capacity Blocks for ML: which lengths are sold, when they may start, how many instances they hold.

Source: the EC2 user guide, "Capacity Blocks for ML" (read 2026-10). A block is paid in full when it is bought, at one
price whatever its length, and cannot be cancelled, moved, split or resized.
"""

from dataclasses import dataclass
from datetime import date, timedelta

MAX_INSTANCES = 64
"""Instances in one block. Several blocks are placed apart, so a job that talks between its nodes takes one."""

LENGTHS_DAYS = (*range(1, 15), *range(21, 183, 7))
"""Lengths that are sold: 1 to 14 days, then whole weeks up to 182 days."""

WINDOW = timedelta(weeks=8)
"""How far ahead a block may start."""

END_HOUR_UTC = "11:30"
"""Time of day at which every block ends."""

LOST_AT_END_HOURS = 0.5
"""EC2 begins to terminate the instances 30 minutes before the block ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingDays:
    """Days on which the block of a job can be bought: offers appear eight weeks ahead and end with the start."""

    start: date
    first: date
    last: date


def shortest_block(days: float) -> int | None:
    """The shortest length in days that covers a run of so many days; None when no block is that long."""
    return next((length for length in LENGTHS_DAYS if length >= days), None)


def lengths_worth_trying(days: float) -> tuple[int, ...]:
    """Lengths for a job that ends earlier with more instances: all that end in time, and the shortest that covers.

    A longer block than the covering one only adds idle days.
    """
    covering = shortest_block(days)
    inside = tuple(length for length in LENGTHS_DAYS if length < days)
    return inside if covering is None else (*inside, covering)


def useful_hours(length_days: int, deadline_days: float) -> float:
    """Hours of work in a block before EC2 terminates the instances or the deadline passes."""
    return min(length_days * 24 - LOST_AT_END_HOURS, deadline_days * 24)


def buying_days(start: date | None, today: date) -> BuyingDays | None:
    """When the block of a job can be bought; None when its start is past or more than eight weeks ahead."""
    begin = start or today
    if not today <= begin <= today + WINDOW:
        return None
    return BuyingDays(start=begin, first=max(today, begin - WINDOW), last=begin)
