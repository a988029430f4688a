"""What service quotas leave free while a fleet is planned: a value that shrinks from part to part."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fleet.catalog import Catalog
from fleet.plans.model import Allocation, QuotaUse
from fleet.spec.model import FleetSpec, QuotaLimit
from fleet.spec.model import Quotas as QuotaRules

Key = tuple[str, str]
"""Region and quota code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Limits less what is in use, and what the plan takes so far; by region and code, in the quota's own unit."""

    catalog: Catalog
    allowed: Mapping[Key, float]
    needed: Mapping[Key, float]

    @classmethod
    def of(cls, spec: FleetSpec, catalog: Catalog) -> "Quotas":
        """The limits that the spec sets, and AWS's defaults for the rest where it asks for them."""
        regions = sorted(
            {region for workload in spec.workloads for region in spec.regions_for(workload)} | {spec.region}
        )
        allowed: dict[Key, float] = {}
        for region in regions:
            if spec.quotas.defaults:
                for code, quota in catalog.quotas.items():
                    if quota.default is not None:
                        allowed[region, code] = float(quota.default)
            # A limit of the region wins over one of every region.
            for limit in sorted(spec.quotas.limits, key=lambda limit: limit.region is not None):
                if limit.region in {None, region}:
                    allowed[region, limit.code] = max(0.0, limit.limit - limit.in_use)
        allowed = {key: limit for key, limit in allowed.items() if limit < math.inf}
        return cls(catalog=catalog, allowed=allowed, needed={})

    @property
    def free(self) -> dict[str, float]:
        """What is left, keyed `region:code`."""
        return {
            f"{region}:{code}": max(0.0, limit - self.needed.get((region, code), 0.0))
            for (region, code), limit in self.allowed.items()
        }

    def fits(self, allocations: Iterable[Allocation]) -> bool:
        """Whether the limits leave room for these allocations."""
        needed = self.less(allocations).needed
        return all(needed.get(key, 0.0) <= limit + 1e-9 for key, limit in self.allowed.items())

    def less(self, allocations: Iterable[Allocation], cleaned: Mapping[Key, int] | None = None) -> "Quotas":
        """The same with what these allocations take, and hosts that AWS cleans beside them."""
        needed = defaultdict(float, self.needed)
        for key, hosts in (cleaned or {}).items():
            needed[key] += hosts
        for allocation in allocations:
            code = self.catalog.quota_code(allocation.instance_type, allocation.purchase)
            kind = self.catalog.types.get(allocation.instance_type)
            if code is None or kind is None:
                continue
            unit = 1.0 if allocation.purchase == "dedicated_host" else float(kind.vcpus)
            needed[allocation.region, code] += allocation.count * unit
        return replace(self, needed=dict(needed))

    def rules(self) -> QuotaRules:
        """What is left as a spec would say it, for planners that read quotas from the spec."""
        limits = [
            QuotaLimit(code=code, region=region, limit=limit, in_use=min(limit, self.needed.get((region, code), 0.0)))
            for (region, code), limit in sorted(self.allowed.items())
        ]
        return QuotaRules(defaults=False, limits=limits)

    def uses(self) -> list[QuotaUse]:
        """What the plan needs of each code, the largest need over the regions first where there are several."""
        return [
            QuotaUse(code=code, needed=needed, allowed=self.allowed.get((region, code)))
            for (region, code), needed in sorted(self.needed.items(), key=lambda item: (item[0][1], item[0][0]))
        ]
