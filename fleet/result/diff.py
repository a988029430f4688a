"""What changed between two results, resource by resource, in money, capacity, carbon and findings.

Money is taken apart into three columns, and each adds up over the resources to its total:

- prices: the old quantities at the new prices, less the old quantities at the old prices;
- inputs: what the change of quantities and types costs at the new prices;
- coverage: amounts of resources whose price was not known before, or is not known any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from fleet.cost.model import PricedResource
from fleet.interval import ZERO, Interval
from fleet.money import Usd
from fleet.result.changes import NO_CHANGE, Change, Prices, Steps, difference, sum_of, taken_apart
from fleet.result.grammar import is_waiver_of
from fleet.result.model import CatalogStamp, Finding, Result
from fleet.result.same import Key, Pair, key_of, known, pairs

__all__ = ["Capacity", "Diff", "InputChange", "PriceChange", "ResourceChange", "diff", "diff_values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChange:
    """An input that the price came from, before and after; None where it was not set."""

    input: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A unit price that moved."""

    what: str
    before_usd: Usd
    after_usd: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """One resource that was added, removed or changed. Amounts None: it had, or has, no price."""

    urn: str
    type: str
    name: str
    change: Literal["added", "removed", "changed"]
    inputs: list[InputChange]
    prices: list[PriceChange]
    before_usd: Interval | None
    after_usd: Interval | None
    change_usd: Change
    by_inputs_usd: Change
    by_prices_usd: Change
    by_coverage_usd: Change
    unpriced_reason: str | None
    change_kg_co2e: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over all resources, for a month."""

    before_usd: Interval
    after_usd: Interval
    change_usd: Change
    by_inputs_usd: Change
    by_prices_usd: Change
    by_coverage_usd: Change
    before_at_max_scale_usd: Interval
    after_at_max_scale_usd: Interval
    before_kg_co2e: Interval | None
    after_kg_co2e: Interval | None
    change_kg_co2e: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Instances of the same types, purchase and region, before and after."""

    instance_types: list[str]
    purchase: str | None
    region: str | None
    before: Interval
    after: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything that differs between two results; nothing does when `resources` and the findings are empty."""

    schema: Literal[1] = 1
    base: CatalogStamp
    head: CatalogStamp
    totals: Totals
    resources: list[ResourceChange]
    unchanged: int
    capacity: list[Capacity]
    new: list[Finding]
    exempted: list[Finding]
    """Found before too, and waived by an exemption since."""
    fixed: list[Finding]
    remaining: list[Finding]


def diff(base: Result, head: Result) -> Diff:
    """What changed from `base` to `head`, resource by resource (`fleet.result.same` says which are the same)."""
    prices = Prices.of(head) if base.catalog.sha256 != head.catalog.sha256 else None
    both = pairs(base, head)
    steps = [taken_apart(old, new, prices) for old, new in both]
    changes = [
        found for (old, new), step in zip(both, steps, strict=True) if (found := _resource(old, new, step)) is not None
    ]
    new, exempted, fixed, remaining = _findings(base, head)
    return Diff(
        base=base.catalog,
        head=head.catalog,
        totals=_totals(base, head, both, steps),
        resources=sorted(changes, key=_order),
        unchanged=len(both) - len(changes),
        capacity=_capacity((old for old, _ in both), (new for _, new in both)),
        new=new,
        exempted=exempted,
        fixed=fixed,
        remaining=remaining,
    )


def diff_values(found: Diff) -> dict[str, Any]:
    """A diff as plain JSON values; an end that is None is unbounded."""
    values: dict[str, Any] = TypeAdapter(Diff).dump_python(found, mode="json")
    return values


def _totals(base: Result, head: Result, both: Iterable[Pair], steps: Sequence[Steps]) -> Totals:
    carbon = [_carbon(old, new) for old, new in both]
    known = [change for change in carbon if change is not None]
    return Totals(
        before_usd=base.cost.monthly_usd,
        after_usd=head.cost.monthly_usd,
        change_usd=sum_of(step.change for step in steps),
        by_inputs_usd=sum_of(step.inputs for step in steps),
        by_prices_usd=sum_of(step.prices for step in steps),
        by_coverage_usd=sum_of(step.coverage for step in steps),
        before_at_max_scale_usd=base.cost.monthly_usd_at_max_scale,
        after_at_max_scale_usd=head.cost.monthly_usd_at_max_scale,
        before_kg_co2e=base.kg_co2e_per_month,
        after_kg_co2e=head.kg_co2e_per_month,
        change_kg_co2e=sum_of(known) if known else None,
    )


def _carbon(old: PricedResource | None, new: PricedResource | None) -> Change | None:
    """Change of the estimate; None where neither side has one."""
    was = old.kg_co2e_per_month if old is not None else None
    now = new.kg_co2e_per_month if new is not None else None
    return None if was is None and now is None else difference(was or ZERO, now or ZERO)


def _resource(old: PricedResource | None, new: PricedResource | None, step: Steps) -> ResourceChange | None:
    shown = new if new is not None else old
    assert shown is not None
    inputs = _inputs(old, new)
    carbon = _carbon(old, new)
    is_same = old is not None and new is not None and not inputs and carbon in {None, NO_CHANGE}
    if is_same and step.change == NO_CHANGE and (step.prices, step.inputs) == (NO_CHANGE, NO_CHANGE):
        return None
    return ResourceChange(
        urn=shown.urn,
        type=shown.type,
        name=shown.name,
        change="added" if old is None else "removed" if new is None else "changed",
        inputs=inputs,
        prices=_price_changes(old, new),
        before_usd=None if old is None else old.monthly_usd,
        after_usd=None if new is None else new.monthly_usd,
        change_usd=step.change,
        by_inputs_usd=step.inputs,
        by_prices_usd=step.prices,
        by_coverage_usd=step.coverage,
        unpriced_reason=shown.unpriced_reason,
        change_kg_co2e=carbon,
    )


def _order(change: ResourceChange) -> tuple[bool, Usd, str]:
    """Largest first; what is unbounded before everything else."""
    ends = (change.change_usd.min, change.change_usd.max)
    sizes = [abs(end) for end in ends if end is not None]
    return (None not in ends, -max(sizes, default=ZERO.min), change.urn)


def _inputs(old: PricedResource | None, new: PricedResource | None) -> list[InputChange]:
    """The inputs that differ, by name; quantities stand in where a price follows another resource's settings."""
    if old is None or new is None:
        only = _settings(old if new is None else new)
        return [
            InputChange(input=name, before=value if new is None else None, after=value if old is None else None)
            for name, value in only.items()
        ]
    changed = _differences(_settings(old), _settings(new))
    return changed or _differences(_quantities(old), _quantities(new))


