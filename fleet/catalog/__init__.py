"""What AWS sells: types, accelerators, prices and where they hold, from a dated snapshot."""

from fleet.catalog.catalog import PURCHASES, SHIPPED, Catalog
from fleet.catalog.decode import UNDATED
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
from fleet.catalog.reserved import eks_reserved
from fleet.catalog.staleness import is_stale, staleness

__all__ = [
    "PURCHASES",
    "SHIPPED",
    "UNDATED",
    "Accelerator",
    "Catalog",
    "InstanceType",
    "Interruption",
    "ListedType",
    "MacHost",
    "Offer",
    "Origin",
    "Price",
    "Quota",
    "Resolved",
    "SavingsPlanRate",
    "Unpriced",
    "eks_reserved",
    "is_stale",
    "known",
    "staleness",
]


def __getattr__(name: str) -> object:
    """`known` is imported when it is asked for: it is the only name here that needs the spec's models."""
    if name == "known":
        from fleet.catalog.spec_names import known  # noqa: PLC0415  (the point of this function)

        return known
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
