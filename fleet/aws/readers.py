"""One function for each API that the refresh reads: client in, rows of a snapshot's table out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from fleet.aws.clients import Clients, translated
from fleet.aws.permissions import ACTIONS
from fleet.aws.price_list import host_prices, instance_prices
from fleet.catalog.building import zone_letters
from fleet.errors import MissingError

__all__ = [
    "read_capacity_blocks",
    "read_hosts",
    "read_offerings",
    "read_on_demand",
    "read_quota_limits",
    "read_regions",
    "read_savings_plans",
    "read_spot",
    "read_types",
]

Row = dict[str, str]

_PRICING_REGION = "us-east-1"
"""The Price List and Savings Plans APIs answer for all regions from here."""
_BLOCK_HOURS = 24
_PAGES = 1000
"""More pages than any answer has: a service that repeats its token must not keep us for ever."""
_MICRO = Decimal("0.000001")
_PLANS = {"Compute": "compute", "EC2Instance": "ec2_instance"}
_YEARS = {31536000: "1yr", 94608000: "3yr"}


def read_regions(clients: Clients) -> tuple[str, ...]:
    """Regions that the account may use."""
    with translated(ACTIONS["regions"]):
        answer = clients("ec2", _PRICING_REGION).describe_regions(AllRegions=False)
    return tuple(sorted(region["RegionName"] for region in answer["Regions"]))


def read_types(clients: Clients, region: str) -> list[dict[str, Any]]:
    """DescribeInstanceTypes records of a region."""
    return list(_pages(clients, "ec2", region, "describe_instance_types", key="InstanceTypes", action=ACTIONS["types"]))


def read_offerings(clients: Clients, region: str) -> list[Row]:
    """Which zones of a region offer which type."""
    operation, action = "describe_instance_type_offerings", ACTIONS["offerings"]
    arguments = {"LocationType": "availability-zone"}
    found = _pages(clients, "ec2", region, operation, key="InstanceTypeOfferings", action=action, **arguments)
    return [{"instance_type": name, "zones": zones} for name, zones in zone_letters(found, region).items()]


def read_spot(clients: Clients, region: str, today: date) -> list[Row]:
    """The newest Linux spot price of each type and zone."""
    start = datetime.combine(today, time(), tzinfo=UTC)
    arguments = {"ProductDescriptions": ["Linux/UNIX"], "StartTime": start}
    action = ACTIONS["spot"]
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for record in _pages(
        clients, "ec2", region, "describe_spot_price_history", key="SpotPriceHistory", action=action, **arguments
    ):
        key = (record["AvailabilityZone"], record["InstanceType"])
        if key not in newest or record["Timestamp"] > newest[key]["Timestamp"]:
            newest[key] = record
    return [
        {"zone": zone}
        | _price(name, newest[zone, name]["SpotPrice"], newest[zone, name]["Timestamp"].date(), "spot-api")
        for zone, name in sorted(newest)
    ]


def read_on_demand(clients: Clients, region: str, today: date) -> list[Row]:
    """Linux on-demand prices of a region, shared tenancy."""
    filters = {
        "regionCode": region,
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
        "marketoption": "OnDemand",
    }
    found = instance_prices(_products(clients, filters))
    return [_price(name, found[name], today, "price-list-api") for name in sorted(found)]


def read_hosts(clients: Clients, region: str, today: date, host_families: Mapping[str, str]) -> list[Row]:
    """Dedicated Host prices of a region, for the host families asked for (family -> type)."""
    products = _products(clients, {"regionCode": region, "productFamily": "Dedicated Host"})
    found = host_prices(products, host_families)
    return [{"region": region} | _price(name, found[name], today, "price-list-api") for name in sorted(found)]


def read_capacity_blocks(clients: Clients, region: str, today: date, name: str) -> list[Row]:
    """The lowest price of an hour in a Capacity Block of a day that is offered now, by zone, for one type."""
    operation, action = "describe_capacity_block_offerings", ACTIONS["capacity_blocks"]
    arguments = {"InstanceType": name, "InstanceCount": 1, "CapacityDurationHours": _BLOCK_HOURS}
    lowest: dict[str, Decimal] = {}
    for offer in _pages(clients, "ec2", region, operation, key="CapacityBlockOfferings", action=action, **arguments):
        hours = Decimal(offer["CapacityBlockDurationHours"]) * offer["InstanceCount"]
        usd = (Decimal(offer["UpfrontFee"]) / hours).quantize(_MICRO)
        zone = offer["AvailabilityZone"]
        lowest[zone] = min(usd, lowest.get(zone, usd))
    return [
        {"region": region, "zone": zone} | _price(name, lowest[zone], today, "capacity-block-api")
        for zone in sorted(lowest)
    ]


def read_savings_plans(clients: Clients, region: str, today: date) -> list[Row]:
    """Savings plan rates of a region's Linux instances with shared tenancy."""
    arguments: dict[str, Any] = {
        "savingsPlanTypes": sorted(_PLANS),
        "products": ["EC2"],
        "serviceCodes": ["AmazonEC2"],
        "filters": [
            {"name": "region", "values": [region]},
            {"name": "productDescription", "values": ["Linux/UNIX"]},
            {"name": "tenancy", "values": ["shared"]},
        ],
        "maxResults": 1000,
    }
    rows = []
    for _ in range(_PAGES):
        with translated(ACTIONS["savings_plan_rates"]):
            client = clients("savingsplans", _PRICING_REGION)
            answer = client.describe_savings_plans_offering_rates(**arguments)
        rows += [_rate(record, region, today) for record in answer["searchResults"] if _is_running_rate(record)]
        if not answer.get("nextToken"):
            return sorted(rows, key=lambda row: tuple(row.values()))
        arguments["nextToken"] = answer["nextToken"]
    raise MissingError(f"the savings plan rates of {region} do not end after {_PAGES} pages; the old snapshot stays")


