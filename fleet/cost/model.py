"""What a stack costs: lines, priced resources and totals, as intervals where an amount is not known exactly."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fleet.interval import Interval
from fleet.money import Usd
from fleet.stack.model import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One charge: quantity x unit price, with the price's date and source."""

    what: str
    quantity: float
    unit: str
    unit_usd: Usd
    monthly_usd: Usd
    as_of: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedResource:
    """A resource with its price, or the reason why it has none."""

    urn: str
    type: str
    name: str
    operation: str
    region: str | None = None
    architecture: str | None = None
    instance_types: list[str] = field(default_factory=list)
    count: Interval | None = None
    purchase: str | None = None
    monthly_usd: Interval | None = None
    previous_monthly_usd: Interval | None = None
    monthly_usd_at_max_scale: Interval | None = None
    unpriced_reason: str | None = None
    priced_inputs: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    kg_co2e_per_month: Interval | None = None
    """Idle to busy; None where no figure is known or nothing runs."""
    parent: str | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Totals over all priced resources."""

    monthly_usd: Interval
    monthly_usd_at_max_scale: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """So many resources of a type that have no price, and why."""

    type: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a stack costs: an entry for each resource, charges by use (named, without amount), what has no price."""

    cost: Cost
    kg_co2e_per_month: Interval | None
    resources: list[PricedResource]
    by_use: list[str]
    unpriced: list[Unpriced]
