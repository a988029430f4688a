"""What each choice of a resource may be bought at: on demand (or in a block, or on a host) and on spot."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.carbon import kg_co2e_per_hour
from fleet.catalog.model import InstanceType, Price
from fleet.cost.bill import FREE_OF_CHARGE
from fleet.cost.machines import BLOCK_MARKET, Choice, Launch, Machines
from fleet.cost.volumes import VolumeCharges, volume_charges
from fleet.errors import nearest
from fleet.interval import Interval

__all__ = ["Option", "Side", "Ways", "ways_to_buy"]

_ONE = Decimal(1)
_HEAVIEST = Decimal(999)
"""AWS's highest weight of a type in a group."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One type as it may be bought: hourly price of an instance, and its volumes."""

    type: str
    how: str
    weight: Decimal
    hourly: Price
    volumes: VolumeCharges
    kg_per_hour: Interval | None

    def per_unit(self) -> Decimal:
        """Hourly price of one unit of capacity."""
        return self.hourly.usd / self.weight

    def at_rest(self) -> "Option":
        """The instance while it is stopped or hibernated: only its volumes are billed."""
        free = _nothing(self.hourly.as_of, "EC2 bills no hours of a stopped or hibernated instance")
        return replace(self, how="stopped in the warm pool", hourly=free, kg_per_hour=FREE_OF_CHARGE)

    def kept_running(self) -> "Option":
        """The instance while it waits in a warm pool, running."""
        return replace(self, how=f"{self.how}, running in the warm pool")


@dataclass(frozen=True, slots=True)
class Side:
    """What may be launched in one way of buying: options with a price, and why others have none."""

    options: tuple[Option, ...] = ()
    gaps: tuple[str, ...] = ()

    def each(self, change: Callable[[Option], Option]) -> "Side":
        """The side with every option changed."""
        return Side(tuple(change(option) for option in self.options), self.gaps)


@dataclass(frozen=True, slots=True)
class Ways:
    """Both sides: `steady` is what is not spot. `volumes` says which volumes have no price."""

    steady: Side = Side()
    spot: Side = Side()
    volumes: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[Option, ...]:
        """Options of both sides."""
        return self.steady.options + self.spot.options

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Every reason why something of it has no price, once."""
        return tuple(dict.fromkeys((*self.volumes, *self.steady.gaps, *self.spot.gaps)))

    def each(self, change: Callable[[Option], Option]) -> "Ways":
        """The ways with every option changed."""
        return Ways(self.steady.each(change), self.spot.each(change), self.volumes)


_Priced = tuple[Price, str] | str
"""A price with the way it is bought, or why there is none."""


def ways_to_buy(machines: Machines, catalog: Catalog, region: str, reserved: frozenset[str]) -> Ways:
    """Ways to buy what AWS may launch; `reserved` names reservations that the stack pays for anyway."""
    zone = machines.zones[0] if isinstance(machines.zones, tuple) and len(machines.zones) == 1 else None

    def steady(shape: InstanceType, launch: Launch) -> _Priced:
        return _steady(shape, launch, machines, catalog, region, reserved)

    def spot(shape: InstanceType, _launch: Launch) -> _Priced:
        price = catalog.spot(shape.name, region, zone if isinstance(zone, str) else None)
        return (price, "spot") if isinstance(price, Price) else price.reason

    # A list in order of preference: what stands first is launched.
    preferred = machines.choices[:1] if machines.takes_the_first else machines.choices
    on_steady = () if machines.only_spot else preferred
    on_spot = () if machines.may_use_spot is False else machines.choices
    launches = {id(choice.launch): choice.launch for choice in (*on_steady, *on_spot)}
    volumes = {key: volume_charges(launch.volumes, region, catalog) for key, launch in launches.items()}
    return Ways(
        _side(machines, on_steady, catalog, region, volumes, steady),
        _side(machines, on_spot, catalog, region, volumes, spot),
        tuple(reason for charges in volumes.values() for reason in charges.unpriced),
    )


def _side(
    machines: Machines,
    choices: Iterable[Choice],
    catalog: Catalog,
    region: str,
    volumes: dict[int, VolumeCharges],
    price: Callable[[InstanceType, Launch], _Priced],
) -> Side:
    options: list[Option] = []
    gaps: list[str] = []
    for choice in choices:
        if not isinstance(choice.type, str):
            continue
        shapes = machines.shapes(choice, catalog)
        if not shapes:
            gaps.append(_why_unknown(choice.type, catalog))
        for shape in shapes:
            priced = _refusal(shape, choice.launch) or price(shape, choice.launch)
            if isinstance(priced, str):
                gaps.append(priced)
                continue
            hourly, how = priced
            kg, charges = kg_co2e_per_hour(shape.name, region, catalog), volumes[id(choice.launch)]
            options += [
                Option(type=shape.name, how=how, weight=weight, hourly=hourly, volumes=charges, kg_per_hour=kg)
                for weight in _weights(machines, choice, shape)
            ]
    return Side(tuple(options), tuple(gaps))


def _why_unknown(name: str, catalog: Catalog) -> str:
    """Why a name that the catalog has no shape of has no price; with the types that it may be a slip of."""
    listed = catalog.listed.get(name)
    if listed is not None:
        return listed.why_not
    shown = name[:_LONGEST_NAME]
    typed = shown.lower()
    family, _, size = typed.partition(".")
    # One part is nearly always right. Comparing with every type would take long for thousands of unknown names.
    alike = [
        known
        for known in catalog.types
        if known.startswith(f"{family}.") or known.endswith(f".{size}") or known.replace(".", "") == typed
    ]
    close = nearest(typed, alike, limit=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"the catalog of {catalog.as_of} knows no type {shown!r}{hint}"


def _weights(machines: Machines, choice: Choice, shape: InstanceType) -> Iterator[Decimal]:
    """Capacity that one instance gives; both ends where it is not known."""
    if machines.in_vcpus:
        yield Decimal(shape.vcpus)
    elif isinstance(choice.weight, Decimal):
        yield choice.weight
    else:
        yield _ONE
        yield _HEAVIEST


def _steady(
    shape: InstanceType, launch: Launch, machines: Machines, catalog: Catalog, region: str, reserved: frozenset[str]
) -> _Priced:
    """Price of an hour that is not spot, or why there is none."""
    if launch.host_group is not None:
        # A host resource group allocates a host for each instance, and no resource of the stack stands for it.
        price = catalog.host(shape.name, region)
        return (price, "on a host of its group") if isinstance(price, Price) else price.reason
    if catalog.mac(shape.name) is not None or launch.on_host is True:
        return _nothing(catalog.as_of, "EC2 bills the dedicated host, not the instance on it"), "on a host"
    if isinstance(launch.reservation, str) and launch.reservation in reserved:
        return _nothing(catalog.as_of, "the capacity reservation of this stack is billed instead"), "reserved"
    block = BLOCK_MARKET in (machines.market, launch.market)
    price = catalog.capacity_block(shape.name, region) if block else catalog.on_demand(shape.name, region)
    return (price, "in a capacity block" if block else "on demand") if isinstance(price, Price) else price.reason


def _refusal(shape: InstanceType, launch: Launch) -> str | None:
    """Why prices of Linux on shared hardware, the only ones that are known, do not hold for a launch."""
    if launch.other_system is not None:
        return f"{launch.other_system} instances have no price here, only Linux"
    if launch.tenancy == "dedicated":
        return f"dedicated tenancy of {shape.name} has no price here, only shared tenancy"
    return None


def _nothing(as_of: date, source: str) -> Price:
    return Price(usd=Decimal(0), as_of=as_of, source=source)
