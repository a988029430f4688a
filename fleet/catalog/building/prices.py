"""Price tables of the sources -> price tables of the snapshot, each row with date and source."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from fleet.catalog.building.reading import Offerings, Row, Sources, exact_day

__all__ = ["HOME", "advisor", "capacity_blocks", "hosts", "on_demand", "savings_plans", "services", "spot"]

HOME = "us-east-1"
_DERIVED_CATEGORIES = frozenset({"c", "m", "r", "t"})
_LINEAR_TOLERANCE = Decimal("0.005")
_FLOOR_TOLERANCE = Decimal("0.00006")
"""Spot medians are printed with four places: half a step, a little more for the rounding of the on-demand price."""

_KARPENTER = "karpenter-price-list"
_REGIONAL = "regional-price-list"
_REGIONAL_DAY = "2026-01-01"


def on_demand(sources: Sources, types: Mapping[str, Row], offerings: Offerings) -> dict[str, list[Row]]:
    """Rows by region: listed prices, then what may be derived from them within a family."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in sources.rows("regional_prices"):
        found[row["region"]][row["instance_type"]] = _row(
            row["instance_type"], row["usd_per_hour"], _REGIONAL_DAY, _REGIONAL
        )
    for row in sources.rows("on_demand_linux"):
        found[row["region"]][row["instance_type"]] = _row(
            row["instance_type"], row["usd_per_hour"], row["as_of"], _KARPENTER
        )
    for row in _others(sources, "on-demand"):
        note = "derived" if row["source"].startswith("DERIVED") else ""
        day = exact_day(row["as_of"])
        found[row["region"]][row["instance_type"]] = _row(
            row["instance_type"], row["usd_per_hour"], day, sources.source_id(row["source"]), note
        )
    home = {name: Decimal(row["usd"]) for name, row in found[HOME].items()}
    for region, rows in found.items():
        if region != HOME:
            rows.update(_derived(rows, home, types, offerings.get(region, {})))
    return {region: sorted(rows.values(), key=_by_type) for region, rows in sorted(found.items())}


def hosts(sources: Sources) -> list[Row]:
    """Rows of dedicated host prices (Mac; no other host price is known)."""
    rows = [
        {"region": row["region"]}
        | _row(row["instance_type"], row["usd_per_hour"], exact_day(row["as_of"]), sources.source_id(row["source"]))
        for row in _others(sources, "host")
    ]
    return sorted(rows, key=lambda row: (row["region"], row["instance_type"]))


def capacity_blocks(sources: Sources, region_of: Mapping[str, str]) -> list[Row]:
    """Rows of capacity block prices; a row of a zone holds for that zone only."""
    rows = []
    for row in sources.rows("capacity_blocks"):
        place = row["region_or_zone"]
        region = region_of[place]
        price = _row(row["instance_type"], row["usd_per_hour"], row["as_of"], "capacity-block-page")
        rows.append({"region": region, "zone": "" if place == region else place} | price)
    return sorted(rows, key=lambda row: (row["region"], row["zone"], row["instance_type"]))


def spot(sources: Sources, offerings: Offerings) -> dict[str, list[Row]]:
    """Observed spot prices by region: samples, else the median over zones where it is a market price.

    A sample of a whole region whose offerings lack the type is left out: it was taken in another region.
    """
    found: dict[str, dict[tuple[str, str], Row]] = defaultdict(dict)
    for row in sources.rows("regional_prices"):
        if row["spot_median"] and not _is_floor_or_cap(row):
            price = _row(row["instance_type"], row["spot_median"], _REGIONAL_DAY, "spot-median")
            found[row["region"]]["", row["instance_type"]] = {"zone": ""} | price
    for row in sources.rows("spot_prices_sample"):
        region, zone = _place(row)
        if row["instance_type"] not in offerings[region]:
            continue
        price = _row(row["instance_type"], row["spot_usd_per_hour"], row["as_of"], "spot-sample")
        found[region][zone, row["instance_type"]] = {"zone": zone} | price
    return {region: [rows[key] for key in sorted(rows)] for region, rows in sorted(found.items())}