def _settings(resource: PricedResource | None) -> dict[str, Any]:
    if resource is None:
        return {}
    seen = {"region": resource.region, "purchase": resource.purchase}
    return dict(resource.priced_inputs) | {name: value for name, value in seen.items() if value is not None}


def _quantities(resource: PricedResource) -> dict[str, Any]:
    found: dict[str, float] = {}
    for line in resource.lines:
        name = f"{line.what} ({line.unit})"
        found[name] = round(found.get(name, 0) + line.quantity, 6)
    return dict(found)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[InputChange]:
    return [
        InputChange(input=name, before=before.get(name), after=after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _price_changes(old: PricedResource | None, new: PricedResource | None) -> list[PriceChange]:
    if old is None or new is None or old.region != new.region:
        return []
    before = {line.what: line.unit_usd for line in old.lines}
    after = {line.what: line.unit_usd for line in new.lines}
    return [
        PriceChange(what=what, before_usd=before[what], after_usd=after[what])
        for what in sorted(before.keys() & after.keys())
        if before[what] != after[what]
    ]


def _capacity(before: Iterable[PricedResource | None], after: Iterable[PricedResource | None]) -> list[Capacity]:
    was, now = _counted(before), _counted(after)
    return [
        Capacity(
            instance_types=list(key[0]),
            purchase=key[1] or None,
            region=key[2] or None,
            before=was.get(key, ZERO),
            after=now.get(key, ZERO),
        )
        for key in sorted(was.keys() | now.keys())
        if was.get(key, ZERO) != now.get(key, ZERO)
    ]


def _counted(resources: Iterable[PricedResource | None]) -> dict[tuple[tuple[str, ...], str, str], Interval]:
    counts: dict[tuple[tuple[str, ...], str, str], Interval] = {}
    for resource in resources:
        if resource is not None and resource.count is not None and resource.instance_types:
            key = (tuple(resource.instance_types), resource.purchase or "", resource.region or "")
            counts[key] = counts.get(key, ZERO) + resource.count
    return counts


def _findings(base: Result, head: Result) -> tuple[list[Finding], list[Finding], list[Finding], list[Finding]]:
    """New, newly exempted, fixed and remaining findings; the remaining ones as they are said now."""
    was = known(head.findings, key_of(head), base)
    still = known(base.findings, key_of(base), head)
    new = [finding for finding, is_known in zip(head.findings, was, strict=True) if not is_known]
    gone = [finding for finding, is_known in zip(base.findings, still, strict=True) if not is_known]
    exempted: list[Finding] = []
    for waiver in new:
        waived = next((one for one in gone if _waives(waiver, key_of(head), one, key_of(base))), None)
        if waived is not None:
            gone.remove(waived)
            exempted.append(waiver)
    return (
        [finding for finding in new if finding not in exempted],
        exempted,
        gone,
        [finding for finding, is_known in zip(head.findings, was, strict=True) if is_known],
    )


def _waives(waiver: Finding, key: Key, finding: Finding, base_key: Key) -> bool:
    return (
        waiver.exemption is not None
        and finding.exemption is None
        and (waiver.pack, key(waiver.urn)) == (finding.pack, base_key(finding.urn))
        and is_waiver_of(waiver.message, finding.rule)
    )
