"""The AWS CLI commands that a person runs to buy what the plan needs. Nothing here is ever run by fleet."""

from dataclasses import dataclass
from datetime import timedelta

from fleet.planner.accelerators import blocks
from fleet.planner.accelerators.work import HOURS_PER_DAY

_OFFERING = "OFFERING_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockOrder:
    """The capacity block of one job."""

    workload: str
    region: str
    instance_type: str
    count: int
    days: int
    buying: blocks.BuyingDays


def block_steps(order: BlockOrder) -> tuple[str, ...]:
    """How to search and buy the block of a job, and what to configure afterwards."""
    return (
        (
            f"workload {order.workload}: buy a capacity block of {order.count} {order.instance_type} in {order.region} "
            f"for {order.days} days, from {order.buying.first} until {order.buying.last} at the latest; it is paid in "
            "full at one price and cannot be cancelled"
        ),
        _search(order),
        (
            f"aws ec2 purchase-capacity-block --region {order.region} --capacity-block-offering-id {_OFFERING} "
            "--instance-platform Linux/UNIX"
        ),
        (
            f"workload {order.workload}: put the reservation id that the purchase returns into the configuration of "
            "the program, whose nodes must stand in the zone of the offer; the group stays at 0 nodes until then"
        ),
    )


def _search(order: BlockOrder) -> str:
    start = order.buying.start
    end = start + timedelta(days=order.days + 1)
    return (
        f"aws ec2 describe-capacity-block-offerings --region {order.region} --instance-type {order.instance_type} "
        f"--instance-count {order.count} --capacity-duration-hours {order.days * HOURS_PER_DAY} "
        f"--start-date-range {start}T00:00:00Z --end-date-range {end}T00:00:00Z"
    )
