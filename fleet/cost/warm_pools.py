"""Warm pools: instances that are kept ready beside an Auto Scaling group, stopped, hibernated or running.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html: "With stopped instances, you pay
only for the volumes that you use". Sizes are those of PutWarmPool.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fleet.cost.properties import at, count, mapping, number, span, text
from fleet.interval import Interval
from fleet.stack.model import Unknown

__all__ = ["WarmPool", "warm_pool_of"]

_NO_LIMIT = Decimal(-1)
_AT_REST = frozenset({"stopped", "hibernated"})


@dataclass(frozen=True, slots=True)
class WarmPool:
    """What is kept ready. `prepared` None: as many as the group's maximum, less what is in service."""

    runs: bool | Unknown
    minimum: Interval
    prepared: Interval | None

    def size(self, in_service: Interval, maximum: Interval) -> Interval:
        """Instances in the pool: what is prepared less what is in service, at least the pool's minimum."""
        prepared = maximum if self.prepared is None else self.prepared
        in_service_at_most = prepared.min if in_service.max is None else in_service.max
        low = max(self.minimum.min, prepared.min - in_service_at_most)
        if self.minimum.max is None or prepared.max is None:
            return Interval(low, None)
        return Interval(low, max(self.minimum.max, prepared.max - in_service.min))

    def running_beside(self, in_service: Interval) -> Interval:
        """What may run when so much is in service: that, and the pool where its instances are kept running."""
        return in_service if self.runs is False else in_service + self.size(in_service, in_service)


def warm_pool_of(values: Mapping[str, Any], key: str) -> WarmPool | None:
    """The warm pool that a group describes under a key; None when it has none."""
    if at(values, key) in (None, []):
        return None
    block = mapping(values, key)
    if isinstance(block, Unknown):
        return WarmPool(runs=block, minimum=span(block), prepared=span(block))
    state = text(block, "poolState")
    runs: bool | Unknown = state if isinstance(state, Unknown) else (state or "stopped").lower() not in _AT_REST
    # -1 takes a limit back that was set before.
    unlimited = number(block, "maxGroupPreparedCapacity") in (None, _NO_LIMIT)
    prepared = None if unlimited else span(count(block, "maxGroupPreparedCapacity"))
    return WarmPool(runs=runs, minimum=span(count(block, "minSize")), prepared=prepared)
