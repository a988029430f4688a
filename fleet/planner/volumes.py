"""The root volume of a node: what it adds to an hour."""

from collections.abc import Iterable
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import Unpriced
from fleet.money import HOURS_PER_MONTH, usd

ROOT_VOLUME_GIB = 20.0
"""Root volume of nodes outside clusters, as the components declare it (gp3)."""


def root_volume_hourly_usd(catalog: Catalog, region: str, gib: float) -> Decimal | None:
    """An hour of a gp3 volume of so many GiB; None where the catalog has no price (other regions than its source's)."""
    if catalog.plain:
        return Decimal(0)
    price = catalog.service(region, "ebs", "gp3 storage")
    return None if isinstance(price, Unpriced) else price.usd * usd(gib) / HOURS_PER_MONTH


def volume_note(region: str, volumes: Iterable[Decimal | None]) -> tuple[str, ...]:
    """The assumption to list where volumes have no price."""
    if any(volume is None for volume in volumes):
        return (f"no EBS price is known in {region}: root volumes are left out of the cost",)
    return ()
