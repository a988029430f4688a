"""Service quotas on accelerator instances: vCPUs on demand, on spot and in capacity blocks, by code and region."""

from dataclasses import dataclass

from fleet.catalog import Catalog
from fleet.planner.accelerators.choices import Choice
from fleet.spec.model import Quotas


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a quota leaves free: a code in a region, in the quota's own unit."""

    code: str
    region: str
    free: float


def room_for(quotas: Quotas, catalog: Catalog, choice: Choice) -> Room | None:
    """What is free of the quota that a choice counts against; None where no limit is known or wanted.

    Capacity blocks do not count against the on-demand quotas; they have codes of their own, where one is known.
    """
    code = catalog.quota_code(choice.kind.name, choice.purchase)
    if code is None:
        return None
    for limit in quotas.limits:
        if limit.code == code and limit.region in {None, choice.region}:
            return Room(code=code, region=choice.region, free=max(0.0, limit.limit - limit.in_use))
    known = catalog.quotas.get(code)
    if not quotas.defaults or known is None or known.default is None:
        return None
    return Room(code=code, region=choice.region, free=float(known.default))


def takes(choice: Choice) -> float:
    """What one instance of a choice counts against its quota: its vCPUs."""
    return float(choice.kind.vcpus)
