"""From a decided plan to what is declared for it: pure functions over plain values, without Pulumi resources."""

from fleet.resources.design.fleet import design_fleet
from fleet.resources.design.model import FleetDesign
from fleet.resources.design.source import Source

__all__ = ["FleetDesign", "Source", "design_fleet"]