def read_quota_limits(clients: Clients, region: str, today: date) -> list[Row]:
    """EC2 quotas of the account as they are applied."""
    action = ACTIONS["quota_limits"]
    operation = "list_service_quotas"
    found = _pages(clients, "service-quotas", region, operation, key="Quotas", action=action, ServiceCode="ec2")
    rows = [{"code": q["QuotaCode"], "value": _exact(q["Value"]), "as_of": today.isoformat()} for q in found]
    return sorted(rows, key=lambda row: row["code"])


def _pages(
    clients: Clients, service: str, region: str, operation: str, *, key: str, action: str, **arguments: Any
) -> Iterator[dict[str, Any]]:
    """Every record of a paginated operation."""
    with translated(action):
        for page in clients(service, region).get_paginator(operation).paginate(**arguments):
            yield from page[key]


def _products(clients: Clients, filters: Mapping[str, str]) -> Iterator[str]:
    """Products of EC2 that match all of the filters, as JSON texts."""
    matches = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()]
    with translated(ACTIONS["on_demand"]):
        paginator = clients("pricing", _PRICING_REGION).get_paginator("get_products")
        for page in paginator.paginate(ServiceCode="AmazonEC2", Filters=matches):
            yield from page["PriceList"]


def _price(name: str, usd: Decimal | str, day: date, source: str) -> Row:
    return {"instance_type": name, "usd": _exact(usd), "as_of": day.isoformat(), "note": "", "source": source}


def _exact(value: Decimal | str | float) -> str:
    """A number without exponent and trailing zeros."""
    return f"{Decimal(str(value)).normalize():f}"


def _is_running_rate(record: Mapping[str, Any]) -> bool:
    """True for the rate of a running instance of plain Linux: the API also rates unused reservations."""
    return (
        record["operation"] == "RunInstances"
        and "BoxUsage" in record["usageType"]
        and record["savingsPlanOffering"]["durationSeconds"] in _YEARS
    )


def _rate(record: Mapping[str, Any], region: str, today: date) -> Row:
    offering = record["savingsPlanOffering"]
    properties = {item["name"]: item["value"] for item in record["properties"]}
    price = _price(properties["instanceType"], record["rate"], today, "savings-plan-api")
    return price | {
        "region": region,
        "plan": _PLANS[offering["planType"]],
        "term": _YEARS[offering["durationSeconds"]],
        "payment": offering["paymentOption"].lower().replace(" ", "-"),
    }
