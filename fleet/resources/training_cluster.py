"""TrainingCluster: whole instances close together, with EFA between them, in a reservation that the user names."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling, ec2

from fleet.resources.access import instance_access
from fleet.resources.component import placement_in, prefix, token
from fleet.resources.design.model import GroupDesign, TrainingDesign
from fleet.resources.groups import scaling_group
from fleet.resources.launch import Extras
from fleet.resources.placement import Placement

__all__ = ["TrainingCluster", "TrainingClusterArgs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingClusterArgs:
    """A training job that is decided, and the networks it goes to by region."""

    design: TrainingDesign
    placements: Mapping[str, Placement]


class TrainingCluster(pulumi.ComponentResource):
    """Auto Scaling groups for one training job. It buys nothing: a block is targeted by its reservation's id."""

    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups."""

    def __init__(self, name: str, args: TrainingClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(token("TrainingCluster"), name, {"workload": args.design.workload}, opts)
        groups = [_group(name, args, group, self) for group in args.design.groups]
        self.group_names = pulumi.Output.all(*(group.name for group in groups)).apply(list)
        self.register_outputs({"group_names": self.group_names})


def _group(name: str, args: TrainingClusterArgs, design: GroupDesign, parent: pulumi.Resource) -> autoscaling.Group:
    own = prefix(name, args.design.workload) + design.name
    placement = placement_in(args.placements, design.region)
    facts = design.choices[0].facts
    efa = facts if args.design.uses_efa and facts.efa_interfaces else None
    access = instance_access(own, placement=placement, tags=design.tags, parent=parent, talks_to_itself=efa is not None)
    extras = Extras(
        market="capacity-block" if design.market == "capacity_block" else None,
        efa_facts=efa,
        placement_group=_placement_group(own, args.design, design, parent),
    )
    return scaling_group(own, design, placement=placement, access=access, parent=parent, extras=extras)


def _placement_group(
    name: str, training: TrainingDesign, design: GroupDesign, parent: pulumi.Resource
) -> pulumi.Output[str] | None:
    """Instances on one spine; a capacity block places its instances by itself and refuses a group."""
    facts = design.choices[0].facts
    if design.market == "capacity_block" or not training.uses_efa or not facts.clusters_in_placement_group:
        return None
    group = ec2.PlacementGroup(
        name,
        strategy="cluster",
        region=design.region,
        tags=dict(design.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return group.name
