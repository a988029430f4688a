"""EC2 Mac against Apple's rules and AWS's: rules FM."""

from launching import group, instance
from pulumi_aws import autoscaling, ec2

HOST_GROUP = "arn:aws:resource-groups:us-east-1:123456789012:group/mac"


def declare() -> None:
    """One resource for each rule."""
    # FM401 mac-instance-without-host.
    instance("builder", "mac2.metal")
    # FM402 mac-host-released-early: twelve hours are half of the shortest lease.
    _timetable(
        group("ios", (0, 4), {}, instance_type="mac-m4.metal", placement={"host_resource_group_arn": HOST_GROUP})
    )
    # FM403 mac-host-underused.
    shared = ec2.DedicatedHost(
        "shared",
        instance_type="mac-m4.metal",
        availability_zone="us-east-1a",
        tags={"fleet:utilization": "0.15"},
    )
    # FM405 mac-work-that-needs-no-mac.
    instance(
        "linux-swift",
        "mac-m4.metal",
        {"fleet:platforms": "linux", "fleet:language": "swift"},
        tenancy="host",
        host_id=shared.id,
    )
    # FM404 mac-host-without-instance: no instance of its type runs on a host that is not told.
    ec2.DedicatedHost("forgotten", instance_type="mac2-m2.metal", availability_zone="us-east-1b")
    # FM406 mac-scaling-without-host-group.
    group("ungrouped", (0, 2), {}, instance_type="mac2-m2pro.metal", placement={"tenancy": "host"})


def _timetable(ios: autoscaling.Group) -> None:
    for name, capacity, recurrence in (("start", 4, "0 8 * * MON"), ("stop", 0, "0 20 * * MON")):
        autoscaling.Schedule(
            name,
            scheduled_action_name=name,
            autoscaling_group_name=ios.name,
            desired_capacity=capacity,
            min_size=0,
            max_size=4,
            recurrence=recurrence,
        )
