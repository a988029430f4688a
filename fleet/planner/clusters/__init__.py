"""Clusters: the services of each are packed together, zone by zone, on nodes that Kubernetes and its daemons shrink."""

from fleet.planner.clusters.ground import node_type
from fleet.planner.clusters.planning import plan_cluster

__all__ = ["node_type", "plan_cluster"]
