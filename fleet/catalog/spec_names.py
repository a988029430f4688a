"""The catalog's names, as far as a spec is checked against them."""

from fleet.catalog.catalog import Catalog
from fleet.spec.known import Known

__all__ = ["known"]


def known(catalog: Catalog) -> Known:
    """Names that a spec may mention: what the catalog lists, whether or not it can be bought."""
    return Known(
        regions={region: len(catalog.zones(region)) for region in catalog.regions},
        instance_types=frozenset(catalog.types) | frozenset(catalog.listed),
        families=frozenset(catalog.families) | {item.family for item in catalog.listed.values()},
        accelerators=frozenset(catalog.accelerators),
        chips=frozenset(mac.chip for mac in catalog.macs.values()),
        quota_codes=frozenset(catalog.quotas),
    )
