"""Pack replicas of several workloads onto shared nodes at least cost, with a proved lower bound."""

from fleet.planner.packing.pack import Packing, pack
from fleet.planner.packing.problem import Load, NodeType, Problem

__all__ = ["Load", "NodeType", "Packing", "Problem", "pack"]
