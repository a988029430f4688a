"""Prices of a snapshot, read region by region; what has none says why."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from fleet.catalog import decode
from fleet.catalog.model import InstanceType, Interruption, Origin, Price, SavingsPlanRate, Unpriced
from fleet.catalog.snapshot import Snapshot

__all__ = ["Prices"]

_MICRO = Decimal("0.000001")
_HUNDRED = Decimal(100)
_NAMED = 4

Row = dict[str, str]


class Prices:
    """Lookups over the price tables. A region's tables are read once, when they are first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._tables: dict[str, dict[str, Row]] = {}

    def offered(self, type_: str, region: str) -> tuple[str, ...]:
        """Zones of a region that offer a type."""
        row = self._by_type(f"offerings/{region}").get(type_)
        return () if row is None else tuple(region + letter for letter in row["zones"].split())

    def on_demand(self, type_: str, region: str, shape: InstanceType | None) -> Price | Unpriced:
        """Linux on-demand price, shared tenancy."""
        row = self._by_type(f"on_demand/{region}").get(type_)
        if row is not None:
            return decode.price(row, self._sources)
        return Unpriced(reason=self._why_no_list_price(type_, region, shape))

    def spot(self, type_: str, region: str, shape: InstanceType | None, zone: str | None) -> Price | Unpriced:
        """Observed spot price of the zone or region, else an estimate from on-demand and the usual savings."""
        if shape is not None and "spot" not in shape.usage_classes:
            return Unpriced(reason=f"AWS does not sell {type_} as spot")
        observed = self._observed_spot(type_, region, zone)
        if observed is not None:
            return observed
        savings = self.interruption(type_, region)
        if savings is None:
            return Unpriced(reason=f"no spot data for {type_} in {region}: neither a price nor a usual saving is known")
        if savings.savings_percent <= 0:
            # 0 % is the cap of the feed, less is a list price that has been cut since: neither is a market price.
            return Unpriced(
                reason=f"no spot data for {type_} in {region}: Spot Advisor saw no saving ({savings.as_of})"
            )
        listed = self.on_demand(type_, region, shape)
        if isinstance(listed, Unpriced):
            return Unpriced(reason=f"no spot estimate without an on-demand price: {listed.reason}")
        usd = (listed.usd * (_HUNDRED - savings.savings_percent) / _HUNDRED).quantize(_MICRO)
        source = f"on-demand less {savings.savings_percent} % usual saving (Spot Instance Advisor, {savings.as_of})"
        return Price(usd=usd, as_of=min(listed.as_of, savings.as_of), source=source, note="estimate")

    def capacity_block(self, type_: str, region: str, shape: InstanceType | None, zone: str | None) -> Price | Unpriced:
        """Capacity Block price of the region, or of the named zone: the newest, of one day the lowest."""
        if shape is not None and "capacity-block" not in shape.usage_classes:
            return Unpriced(reason=f"AWS does not sell {type_} in capacity blocks")
        rows = [row for row in self._capacity_blocks.get(type_, ()) if row["region"] == region]
        wanted = [row for row in rows if row["zone"] in ("", zone)] if zone else rows
        if wanted:
            day = max(row["as_of"] for row in wanted)
            newest = (row for row in wanted if row["as_of"] == day)
            return decode.price(min(newest, key=lambda row: (Decimal(row["usd"]), row["zone"])), self._sources)
        where = _some(sorted({row["region"] for row in self._capacity_blocks.get(type_, ())}))
        known = f"; priced in {where}" if where else ""
        return Unpriced(reason=f"no capacity block price is known for {type_} in {zone or region}{known}")

    def zonal(self, type_: str, region: str, purchase: str) -> tuple[tuple[str, Price], ...]:
        """Every spot or capacity block price of a region with its zone, '' for the region's own; () for other ways."""
        if purchase == "spot":
            rows = list(self._spot(region).get(type_, {}).values())
        elif purchase == "capacity_block":
            rows = [row for row in self._capacity_blocks.get(type_, ()) if row["region"] == region]
        else:
            rows = []
        return tuple((row["zone"], decode.price(row, self._sources)) for row in rows)

    def host(self, type_: str, region: str, shape: InstanceType | None) -> Price | Unpriced:
        """Dedicated Host price; only Mac hosts are known."""
        if shape is not None and not shape.dedicated_hosts:
            return Unpriced(reason=f"AWS offers no dedicated hosts for {type_}")
        for row in self._hosts.get(type_, ()):
            if row["region"] == region:
                return decode.price(row, self._sources)
        where = _some([row["region"] for row in self._hosts.get(type_, ())])
        known = f"; priced in {where}" if where else ""
        return Unpriced(reason=f"no dedicated host price is known for {type_} in {region}{known}")

    def priced_names(self, region: str) -> set[str]:
        """Types that any price table of a region speaks of."""
        tables = (f"on_demand/{region}", f"spot_advisor/{region}")
        names = {name for table in tables for name in self._by_type(table)} | set(self._spot(region))
        grouped = (self._capacity_blocks, self._hosts)
        return names | {
            name for found in grouped for name, rows in found.items() for r in rows if r["region"] == region
        }

    def interruption(self, type_: str, region: str) -> Interruption | None:
        """Spot Advisor's figures."""
        row = self._by_type(f"spot_advisor/{region}").get(type_)
        return None if row is None else decode.interruption(row, self._advisor_day)

    def savings_plan_rates(self, type_: str, region: str) -> tuple[SavingsPlanRate, ...]:
        """Known rates of a type in a region."""
        return self._rates.get((type_, region), ())

    def service(self, region: str, service: str, item: str) -> Price | Unpriced:
        """Price of another service's item."""
        row = self._services.get((region, service, item))
        if row is not None:
            return decode.price(row, self._sources)
        where = ", ".join(sorted({key[0] for key in self._services if key[1:] == (service, item)}))
        known = f"; priced in {where}" if where else ""
        return Unpriced(reason=f"no price is known for {service} {item} in {region}{known}")

    def _observed_spot(self, type_: str, region: str, zone: str | None) -> Price | None:
        rows = self._spot(region).get(type_, {})
        if zone is not None and zone in rows:
            return decode.price(rows[zone], self._sources)
        if "" in rows:
            return decode.price(rows[""], self._sources)
        if zone is None and rows:
            best = min(rows.values(), key=lambda row: (Decimal(row["usd"]), row["zone"]))
            found = decode.price(best, self._sources)
            return Price(usd=found.usd, as_of=found.as_of, source=f"{found.source} of {best['zone']}", note=found.note)
        return None

    def _why_no_list_price(self, type_: str, region: str, shape: InstanceType | None) -> str:
        if shape is not None and self._hosts.get(type_):
            return f"{type_} runs on a dedicated host only: the host is priced, the instance is free"
        if shape is not None and shape.why_not:
            return f"{type_} is a {shape.why_not}"
        sold = self._other_ways(type_)
        if shape is not None and not self.offered(type_, region):
            where = _some([other for other in self._snapshot.names("offerings") if self.offered(type_, other)])
            return f"{type_} is not offered in {region}, it is in {where or 'no region of this snapshot'}{sold}"
        return f"no on-demand price is known for {type_} in {region}{sold}"

    def _other_ways(self, type_: str) -> str:
        blocks = sorted({row["region"] for row in self._capacity_blocks.get(type_, ())})
        if not blocks:
            return ""
        return f"; it is sold by capacity block ({_some(blocks)})"

    def _by_type(self, table: str) -> dict[str, Row]:
        found = self._tables.get(table)
        if found is None:
            found = self._tables[table] = {row["instance_type"]: row for row in self._snapshot.rows(table)}
        return found

    def _spot(self, region: str) -> Mapping[str, dict[str, Row]]:
        found = self._spot_tables.get(region)
        if found is None:
            found = self._spot_tables[region] = {}
            for row in self._snapshot.rows(f"spot/{region}"):
                found.setdefault(row["instance_type"], {})[row["zone"]] = row
        return found

    @cached_property
    def _spot_tables(self) -> dict[str, dict[str, dict[str, Row]]]:
        return {}

    @cached_property
    def origins(self) -> Mapping[str, Origin]:
        """Where the figures of a table come from, by table."""
        return {row["table"]: decode.origin(row) for row in self._snapshot.rows("origins")}

    @cached_property
    def _advisor_day(self) -> date:
        found = self.origins.get("spot_advisor")
        return found.as_of if found and found.as_of else decode.UNDATED

    @cached_property
    def _sources(self) -> Mapping[str, str]:
        return {row["id"]: row["text"] for row in self._snapshot.rows("sources")}

    @cached_property
    def _capacity_blocks(self) -> Mapping[str, list[Row]]:
        return self._grouped("capacity_blocks")

    @cached_property
    def _hosts(self) -> Mapping[str, list[Row]]:
        return self._grouped("hosts")

    @cached_property
    def _rates(self) -> Mapping[tuple[str, str], tuple[SavingsPlanRate, ...]]:
        found: dict[tuple[str, str], list[SavingsPlanRate]] = {}
        for row in self._snapshot.rows("savings_plan_rates"):
            rate = decode.savings_plan_rate(row, self._sources)
            found.setdefault((rate.instance_type, rate.region), []).append(rate)
        return {key: tuple(rates) for key, rates in found.items()}

    @cached_property
    def _services(self) -> Mapping[tuple[str, str, str], Row]:
        rows = self._snapshot.rows("service_prices")
        return {(row["region"], row["service"], row["item"]): row for row in rows}

    def _grouped(self, table: str) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self._snapshot.rows(table):
            found.setdefault(row["instance_type"], []).append(row)
        return found


def _some(regions: list[str]) -> str:
    """The first regions of a list in words, the rest counted."""
    more = f" and {len(regions) - _NAMED} more" if len(regions) > _NAMED else ""
    return ", ".join(regions[:_NAMED]) + more
