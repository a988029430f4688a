"""Apple builds on EC2 Mac: demand, waiting, leases under the 24-hour rule, and the choice of type."""

from fleet.planner.mac.demand import hourly_builds, needs_mac, slots_per_host
from fleet.planner.mac.linux import as_batch
from fleet.planner.mac.machines import MacMarket, MacOption, survey_macs
from fleet.planner.mac.planning import MacChoice, mac_choices, plan_apple_builds
from fleet.planner.mac.week import MacWeek, Weeks

__all__ = [
    "MacChoice",
    "MacMarket",
    "MacOption",
    "MacWeek",
    "Weeks",
    "as_batch",
    "hourly_builds",
    "mac_choices",
    "needs_mac",
    "plan_apple_builds",
    "slots_per_host",
    "survey_macs",
]
