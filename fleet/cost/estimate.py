"""What a stack costs: every resource is priced, known to be free, charged by use, or unpriced with the reason."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, partial
from typing import Any

from fleet.catalog import Catalog
from fleet.cost.bill import FREE_OF_CHARGE, Bill, unpriced_bill
from fleet.cost.free import BY_USE, is_free
from fleet.cost.kinds import MACHINE_TYPES, read_machines
from fleet.cost.machine_bill import bill_of_machines
from fleet.cost.machines import Machines
from fleet.cost.model import Cost, Estimate, PricedResource, Unpriced
from fleet.cost.priced_inputs import priced_inputs
from fleet.cost.properties import text
from fleet.cost.reservations import Reservations, less_what_may_be_reserved, reservations_of
from fleet.cost.schedules import average_capacity, largest_capacity
from fleet.cost.services import bill_of_service
from fleet.cost.surroundings import Surroundings
from fleet.cost.tags import hours_per_month
from fleet.interval import Interval, total
from fleet.stack.model import Resource, Stack

__all__ = ["estimate"]

_NOTHING = Bill(monthly=None, at_max_scale=None)
_FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})


def estimate(stack: Stack, catalog: Catalog, *, today: date) -> Estimate:
    """What a stack costs in a month of 730 hours. Pure: `today` only dates the schedules."""
    now = _Pricing(Surroundings(stack), catalog, today)
    before = _before(stack)
    earlier = None if before is None else _Pricing(Surroundings(before), catalog, today)
    by_use: set[str] = set()
    priced: list[PricedResource] = []
    for resource in stack.resources:
        bill = _bill(resource, now)
        by_use.update(bill.by_use)
        priced.append(_priced(resource, bill, now.near, _previous(resource, earlier)))
    return Estimate(
        cost=Cost(
            monthly_usd=total(r.monthly_usd for r in priced if r.monthly_usd is not None),
            monthly_usd_at_max_scale=total(
                r.monthly_usd_at_max_scale for r in priced if r.monthly_usd_at_max_scale is not None
            ),
        ),
        kg_co2e_per_month=_carbon(priced),
        resources=priced,
        by_use=sorted(by_use),
        unpriced=_unpriced(priced),
    )


@dataclass(frozen=True)
class _Pricing:
    """What the bills of one stack rest on."""

    near: Surroundings
    catalog: Catalog
    today: date

    @cached_property
    def reserved(self) -> Reservations:
        """Reservations that the stack pays for itself."""
        return reservations_of(self.near)

    @cached_property
    def machines(self) -> Callable[..., Bill]:
        """Bills of machines. Many resources of a stack launch the same, which is worked out once."""
        return cache(partial(bill_of_machines, catalog=self.catalog, reserved=self.reserved.names))


def _carbon(resources: Iterable[PricedResource]) -> Interval | None:
    """Sum of what is known; None when nothing is."""
    known = [r.kg_co2e_per_month for r in resources if r.kg_co2e_per_month is not None]
    return total(known) if known else None


def _before(stack: Stack) -> Stack | None:
    """The stack as it was before the update; None when nothing is known of it."""
    old = tuple(
        replace(r, operation="same", inputs=r.old_inputs or {}, outputs=r.old_outputs or {}, old_inputs=None)
        for r in stack.resources
        if r.old_inputs is not None or r.old_outputs is not None
    )
    return replace(stack, resources=old) if old else None


def _previous(resource: Resource, earlier: _Pricing | None) -> Interval | None:
    if earlier is None:
        return None
    old = earlier.near.by_urn.get(resource.urn)
    return None if old is None else _bill(old, earlier).monthly


def _bill(resource: Resource, pricing: _Pricing) -> Bill:
    if not resource.custom or resource.type.startswith("pulumi:"):
        return _NOTHING
    if resource.operation in ("delete", "read") or is_free(resource.type):
        return Bill()
    if resource.type in BY_USE:
        return Bill(by_use=(BY_USE[resource.type],))
    if resource.type in MACHINE_TYPES:
        return _machine_bill(resource, pricing)
    found = bill_of_service(resource, pricing.near, pricing.catalog)
    return unpriced_bill(_why_unpriced(resource.type)) if found is None else found


def _why_unpriced(kind: str) -> str:
    package = kind.partition(":")[0]
    if package == "aws":
        return "no price of this type is known here"
    return f"resources of package {package[:40]!r} are not priced"


def _machine_bill(resource: Resource, pricing: _Pricing) -> Bill:
    near, today = pricing.near, pricing.today
    machines = read_machines(resource, near)
    if machines is None:
        return _NOTHING
    if machines.kind == "batch" and text(resource.inputs, "computeResources", "type") in _FARGATE:
        return unpriced_bill("Fargate has no price here", by_use=("Fargate vCPU and memory hours",))
    schedules = near.schedules(resource)
    running, most = machines.desired, machines.maximum
    if machines.kind == "batch" and _is_for_jobs(machines):
        # Batch stands at its minimum until jobs come; the tag says how many hours a month they take at full size.
        running = machines.maximum
    if schedules:
        running = average_capacity(machines.desired, machines.minimum, machines.maximum, schedules, today)
        most = largest_capacity(machines.maximum, schedules)
    hours = hours_per_month(machines.tags)
    bill = pricing.machines(machines, hours=hours, running=running, most=most)
    return less_what_may_be_reserved(bill, machines, pricing.reserved, pricing.catalog, hours)


def _is_for_jobs(machines: Machines) -> bool:
    """A compute environment that stands at nothing by itself, with the hours of its jobs told by the tag."""
    return machines.desired.max == 0 and machines.tags.get("fleet:hours-per-month") is not None


def _priced(resource: Resource, bill: Bill, near: Surroundings, previous: Interval | None) -> PricedResource:
    region = near.region(resource) if resource.custom and not resource.type.startswith("pulumi:") else None
    return PricedResource(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        operation=resource.operation,
        region=region if isinstance(region, str) else None,
        architecture=bill.architecture,
        instance_types=list(bill.instance_types),
        count=bill.count,
        purchase=bill.purchase,
        monthly_usd=bill.monthly,
        previous_monthly_usd=previous,
        monthly_usd_at_max_scale=bill.at_max_scale,
        unpriced_reason="; ".join(bill.unpriced) or None,
        priced_inputs=_inputs(resource, bill),
        lines=list(bill.lines),
        kg_co2e_per_month=bill.kg_co2e,
        parent=resource.parent,
        location=resource.location,
    )


def _inputs(resource: Resource, bill: Bill) -> dict[str, Any]:
    return priced_inputs(resource) if bill.lines or bill.monthly != FREE_OF_CHARGE else {}


def _unpriced(resources: Iterable[PricedResource]) -> list[Unpriced]:
    counted = Counter((r.type, r.unpriced_reason) for r in resources if r.unpriced_reason is not None)
    return [
        Unpriced(type=kind, count=count, reason=reason)
        for (kind, reason), count in sorted(counted.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        if reason is not None
    ]
