"""The catalog: what AWS sells, from a snapshot. Names are strings; every price has a day and a source, or a reason."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from fleet.catalog import decode
from fleet.catalog.model import (
    Accelerator,
    InstanceType,
    Interruption,
    ListedType,
    MacHost,
    Offer,
    Origin,
    Price,
    Quota,
    Resolved,
    SavingsPlanRate,
    Unpriced,
)
from fleet.catalog.names import Preference, resolve
from fleet.catalog.plain import PlainList, read_shapes
from fleet.catalog.pricing import Prices
from fleet.catalog.snapshot import Snapshot, read_snapshot, regions_only
from fleet.errors import UnknownName
from fleet.vocabulary import Purchase

__all__ = ["PURCHASES", "SHIPPED", "Catalog"]

SHIPPED = Path(__file__).parent / "data"
"""The snapshot that comes with fleet."""

PURCHASES: tuple[Purchase, ...] = ("on_demand", "spot", "savings_plan", "capacity_block", "dedicated_host")

_QUOTA_COLUMNS = {
    "on_demand": "quota_on_demand",
    "savings_plan": "quota_on_demand",
    "spot": "quota_spot",
    "capacity_block": "quota_capacity_block",
    "dedicated_host": "quota_host",
}


class Catalog:
    """What AWS sells, as one snapshot says. Immutable; tables of a region are read when they are first asked for."""

    def __init__(self, snapshot: Snapshot, *, plain: PlainList | None = None) -> None:
        """A catalog over a snapshot; with a plain list, the snapshot gives regions and zones only."""
        self._snapshot = snapshot
        self._list = plain
        self._prices = Prices(snapshot) if plain is None else plain.prices
        self.plain = plain is not None
        """True for a plain list of shapes: nothing else is known about its types."""

    @classmethod
    def load(cls, path: Path | None = None) -> "Catalog":
        """The shipped snapshot, the snapshot of a folder, or a JSON list of shapes. CatalogError when it is broken."""
        place = SHIPPED if path is None else Path(path)
        if place.is_file() and place.name != "manifest.json":
            return cls(regions_only(read_snapshot(SHIPPED)), plain=read_shapes(place))
        catalog = cls(read_snapshot(place.parent if place.name == "manifest.json" else place))
        _ = catalog.types
        return catalog

    @property
    def as_of(self) -> date:
        """Day of the newest figure in the snapshot; date.min for a plain list, which says none."""
        return self._snapshot.as_of if self._list is None else decode.UNDATED

    @property
    def sha256(self) -> str:
        """Fingerprint of the whole snapshot."""
        return self._snapshot.sha256 if self._list is None else self._list.sha256

    @cached_property
    def types(self) -> Mapping[str, InstanceType]:
        """All instance types with a shape, by name, sorted."""
        if self._list is not None:
            return MappingProxyType(dict(self._list.types))
        rows = self._snapshot.values("types", decode.instance_type)
        return MappingProxyType({found.name: found for found in rows})

    @cached_property
    def listed(self) -> Mapping[str, ListedType]:
        """Types that only a price list or the capacity block page knows."""
        rows = self._snapshot.values("listed", decode.listed_type)
        return MappingProxyType({found.name: found for found in rows})

    def type(self, name: str) -> InstanceType:
        """One type by name. UnknownName suggests the nearest, and says why for a type without a shape."""
        found = self.types.get(name)
        if found is None:
            raise UnknownName("instance type", name, self.types)
        return found

    @cached_property
    def families(self) -> Mapping[str, tuple[InstanceType, ...]]:
        """Types of each family, by vCPUs, then memory, then name."""
        found: dict[str, list[InstanceType]] = {}
        for item in self.types.values():
            found.setdefault(item.family, []).append(item)
        return {
            family: tuple(sorted(items, key=lambda t: (t.vcpus, t.memory_gib, t.name)))
            for family, items in sorted(found.items())
        }

    @cached_property
    def accelerators(self) -> Mapping[str, Accelerator]:
        """Accelerators by key, also those that EC2 does not sell."""
        rows = self._snapshot.values("accelerators", decode.accelerator)
        return MappingProxyType({found.key: found for found in rows})

    @cached_property
    def systems(self) -> Mapping[str, str]:
        """Every other name people ask for, with what it is and how it is sold or why not."""
        return MappingProxyType({row["name"]: row["text"] for row in self._snapshot.rows("systems")})

    @property
    def origins(self) -> Mapping[str, Origin]:
        """Source and day of the tables whose rows carry none: types, offerings, benchmarks, spot_advisor, power, ..."""
        return self._prices.origins

    def resolve(self, name: str, *, prefer: Preference | None = None) -> Resolved:
        """What a name stands for: a type, family, accelerator, chip, processor or system. UnknownName otherwise.

        m1 to m4 are families of EC2 and chips of Apple, t4g is a family and a GPU: `prefer` takes the chip or the GPU.
        """
        return resolve(self, self._snapshot.rows("systems"), name, prefer=prefer)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Regions that the snapshot knows."""
        return tuple(row["region"] for row in self._snapshot.rows("regions"))

    @cached_property
    def _zone_letters(self) -> Mapping[str, tuple[str, ...]]:
        rows = self._snapshot.rows("regions")
        return {row["region"]: tuple(row["zones"].split()) for row in rows}

    def zones(self, region: str) -> tuple[str, ...]:
        """Zones of a region ('us-east-1a', ...); () when the snapshot lists none for it."""
        if region not in self._zone_letters:
            raise UnknownName("region", region, self.regions)
        return tuple(region + letter for letter in self._zone_letters[region])

    def offered(self, type_: str, region: str) -> tuple[str, ...]:
        """Zones of a region that offer a type; () when none does."""
        if self.plain:
            return self.zones(region) if type_ in self.types else ()
        return self._prices.offered(type_, region)

    def regions_of(self, type_: str) -> tuple[str, ...]:
        """Regions that offer a type."""
        return tuple(region for region in self.regions if self.offered(type_, region))

    def on_demand(self, type_: str, region: str) -> Price | Unpriced:
        """Linux price of an hour with shared tenancy."""
        return self._prices.on_demand(type_, region, self.types.get(type_))

    def spot(self, type_: str, region: str, zone: str | None = None) -> Price | Unpriced:
        """Spot price of an hour: observed where it is known, else on-demand less the usual savings (`estimate`)."""
        return self._prices.spot(type_, region, self.types.get(type_), zone)

    def capacity_block(self, type_: str, region: str, zone: str | None = None) -> Price | Unpriced:
        """Price of an hour of one instance (or one UltraServer) in a Capacity Block."""
        return self._prices.capacity_block(type_, region, self.types.get(type_), zone)

    def host(self, type_: str, region: str) -> Price | Unpriced:
        """Price of an hour of the Dedicated Host that carries the type."""
        return self._prices.host(type_, region, self.types.get(type_))

    def savings_plan(self, type_: str, region: str) -> Price | Unpriced:
        """Lowest known hourly rate under a savings plan, whatever its term."""
        rates = self.savings_plan_rates(type_, region)
        if not rates:
            return Unpriced(reason=f"no savings plan rate is known for {type_} in {region}")
        lowest = min(rates, key=lambda rate: (rate.price.usd, rate.terms))
        return replace(lowest.price, source=f"{lowest.price.source}: {lowest.terms}")

    def price(self, type_: str, region: str, purchase: str) -> Price | Unpriced:
        """Price of an hour bought one way. UnknownName for a purchase option that there is not."""
        ways = {
            "on_demand": self.on_demand,
            "spot": self.spot,
            "savings_plan": self.savings_plan,
            "capacity_block": self.capacity_block,
            "dedicated_host": self.host,
        }
        if purchase not in ways:
            raise UnknownName("purchase option", purchase, ways)
        return ways[purchase](type_, region)

    def offers(self, type_: str) -> tuple[Offer, ...]:
        """Every priced offer of a type, of each zone and plan: by region, then purchase option."""
        return tuple(
            Offer(instance_type=type_, region=region, purchase=purchase, price=price, zone=zone, terms=terms)
            for region in self.regions
            for purchase in PURCHASES
            for price, zone, terms in self._offers(type_, region, purchase)
        )

    def _offers(self, type_: str, region: str, purchase: Purchase) -> list[tuple[Price, str, str]]:
        """Prices of a way to buy, with zone and terms: of zones and plans where the snapshot has them."""
        price = self.price(type_, region, purchase)
        if isinstance(price, Unpriced):
            return []
        if purchase == "savings_plan":
            return [(rate.price, "", rate.terms) for rate in self.savings_plan_rates(type_, region)]
        return [(p, zone, "") for zone, p in self._prices.zonal(type_, region, purchase)] or [(price, "", "")]

    def priced_names(self, region: str) -> set[str]:
        """Types that any price table of a region speaks of; every other type is unpriced there."""
        return self._prices.priced_names(region)

    def interruption(self, type_: str, region: str) -> Interruption | None:
        """Spot Advisor's interruption bucket and savings; None when it has no figure."""
        return self._prices.interruption(type_, region)

    def savings_plan_rates(self, type_: str, region: str) -> tuple[SavingsPlanRate, ...]:
        """Known savings plan rates of a type in a region."""
        return self._prices.savings_plan_rates(type_, region)

    def service(self, region: str, service: str, item: str) -> Price | Unpriced:
        """Price of an item of another service, in its own unit: ('us-east-1', 'ebs', 'gp3 storage')."""
        return self._prices.service(region, service, item)

    @cached_property
    def macs(self) -> Mapping[str, MacHost]:
        """Mac hosts by instance type."""
        rows = self._snapshot.values("mac_hosts", decode.mac_host)
        return MappingProxyType({found.instance_type: found for found in rows})

    def mac(self, type_: str) -> MacHost | None:
        """What the Mac planner needs about a type; None when it is no Mac."""
        return self.macs.get(type_)

    @cached_property
    def quotas(self) -> Mapping[str, Quota]:
        """EC2 quotas by code."""
        rows = self._snapshot.values("quotas", decode.quota)
        return MappingProxyType({found.code: found for found in rows})

    def quota_limits(self, region: str) -> Mapping[str, Decimal]:
        """Limits of the account by quota code, as a refresh read them; empty in a snapshot without an account."""
        return {row["code"]: Decimal(row["value"]) for row in self._snapshot.rows(f"quota_limits/{region}")}

    def quota_code(self, type_: str, purchase: str) -> str | None:
        """Code of the quota that limits a type bought one way; None when no quota is known for it."""
        found = self.types.get(type_)
        column = _QUOTA_COLUMNS.get(purchase)
        if column is None:
            raise UnknownName("purchase option", purchase, _QUOTA_COLUMNS)
        code = None if found is None else getattr(found, column)
        return None if code is None else str(code)

    @cached_property
    def _power_rows(self) -> Mapping[str, dict[str, str]]:
        return {row["microarchitecture"]: row for row in self._snapshot.rows("power")}

    def power(self, type_: str) -> "tuple[Decimal, Decimal, str] | None":
        """Watts per vCPU idle and busy, and the caveat that goes with them; None where no figure may be used."""
        found = self.types.get(type_)
        row = self._power_rows.get(found.microarchitecture) if found else None
        if row is None or row["caveat"].startswith("outlier"):
            return None
        return Decimal(row["min_watts"]), Decimal(row["max_watts"]), row["caveat"]

    @cached_property
    def _grid(self) -> Mapping[str, Decimal]:
        rows = self._snapshot.rows("regions")
        return {row["region"]: Decimal(row["t_co2e_per_kwh"]) for row in rows if row["t_co2e_per_kwh"]}

    def grid(self, region: str) -> Decimal | None:
        """Kilograms of CO2 equivalent per kWh of a region's grid (location-based); None where no figure is known."""
        tonnes = self._grid.get(region)
        return None if tonnes is None else tonnes * 1000
