"""Reading what each kind of resource launches into one view (`Machines`)."""

from collections.abc import Callable, Mapping

from fleet.cost.kinds.auto_scaling import group
from fleet.cost.kinds.fleets import ec2_fleet, spot_fleet
from fleet.cost.kinds.instance import SPOT_REQUEST, instance
from fleet.cost.kinds.managed import batch_environment, node_group
from fleet.cost.machines import Machines
from fleet.cost.surroundings import GROUP, Surroundings
from fleet.stack.model import Resource

__all__ = ["BATCH", "FLEET", "INSTANCE", "MACHINE_TYPES", "NODE_GROUP", "SPOT_FLEET", "SPOT_REQUEST", "read_machines"]

INSTANCE = "aws:ec2/instance:Instance"
FLEET = "aws:ec2/fleet:Fleet"
SPOT_FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
BATCH = "aws:batch/computeEnvironment:ComputeEnvironment"

_READERS: Mapping[str, Callable[[Resource, Surroundings], Machines]] = {
    INSTANCE: instance,
    SPOT_REQUEST: instance,
    GROUP: group,
    FLEET: ec2_fleet,
    SPOT_FLEET: spot_fleet,
    NODE_GROUP: node_group,
    BATCH: batch_environment,
}

MACHINE_TYPES = frozenset(_READERS)
"""Resource types that launch instances."""


def read_machines(resource: Resource, near: Surroundings) -> Machines | None:
    """What a resource launches; None when it is not a kind that launches instances."""
    reader = _READERS.get(resource.type)
    return None if reader is None else reader(resource, near)
