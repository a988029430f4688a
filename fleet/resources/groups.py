"""Auto Scaling groups: plain for one type, mixed instances for several or for spot; schedules and target tracking."""

from collections.abc import Mapping
from dataclasses import replace

import pulumi
from pulumi_aws import autoscaling, ec2

from fleet.resources.access import Access
from fleet.resources.design.model import GroupDesign
from fleet.resources.launch import Extras, launch_template
from fleet.resources.placement import Placement
from fleet.resources.settings import OfficeHours

__all__ = ["office_hours", "propagated", "scaling_group", "target_tracking"]

_WARM_UP_SECONDS = 300
_HEALTHY_PERCENT = 90


def scaling_group(
    name: str,
    design: GroupDesign,
    *,
    placement: Placement,
    access: Access,
    parent: pulumi.Resource,
    extras: Extras | None = None,
) -> autoscaling.Group:
    """One group with its launch templates (one for each image)."""
    template = launch_template(
        name,
        image=design.image,
        root_volume_gib=design.root_volume_gib,
        access=access,
        region=design.region,
        tags=design.tags,
        parent=parent,
        extras=replace(
            extras or Extras(),
            instance_type=design.choices[0].facts.name,
            reservation=design.reservation,
            types=tuple(choice.facts for choice in design.choices),
        ),
    )
    mixed = design.market == "spot" or len(design.choices) > 1
    single = autoscaling.GroupLaunchTemplateArgs(id=template.id, version=template.latest_version.apply(str))
    return autoscaling.Group(
        name,
        region=design.region,
        min_size=design.min_size,
        desired_capacity=design.desired,
        max_size=design.max_size,
        vpc_zone_identifiers=placement.subnets(design.zones),
        launch_template=None if mixed else single,
        mixed_instances_policy=_mixed(design, template) if mixed else None,
        capacity_rebalance=design.market == "spot",
        target_group_arns=list(design.target_groups) or None,
        health_check_type="ELB" if design.target_groups else "EC2",
        health_check_grace_period=_WARM_UP_SECONDS,
        default_instance_warmup=_WARM_UP_SECONDS,
        instance_refresh=_rolling() if design.is_rolling else None,
        # The plan is a budget, not a health check: `up` does not wait for capacity that AWS may lack today.
        wait_for_capacity_timeout="0",
        tags=propagated(design.tags, name),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _rolling() -> autoscaling.GroupInstanceRefreshArgs:
    """A new template version replaces instances a few at a time, without going over the planned size."""
    preferences = autoscaling.GroupInstanceRefreshPreferencesArgs(
        min_healthy_percentage=_HEALTHY_PERCENT, skip_matching=True
    )
    return autoscaling.GroupInstanceRefreshArgs(strategy="Rolling", preferences=preferences)


def target_tracking(
    name: str, group: autoscaling.Group, *, region: str, percent: float, parent: pulumi.Resource
) -> autoscaling.Policy:
    """Keeps the group's mean CPU at so many per cent, between its smallest and its largest size."""
    return autoscaling.Policy(
        name,
        region=region,
        autoscaling_group_name=group.name,
        policy_type="TargetTrackingScaling",
        target_tracking_configuration={
            "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
            "target_value": percent,
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )


def office_hours(
    name: str, group: autoscaling.Group, design: GroupDesign, hours: OfficeHours, *, parent: pulumi.Resource
) -> None:
    """Switches the group on and off by the clock."""
    for action, minimum, desired, recurrence in (
        ("start", design.min_size, design.desired, hours.start),
        ("stop", 0, 0, hours.stop),
    ):
        autoscaling.Schedule(
            f"{name}-{action}",
            region=design.region,
            scheduled_action_name=f"{name}-{action}",
            autoscaling_group_name=group.name,
            min_size=minimum,
            max_size=design.max_size,
            desired_capacity=desired,
            recurrence=recurrence,
            time_zone=hours.time_zone,
            opts=pulumi.ResourceOptions(parent=parent),
        )


def propagated(tags: Mapping[str, str], name: str) -> list[autoscaling.GroupTagArgs]:
    """Tags as a group takes them, handed on to what it launches, with a name for people."""
    named = {**tags, "Name": name}
    return [autoscaling.GroupTagArgs(key=key, value=named[key], propagate_at_launch=True) for key in sorted(named)]


def _mixed(design: GroupDesign, template: ec2.LaunchTemplate) -> autoscaling.GroupMixedInstancesPolicyArgs:
    distribution = autoscaling.GroupMixedInstancesPolicyInstancesDistributionArgs(
        on_demand_allocation_strategy="prioritized",
        on_demand_base_capacity=design.on_demand_base,
        on_demand_percentage_above_base_capacity=0 if design.market == "spot" else 100,
        # The pools least likely to be interrupted first, then the cheapest; and no price cap: AWS advises none.
        spot_allocation_strategy="price-capacity-optimized",
    )
    specification = autoscaling.GroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecificationArgs(
        launch_template_id=template.id, version=template.latest_version.apply(str)
    )
    overrides = [
        autoscaling.GroupMixedInstancesPolicyLaunchTemplateOverrideArgs(
            instance_type=choice.facts.name,
            weighted_capacity=str(choice.weight) if design.is_weighted else None,
        )
        for choice in design.choices
    ]
    return autoscaling.GroupMixedInstancesPolicyArgs(
        instances_distribution=distribution,
        launch_template=autoscaling.GroupMixedInstancesPolicyLaunchTemplateArgs(
            launch_template_specification=specification, overrides=overrides
        ),
    )
