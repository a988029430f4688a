"""Auto Scaling groups: plain for one type, mixed instances for several or for spot; schedules and target tracking."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
from pulumi_aws import autoscaling, ec2

from fleet.resources.access import Access
from fleet.resources.design.model import Choice, GroupDesign
from fleet.resources.launch import Extras, launch_template
from fleet.resources.placement import Placement
from fleet.resources.settings import OfficeHours

__all__ = ["office_hours", "scaling_group", "target_tracking", "propagated"]

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
    extra = replace(extras or Extras(), instance_type=design.choices[0].facts.name)
    templates = _templates(name, design, access, parent, extra)
    first = templates[design.choices[0].image.image_id]
    mixed = design.market == "spot" or len(design.choices) > 1
    return autoscaling.Group(
        name,
        region=design.region,
        min_size=design.min_size,
        desired_capacity=design.desired,
        max_size=design.max_size,
        vpc_zone_identifiers=placement.subnets(design.zones),
        launch_template=None if mixed else {"id": first.id, "version": first.latest_version.apply(str)},
        mixed_instances_policy=_mixed(design, templates) if mixed else None,
        capacity_rebalance=design.market == "spot",
        health_check_type="EC2",
        health_check_grace_period=_WARM_UP_SECONDS,
        default_instance_warmup=_WARM_UP_SECONDS,
        instance_refresh={
            "strategy": "Rolling",
            "preferences": {"min_healthy_percentage": _HEALTHY_PERCENT, "auto_rollback": False, "skip_matching": True},
        },
        # The plan is a budget, not a health check: `up` does not wait for capacity that AWS may lack today.
        wait_for_capacity_timeout="0",
        tags=propagated(design.tags, name),
        opts=pulumi.ResourceOptions(parent=parent),
    )


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
    on = {"min_size": design.min_size, "max_size": design.max_size, "desired_capacity": design.desired}
    off = {"min_size": 0, "max_size": design.max_size, "desired_capacity": 0}
    for action, sizes, recurrence in (("start", on, hours.start), ("stop", off, hours.stop)):
        autoscaling.Schedule(
            f"{name}-{action}",
            region=design.region,
            scheduled_action_name=f"{name}-{action}",
            autoscaling_group_name=group.name,
            recurrence=recurrence,
            time_zone=hours.time_zone,
            opts=pulumi.ResourceOptions(parent=parent),
            **sizes,
        )


def propagated(tags: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    """Tags as a group takes them, handed on to what it launches, with a name for people."""
    named = {**tags, "Name": name}
    return [{"key": key, "value": named[key], "propagate_at_launch": True} for key in sorted(named)]


def _templates(
    name: str, design: GroupDesign, access: Access, parent: pulumi.Resource, extra: Extras
) -> dict[str, ec2.LaunchTemplate]:
    templates: dict[str, ec2.LaunchTemplate] = {}
    for choice in design.choices:
        if choice.image.image_id in templates:
            continue
        suffix = f"-{choice.image.architecture.replace('_', '-')}" if templates else ""
        templates[choice.image.image_id] = launch_template(
            f"{name}{suffix}",
            image=choice.image,
            root_volume_gib=design.root_volume_gib,
            access=access,
            region=design.region,
            tags=design.tags,
            parent=parent,
            extras=replace(extra, instance_type=choice.facts.name),
        )
    return templates


def _mixed(design: GroupDesign, templates: Mapping[str, ec2.LaunchTemplate]) -> dict[str, Any]:
    spot = design.market == "spot"
    first = templates[design.choices[0].image.image_id]
    return {
        "instances_distribution": {
            "on_demand_allocation_strategy": "prioritized",
            "on_demand_base_capacity": design.on_demand_base,
            "on_demand_percentage_above_base_capacity": 0 if spot else 100,
            # The pools least likely to be interrupted first, then the cheapest; and no price cap: AWS advises none.
            "spot_allocation_strategy": "price-capacity-optimized",
        },
        "launch_template": {
            "launch_template_specification": _specification(first),
            "overrides": [_override(design, choice, first, templates) for choice in design.choices],
        },
    }


def _override(
    design: GroupDesign, choice: Choice, first: ec2.LaunchTemplate, templates: Mapping[str, ec2.LaunchTemplate]
) -> dict[str, Any]:
    own = templates[choice.image.image_id]
    override: dict[str, Any] = {"instance_type": choice.facts.name}
    if design.is_weighted:
        override["weighted_capacity"] = str(choice.weight)
    if own is not first:
        override["launch_template_specification"] = _specification(own)
    return override


def _specification(template: ec2.LaunchTemplate) -> dict[str, Any]:
    return {"launch_template_id": template.id, "version": template.latest_version.apply(str)}
