"""Products of the Price List API -> prices. Pure.

A product is JSON in a string: attributes, and terms with one price dimension an hour. Types that are sold by capacity
block only have products too, with the market option `CapacityBlock` and a price of nothing: they are no offers.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

__all__ = ["host_prices", "instance_prices"]

_HOST = re.compile(r"(?:^|-)HostUsage:(.+)$")


def instance_prices(products: Iterable[str]) -> dict[str, Decimal]:
    """USD an hour by type, of Linux on shared tenancy without software, on demand."""
    found: dict[str, Decimal] = {}
    for product in map(json.loads, products):
        attributes = product["product"]["attributes"]
        if attributes.get("marketoption", "OnDemand") != "OnDemand":
            continue
        if attributes.get("locationType", "AWS Region") != "AWS Region":
            continue  # a Local or Wavelength Zone has prices of its own
        for usd in _hourly(product):
            found[attributes["instanceType"]] = usd
    return found


def host_prices(products: Iterable[str], host_families: Mapping[str, str]) -> dict[str, Decimal]:
    """USD an hour of a host by type, for the host families asked for (family -> type).

    A host is keyed by its family in the usage type (`USE2-HostUsage:mac2`), which must match as a whole: `mac2` is
    also how `mac2-m2` starts.
    """
    found: dict[str, Decimal] = {}
    for product in map(json.loads, products):
        usage = _HOST.search(product["product"]["attributes"].get("usagetype", ""))
        if usage and usage.group(1) in host_families:
            for usd in _hourly(product):
                found[host_families[usage.group(1)]] = usd
    return found


def _hourly(product: Mapping[str, Any]) -> Iterator[Decimal]:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            usd = Decimal(dimension["pricePerUnit"].get("USD", "0"))
            if dimension.get("unit") == "Hrs" and usd > 0:
                yield usd
