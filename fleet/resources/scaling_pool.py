"""The parts that service, inference and render pools have in common: access, groups, schedules."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling

from fleet.resources.access import Access, instance_access
from fleet.resources.component import placement_in, prefix
from fleet.resources.design.model import GroupDesign, PoolDesign
from fleet.resources.groups import office_hours, scaling_group, target_tracking
from fleet.resources.placement import Placement

__all__ = ["PoolArgs", "declare_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolArgs:
    """A pool that is decided, and the networks it goes to by region."""

    design: PoolDesign
    placements: Mapping[str, Placement]


def declare_groups(name: str, args: PoolArgs, parent: pulumi.Resource) -> list[autoscaling.Group]:
    """Access once for each region, then every group with its schedule and target tracking."""
    design = args.design
    accesses: dict[str, Access] = {}
    for region in sorted({group.region for group in design.groups}):
        suffix = "" if region == design.home else f"-{region}"
        accesses[region] = instance_access(
            f"{name}{suffix}", placement=placement_in(args.placements, region), tags=design.tags, parent=parent
        )
    return [_group(name, args, group, accesses[group.region], parent) for group in design.groups]


def _group(name: str, args: PoolArgs, group: GroupDesign, access: Access, parent: pulumi.Resource) -> autoscaling.Group:
    design = args.design
    own = prefix(name, design.workload) + group.name
    placement = placement_in(args.placements, group.region)
    created = scaling_group(own, group, placement=placement, access=access, parent=parent)
    # On-demand groups of fixed size have nothing to track.
    if design.target_cpu_percent is not None and group.min_size < group.max_size:
        target_tracking(own, created, region=group.region, percent=design.target_cpu_percent, parent=parent)
    if design.schedule is not None:
        office_hours(own, created, group, design.schedule, parent=parent)
    return created
