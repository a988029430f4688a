"""Leased Mac hosts: a host resource group, a licence configuration, and a group that follows the week's timetable.

Auto Scaling starts Macs only through a host resource group with a licence configuration:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/mac-instance-launch.html
"""

from collections.abc import Sequence

import pulumi
from pulumi_aws import autoscaling, ec2, licensemanager, resourcegroups

from fleet.resources.access import Access
from fleet.resources.design.model import LeaseDesign, LeaseStep, MacDesign
from fleet.resources.groups import propagated
from fleet.resources.launch import Extras, launch_template
from fleet.resources.names import RESOURCE_GROUP, fitting, unreserved
from fleet.resources.placement import Placement

__all__ = ["leased_hosts"]

_HOURS_A_DAY = 24
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def leased_hosts(
    name: str,
    design: MacDesign,
    lease: LeaseDesign,
    *,
    access: Access,
    placement: Placement,
    parent: pulumi.Resource,
) -> list[autoscaling.Group]:
    """Groups of hosts that come and go, with one scheduled action for each change of the week."""
    template = _template(name, design, lease, access, parent)
    groups = []
    for place, steps in enumerate(lease.tracks, start=1):
        own = name if place == 1 else f"{name}-{place}"
        peak = max(step.hosts for step in steps)
        group = _group(own, design, lease, template, peak=peak, placement=placement, parent=parent)
        for step in steps:
            _action(own, design, step, peak=peak, group=group, parent=parent)
        groups.append(group)
    return groups


def _template(
    name: str, design: MacDesign, lease: LeaseDesign, access: Access, parent: pulumi.Resource
) -> ec2.LaunchTemplate:
    options = pulumi.ResourceOptions(parent=parent)
    licences = licensemanager.LicenseConfiguration(
        name,
        description="Lets the host resource group take Mac hosts; limits nothing",
        license_counting_type="Socket",
        license_count_hard_limit=False,
        region=design.region,
        tags=dict(lease.tags),
        opts=options,
    )
    hosts = resourcegroups.Group(
        fitting(unreserved(name, "aws"), RESOURCE_GROUP),
        description=f"Mac hosts of {name} - allocated and released by AWS",
        configurations=_host_management(lease, licences.arn),
        region=design.region,
        tags=dict(lease.tags),
        opts=options,
    )
    return launch_template(
        name,
        image=lease.image,
        root_volume_gib=design.root_volume_gib,
        access=access,
        region=design.region,
        tags=lease.tags,
        parent=parent,
        extras=Extras(
            instance_type=lease.facts.name,
            host_resource_group=hosts.arn,
            license_configuration=licences.arn,
        ),
    )


def _group(
    name: str,
    design: MacDesign,
    lease: LeaseDesign,
    template: ec2.LaunchTemplate,
    *,
    peak: int,
    placement: Placement,
    parent: pulumi.Resource,
) -> autoscaling.Group:
    return autoscaling.Group(
        name,
        region=design.region,
        min_size=0,
        max_size=peak,
        # No desired size: the timetable sets it, and an update in between must not release a host early.
        vpc_zone_identifiers=placement.subnets(lease.zones),
        launch_template=autoscaling.GroupLaunchTemplateArgs(id=template.id, version=template.latest_version.apply(str)),
        # The host that has been leased longest goes first, so that none is released before its 24 hours.
        termination_policies=["OldestInstance"],
        # Balancing over zones would end instances, and with them the leases, at any time of the day.
        suspended_processes=["AZRebalance", "ReplaceUnhealthy"],
        health_check_type="EC2",
        health_check_grace_period=3600,
        wait_for_capacity_timeout="0",
        tags=propagated(lease.tags, name),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _action(
    name: str,
    design: MacDesign,
    step: LeaseStep,
    *,
    peak: int,
    group: autoscaling.Group,
    parent: pulumi.Resource,
) -> None:
    day, hour = divmod(step.hour, _HOURS_A_DAY)
    action = f"{name}-{_DAYS[day].lower()}-{hour:02d}"
    autoscaling.Schedule(
        action,
        region=design.region,
        scheduled_action_name=action,
        autoscaling_group_name=group.name,
        min_size=0,
        max_size=peak,
        desired_capacity=step.hosts,
        recurrence=f"0 {hour} * * {_DAYS[day]}",
        time_zone="Etc/UTC",
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _host_management(lease: LeaseDesign, licences: pulumi.Output[str]) -> list[resourcegroups.GroupConfigurationArgs]:
    management = [
        _parameter("allowed-host-families", [lease.facts.host_family or lease.facts.family]),
        _parameter("allowed-host-based-license-configurations", [licences]),
        _parameter("auto-allocate-host", ["true"]),
        _parameter("auto-release-host", ["true"]),
        _parameter("auto-host-recovery", ["false"]),
    ]
    generic = [
        _parameter("allowed-resource-types", ["AWS::EC2::Host"]),
        _parameter("deletion-protection", ["UNLESS_EMPTY"]),
    ]
    return [
        resourcegroups.GroupConfigurationArgs(type="AWS::EC2::HostManagement", parameters=management),
        resourcegroups.GroupConfigurationArgs(type="AWS::ResourceGroups::Generic", parameters=generic),
    ]


def _parameter(name: str, values: Sequence[pulumi.Input[str]]) -> resourcegroups.GroupConfigurationParameterArgs:
    return resourcegroups.GroupConfigurationParameterArgs(name=name, values=list(values))