def savings_plans(sources: Sources) -> list[Row]:
    """Rows of savings plan rates."""
    plans = {"ComputeSP": "compute", "EC2InstanceSP": "ec2_instance"}
    rows = [
        {"region": row["region"], "plan": plans[row["plan"]], "term": row["term"], "payment": row["payment"]}
        | _row(row["instance_type"], row["usd_per_hour"], row["as_of"], "savings-plan-files")
        for row in sources.rows("savings_plan_rates")
    ]
    return sorted(rows, key=lambda r: (r["region"], r["instance_type"], r["plan"], r["term"], r["payment"]))


def services(sources: Sources) -> list[Row]:
    """Rows of prices of other services: EBS, NAT gateway, EKS, load balancers, idle addresses."""
    return [
        {key: row[key] for key in ("region", "service", "item", "unit", "usd", "as_of")}
        | {"note": "", "source": sources.source_id(row["source"])}
        for row in sources.rows("service_prices")
    ]


def advisor(sources: Sources) -> dict[str, list[Row]]:
    """Spot Advisor rows by region."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sources.rows("spot_advisor_linux"):
        found[row["region"]].append(
            {
                "instance_type": row["instance_type"],
                "savings_percent": row["savings_pct"],
                "bucket": row["interruption_bucket"],
            }
        )
    return {region: sorted(rows, key=_by_type) for region, rows in sorted(found.items())}


def _row(name: str, usd: str, as_of: str, source: str, note: str = "") -> Row:
    return {"instance_type": name, "usd": usd, "as_of": as_of, "note": note, "source": source}


def _by_type(row: Row) -> str:
    return row["instance_type"]


def _others(sources: Sources, kind: str) -> Iterable[Row]:
    return (row for row in sources.rows("other_prices") if row["kind"] == kind)


def _is_floor_or_cap(row: Row) -> bool:
    """A spot value of exactly 10 or 100 % of on-demand is a bound of the feed, not a price that anybody paid."""
    listed, median = Decimal(row["usd_per_hour"]), Decimal(row["spot_median"])
    return any(abs(median - listed * share) <= _FLOOR_TOLERANCE for share in (Decimal("0.1"), Decimal(1)))


def _place(row: Row) -> tuple[str, str]:
    """Region and zone of a sample; the samples of a whole region name one exception in words."""
    az = row["az"]
    if " " in az:
        exception = "us-west-2" if row["instance_type"].startswith("p6-b300.") else az.partition(" ")[0]
        return exception, ""
    return az[:-1], az


def _derived(
    known: Mapping[str, Row], home: Mapping[str, Decimal], types: Mapping[str, Row], offered: Mapping[str, str]
) -> dict[str, Row]:
    """Prices of a region that follow from the one known size of a family, by vCPU.

    Only for c, m, r and t, only for types that the region offers, and only for sizes whose us-east-1 prices really
    are linear in vCPU (those of t below large are not).
    """
    found: dict[str, Row] = {}
    anchors = [t for t in known if t in types and types[t]["category"] in _DERIVED_CATEGORIES]
    anchors = [t for t in anchors if not known[t]["note"] and not types[t]["accelerator"]]
    for anchor in sorted(anchors):
        for name, shape in types.items():
            if shape["family"] != types[anchor]["family"] or name in known or name not in offered:
                continue
            factor = Decimal(shape["vcpus"]) / Decimal(types[anchor]["vcpus"])
            if _is_linear(home, anchor, name, factor):
                usd = (Decimal(known[anchor]["usd"]) * factor).quantize(Decimal("0.000001")).normalize()
                source = known[anchor]["source"]
                found[name] = _row(name, f"{usd:f}", known[anchor]["as_of"], source, "derived")
    return found


def _is_linear(home: Mapping[str, Decimal], anchor: str, name: str, factor: Decimal) -> bool:
    if anchor not in home or name not in home:
        return False
    expected = home[anchor] * factor
    return abs(home[name] - expected) <= expected * _LINEAR_TOLERANCE
