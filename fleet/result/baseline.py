"""The result of the base branch, to compare with: what the change of inputs costs, apart from a change of prices."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from fleet.cost.model import PricedResource
from fleet.errors import ConfigError
from fleet.interval import Interval
from fleet.money import usd

__all__ = ["Baseline", "BaselineResource", "Increase", "increase_over", "parse_baseline", "read_baseline"]

_ZERO = Decimal(0)
_AGAIN = "write it anew with 'fleet preview --save-baseline FILE' on the base branch"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineResource:
    """What a resource cost: the interval, and the quantity and unit price of each charge by name."""

    monthly_usd: Interval | None
    region: str | None = None
    lines: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The resources of a stored result, by URN."""

    resources: Mapping[str, BaselineResource]


@dataclass(frozen=True, slots=True, kw_only=True)
class Increase:
    """What the change of inputs costs a month at most (None: unbounded), at today's prices, and over what base."""

    usd: Decimal | None
    base_usd: Decimal
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    prices_usd: Decimal = _ZERO
    """What the change of prices alone adds to the base; never part of `usd`."""

    @property
    def percent(self) -> Decimal | None:
        """Increase in per cent of the base; None when it is unbounded, or the base is zero and there is an increase."""
        if self.usd is None:
            return None
        if self.base_usd == 0:
            return _ZERO if self.usd <= 0 else None
        return self.usd / self.base_usd * 100


def read_baseline(path: Path) -> Baseline:
    """A stored result (`fleet preview --save-baseline`). ConfigError when it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"cannot read the baseline {path}: {error}; {_AGAIN}") from error
    return parse_baseline(content, str(path))


def parse_baseline(content: Any, source: str) -> Baseline:
    """A baseline from the JSON of a result."""
    if not isinstance(content, Mapping) or not isinstance(content.get("resources"), list):
        raise ConfigError(f"{source} is not the JSON of a result: it has no list of resources; {_AGAIN}")
    found: dict[str, BaselineResource] = {}
    for entry in content["resources"]:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("urn"), str):
            raise ConfigError(f"{source}: a resource has no URN; {_AGAIN}")
        found[entry["urn"]] = _resource(entry, f"{source}: {entry['urn']}")
    return Baseline(resources=found)


def _resource(entry: Mapping[str, Any], where: str) -> BaselineResource:
    lines: dict[str, tuple[Decimal, Decimal]] = {}
    for line in entry.get("lines") or ():
        if not isinstance(line, Mapping):
            raise ConfigError(f"{where}: a line is no object; {_AGAIN}")
        quantity, unit = _amount(line.get("quantity"), where), _amount(line.get("unit_usd"), where)
        before = lines.get(str(line.get("what")), (_ZERO, unit))
        lines[str(line.get("what"))] = (before[0] + quantity, unit)
    return BaselineResource(
        monthly_usd=_interval(entry.get("monthly_usd"), where), region=entry.get("region"), lines=lines
    )


def _interval(value: Any, where: str) -> Interval | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or "min" not in value or "max" not in value:
        raise ConfigError(f"{where}: monthly_usd is no interval with min and max; {_AGAIN}")
    top = value["max"]
    return Interval(_amount(value["min"], where), None if top is None else _amount(top, where))


def _amount(value: Any, where: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"{where}: {value!r} is no amount; {_AGAIN}")
    return usd(value)


def increase_over(baseline: Baseline, resources: Iterable[PricedResource]) -> Increase:
    """What changed since a baseline: new, changed and removed resources, the base valued at today's prices."""
    now = {r.urn: r for r in resources}
    prices = {(r.region, line.what): line.unit_usd for r in now.values() for line in r.lines}
    base_usd = prices_usd = _ZERO
    steps: dict[str, Decimal | None] = {}
    removed = []
    for urn, old in sorted(baseline.resources.items()):
        effect = _effect_of_prices(old, prices)
        prices_usd += effect
        if old.monthly_usd is None:
            continue
        base_usd += (old.monthly_usd.min if old.monthly_usd.max is None else old.monthly_usd.max) + effect
        if urn not in now:
            removed.append(urn)
            steps[urn] = -(old.monthly_usd.min + effect)
    for urn, resource in sorted(now.items()):
        before = baseline.resources.get(urn, BaselineResource(monthly_usd=Interval(_ZERO, _ZERO)))
        # What has no price now is neither a saving nor an increase: it is listed as unpriced.
        if resource.monthly_usd is not None:
            steps[urn] = _step(before, resource.monthly_usd, _effect_of_prices(before, prices))
    moved = [urn for urn, step in steps.items() if step is None or abs(step) >= _CENT]
    return Increase(
        usd=_sum(steps.values()),
        base_usd=base_usd,
        new=tuple(urn for urn in moved if urn not in baseline.resources),
        changed=tuple(urn for urn in moved if urn in baseline.resources and urn in now),
        removed=tuple(removed),
        prices_usd=prices_usd,
    )


def _effect_of_prices(old: BaselineResource, prices: Mapping[tuple[str | None, str], Decimal]) -> Decimal:
    """What the same quantities cost more at the prices of now."""
    lines = old.lines.items()
    return sum(((prices.get((old.region, what), unit) - unit) * amount for what, (amount, unit) in lines), _ZERO)


def _sum(steps: Iterable[Decimal | None]) -> Decimal | None:
    total = _ZERO
    for step in steps:
        if step is None:
            return None
        total += step
    return total


_CENT = Decimal("0.01")


def _step(old: BaselineResource, now: Interval, effect: Decimal) -> Decimal | None:
    """Increase of one resource without the change of prices; what is as uncertain as before compares by its minimum."""
    before = old.monthly_usd
    if before is None:
        return now.max
    if now.max is None:
        return now.min - before.min - effect if before.max is None else None
    return now.max - (before.min if before.max is None else before.max) - effect
