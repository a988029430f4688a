"""What things cost: the price and the carbon of a stack, as intervals where a value is not known."""

from fleet.cost.estimate import estimate
from fleet.cost.kinds import MACHINE_TYPES, read_machines
from fleet.cost.machines import Choice, Launch, Machines, VolumeSpec
from fleet.cost.model import Cost, Estimate, Line, PricedResource, Unpriced
from fleet.cost.surroundings import Surroundings
from fleet.cost.tags import Tags

__all__ = [
    "MACHINE_TYPES",
    "Choice",
    "Cost",
    "Estimate",
    "Launch",
    "Line",
    "Machines",
    "PricedResource",
    "Surroundings",
    "Tags",
    "Unpriced",
    "VolumeSpec",
    "estimate",
    "read_machines",
]
