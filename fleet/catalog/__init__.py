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
from fleet.lazy import on_first_use

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


# `known` alone needs the spec's models.
__getattr__ = on_first_use(__name__, {"known": "fleet.catalog.spec_names"})
