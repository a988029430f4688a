"""Clusters: the services of each are packed together, zone by zone, on nodes that Kubernetes and its daemons shrink."""

from fleet.planner.clusters.ground import hours_of, members_of, node_type, room_of
from fleet.planner.clusters.planning import kept_clusters, plan_cluster, relaxed_cluster_usd

__all__ = ["hours_of", "kept_clusters", "members_of", "node_type", "plan_cluster", "relaxed_cluster_usd", "room_of"]
