"""The plan as a value, and the lock file that keeps it: reading, writing, staleness."""

from fleet.plans.lock import LockCheck, check_lock, lock_path, plan_json, read_lock, require_fresh, write_lock
from fleet.plans.model import (
    NOMINAL_MEMORY,
    UNTRIED_MACOS,
    Allocation,
    CatalogStamp,
    Change,
    Conflict,
    Fallback,
    Lease,
    Node,
    Plan,
    QuotaUse,
    Rejection,
    Schedule,
    WaitMinutes,
)

__all__ = [
    "NOMINAL_MEMORY",
    "UNTRIED_MACOS",
    "Allocation",
    "CatalogStamp",
    "Change",
    "Conflict",
    "Fallback",
    "Lease",
    "LockCheck",
    "Node",
    "Plan",
    "QuotaUse",
    "Rejection",
    "Schedule",
    "WaitMinutes",
    "check_lock",
    "lock_path",
    "plan_json",
    "read_lock",
    "require_fresh",
    "write_lock",
]
