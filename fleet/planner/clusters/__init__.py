"""Clusters: the services of each are packed together, zone by zone, on nodes that Kubernetes and its daemons shrink."""

from fleet.planner.clusters.ground import node_type, room_of
from fleet.planner.clusters.planning import kept_clusters, plan_cluster, relaxed_cluster_usd

__all__ = ["kept_clusters", "node_type", "plan_cluster", "relaxed_cluster_usd", "room_of"]
