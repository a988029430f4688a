"""Pulumi components that declare a planned fleet. They receive decided values and never choose.

Names load on first use: a program that uses one component does not pay for the others' AWS modules.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fleet.resources.batch_queue import BatchQueue, BatchQueueArgs
    from fleet.resources.cluster import Cluster, ClusterArgs
    from fleet.resources.fleet import Fleet, FleetArgs
    from fleet.resources.inference_pool import InferencePool
    from fleet.resources.mac_fleet import MacFleet, MacFleetArgs
    from fleet.resources.network import Network, NetworkArgs
    from fleet.resources.placement import Placement
    from fleet.resources.program import args_from_config, read_args
    from fleet.resources.render_pool import RenderPool
    from fleet.resources.scaling_pool import PoolArgs
    from fleet.resources.service_pool import ServicePool
    from fleet.resources.settings import (
        ClusterSettings,
        NetworkSettings,
        OfficeHours,
        Reservation,
        Settings,
        read_settings,
    )
    from fleet.resources.training_cluster import TrainingCluster, TrainingClusterArgs

__all__ = [
    "BatchQueue",
    "BatchQueueArgs",
    "Cluster",
    "ClusterArgs",
    "ClusterSettings",
    "Fleet",
    "FleetArgs",
    "InferencePool",
    "MacFleet",
    "MacFleetArgs",
    "Network",
    "NetworkArgs",
    "NetworkSettings",
    "OfficeHours",
    "Placement",
    "PoolArgs",
    "RenderPool",
    "Reservation",
    "ServicePool",
    "Settings",
    "TrainingCluster",
    "TrainingClusterArgs",
    "args_from_config",
    "read_args",
    "read_settings",
]

_HOME = {
    "BatchQueue": "batch_queue",
    "BatchQueueArgs": "batch_queue",
    "Cluster": "cluster",
    "ClusterArgs": "cluster",
    "ClusterSettings": "settings",
    "Fleet": "fleet",
    "FleetArgs": "fleet",
    "InferencePool": "inference_pool",
    "MacFleet": "mac_fleet",
    "MacFleetArgs": "mac_fleet",
    "Network": "network",
    "NetworkArgs": "network",
    "NetworkSettings": "settings",
    "OfficeHours": "settings",
    "Placement": "placement",
    "PoolArgs": "scaling_pool",
    "RenderPool": "render_pool",
    "Reservation": "settings",
    "ServicePool": "service_pool",
    "Settings": "settings",
    "TrainingCluster": "training_cluster",
    "TrainingClusterArgs": "training_cluster",
    "args_from_config": "program",
    "read_args": "program",
    "read_settings": "settings",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
