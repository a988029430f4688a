"""How much of which service quota something may need at its maximum size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType
from fleet.cost import Choice, Machines
from fleet.cost.machines import BLOCK_MARKET
from fleet.cost.schedules import largest_capacity
from fleet.stack.model import Resource, Unknown

__all__ = ["Need", "needs_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """So much of a quota in a region. `amount` None: not known. `code` None: may be any of `codes` (all, if empty)."""

    name: str
    code: str | None
    region: str | None
    amount: Decimal | None
    codes: frozenset[str] = field(default_factory=frozenset)

    def could_be(self, code: str) -> bool:
        """The need may be one of that quota."""
        return self.code is None and (not self.codes or code in self.codes)


def needs_of(machines: Machines, catalog: Catalog, schedules: Sequence[Resource] = ()) -> Iterator[Need]:
    """What everything that a resource launches may need: on demand and spot apart, each at the largest choice.

    `schedules` are its scheduled actions, which may raise the maximum.
    """
    region = machines.region if isinstance(machines.region, str) else None
    largest = largest_capacity(machines.maximum, schedules)
    pool = machines.warm_pool
    most = (largest if pool is None else pool.running_beside(largest)).max
    if most == 0:
        return
    if not machines.types_known or most is None:
        yield Need(name=machines.name, code=None, region=region, amount=None, codes=_possible(machines, catalog))
        return
    if any(_is_unheard_of(choice, machines, catalog) for choice in machines.choices):
        yield Need(name=machines.name, code=None, region=region, amount=None)
    for purchase, units in _split(machines, most):
        for code, amount in _by_code(machines, catalog, purchase, units).items():
            yield Need(name=machines.name, code=code, region=region, amount=amount)


def _possible(machines: Machines, catalog: Catalog) -> frozenset[str]:
    """Codes that may be touched when every type is known and only the number is not."""
    if not machines.types_known:
        return frozenset()
    ways = ("on_demand", "spot")
    if any(_is_unheard_of(choice, machines, catalog) for choice in machines.choices):
        return frozenset()
    shapes = [shape for choice in machines.choices for shape in machines.shapes(choice, catalog)]
    codes = {catalog.quota_code(shape.name, way) for shape in shapes for way in ways}
    return frozenset(code for code in codes if code is not None)


def _is_unheard_of(choice: Choice, machines: Machines, catalog: Catalog) -> bool:
    """Takes a quota, but neither which nor how much: the catalog has no shape of that name."""
    counted_elsewhere = isinstance(choice.launch.reservation, str) or (
        choice.launch.on_host is True and choice.launch.host_group is None
    )
    return not counted_elsewhere and not machines.shapes(choice, catalog)


def _split(machines: Machines, most: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Units on demand and as spot at most; blocks have quotas of their own."""
    if machines.market == BLOCK_MARKET:
        yield "capacity_block", most
        return
    spot = machines.may_use_spot
    if isinstance(spot, Unknown):
        yield "on_demand", most
        yield "spot", most
        return
    base = most if machines.on_demand_base.max is None else min(machines.on_demand_base.max, most)
    percent = machines.on_demand_percent.max
    steady = base + (most - base) * (Decimal(100) if percent is None else percent) / 100
    if not spot or steady > 0:
        yield "on_demand", _round_up(steady) if spot else most
    if spot:
        above = most - min(machines.on_demand_base.min, most)
        yield "spot", above - _round_down(above * machines.on_demand_percent.min / 100)


def _by_code(machines: Machines, catalog: Catalog, purchase: str, units: Decimal) -> dict[str, Decimal]:
    """Largest need of each quota code over the choices, in vCPUs (hosts, where hosts are allocated)."""
    found: dict[str, Decimal] = {}
    for choice in machines.choices:
        if isinstance(choice.launch.reservation, str):
            # What runs in a reservation takes its quota there.
            continue
        for shape in machines.shapes(choice, catalog):
            code, amount = _of_shape(shape, choice, machines, catalog, purchase, units)
            if code is not None:
                found[code] = max(found.get(code, Decimal(0)), amount)
    return found


def _of_shape(
    shape: InstanceType, choice: Choice, machines: Machines, catalog: Catalog, purchase: str, units: Decimal
) -> tuple[str | None, Decimal]:
    """Quota code and need when a choice fills all units with one type; no code where a host of the stack counts."""
    if choice.launch.host_group is not None:
        # A host resource group allocates a host for each instance, and no resource of the stack stands for it.
        return catalog.quota_code(shape.name, "dedicated_host"), _instances(choice, machines, units)
    if catalog.mac(shape.name) is not None or choice.launch.on_host is True:
        return None, Decimal(0)
    return catalog.quota_code(shape.name, purchase), _vcpus(choice, Decimal(shape.vcpus), machines, units)


def _vcpus(choice: Choice, vcpus: Decimal, machines: Machines, units: Decimal) -> Decimal:
    """VCPUs of enough instances for so many units."""
    if machines.in_vcpus:
        return _round_up(units / vcpus) * vcpus
    return _instances(choice, machines, units) * vcpus


def _instances(choice: Choice, machines: Machines, units: Decimal) -> Decimal:
    weight = Decimal(1) if isinstance(choice.weight, Unknown) or machines.in_vcpus else choice.weight
    return _round_up(units / weight)


def _round_down(value: Decimal) -> Decimal:
    return value.to_integral_value(rounding=ROUND_FLOOR)


def _round_up(value: Decimal) -> Decimal:
    return value.to_integral_value(rounding=ROUND_CEILING)
