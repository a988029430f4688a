"""Pack replicas of several workloads onto shared nodes at least cost, with a proved lower bound."""

from fleet.planner.packing.arrays import useful
from fleet.planner.packing.pack import INFEASIBLE, Column, Packing, least_usd, pack, proved_usd
from fleet.planner.packing.problem import NEAR, Load, NodeType, Problem

__all__ = [
    "INFEASIBLE",
    "NEAR",
    "Column",
    "Load",
    "NodeType",
    "Packing",
    "Problem",
    "least_usd",
    "pack",
    "proved_usd",
    "useful",
]
