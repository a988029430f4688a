"""Pack replicas of several workloads onto shared nodes at least cost, with a proved lower bound."""

from fleet.planner.packing.pack import Column, Packing, least_usd, pack
from fleet.planner.packing.problem import Load, NodeType, Problem

__all__ = ["Column", "Load", "NodeType", "Packing", "Problem", "least_usd", "pack"]
