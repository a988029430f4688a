"""The components as a plugin offers them to programs in other languages: plain arguments in, the same resources out."""

import re

import pulumi
from pulumi.output import Inputs
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from fleet.resources import batch_queue, cluster, inference_pool, mac_fleet, render_pool, service_pool, training_cluster
from fleet.resources import fleet as whole
from fleet.resources.design.model import BatchDesign, MacDesign, PoolDesign, TrainingDesign
from fleet.resources.hosted_inputs import (
    ClusterInputs,
    FleetInputs,
    WorkloadInputs,
    cluster_design,
    fleet_args,
    workload_design,
)
from fleet.resources.scaling_pool import PoolArgs

__all__ = [
    "COMPONENTS",
    "BatchQueue",
    "Cluster",
    "Fleet",
    "FleetProvider",
    "InferencePool",
    "MacFleet",
    "RenderPool",
    "ServicePool",
    "TrainingCluster",
]

_Options = pulumi.ResourceOptions | None


class Fleet(whole.Fleet):
    """The whole fleet of a plan: networks, clusters, pools, queues, training and Macs."""

    monthly_usd: pulumi.Output[float]
    """What the plan costs a month, in USD."""
    one_off_usd: pulumi.Output[float]
    """What its jobs with a deadline cost once, in USD."""
    hourly_usd: pulumi.Output[float]
    """What an hour with everything running costs, in USD."""
    groups: pulumi.Output[dict[str, list[str]]]
    """Workload -> names of the groups that serve it."""

    def __init__(self, name: str, args: FleetInputs, opts: _Options = None) -> None:
        super().__init__(name, fleet_args(args), opts)


class ServicePool(service_pool.ServicePool):
    """Auto Scaling groups that run one long-running service."""

    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups."""

    def __init__(self, name: str, args: WorkloadInputs, opts: _Options = None) -> None:
        super().__init__(name, _pool(args, "service"), opts)


class InferencePool(inference_pool.InferencePool):
    """Auto Scaling groups that serve one model on accelerators."""

    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups."""

    def __init__(self, name: str, args: WorkloadInputs, opts: _Options = None) -> None:
        super().__init__(name, _pool(args, "inference"), opts)


class RenderPool(render_pool.RenderPool):
    """Auto Scaling groups that render and encode video."""

    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups."""

    def __init__(self, name: str, args: WorkloadInputs, opts: _Options = None) -> None:
        super().__init__(name, _pool(args, "rendering"), opts)


class TrainingCluster(training_cluster.TrainingCluster):
    """Auto Scaling groups for one training job. It buys nothing: a block is targeted by its reservation's id."""

    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups."""

    def __init__(self, name: str, args: WorkloadInputs, opts: _Options = None) -> None:
        design, placements = workload_design(args, TrainingDesign)
        own = training_cluster.TrainingClusterArgs(design=design, placements=placements)
        super().__init__(name, own, opts)


class BatchQueue(batch_queue.BatchQueue):
    """A job queue over compute environments that stand at 0 until jobs come."""

    queue_arn: pulumi.Output[str]
    """ARN of the job queue."""
    job_definition_arn: pulumi.Output[str]
    """ARN of the job definition that jobs may start from."""
    group_names: pulumi.Output[list[str]]
    """Names of the compute environments, in the order in which the queue fills them."""

    def __init__(self, name: str, args: WorkloadInputs, opts: _Options = None) -> None:
        design, placements = workload_design(args, BatchDesign)
        super().__init__(name, batch_queue.BatchQueueArgs(design=design, placements=placements), opts)


class MacFleet(mac_fleet.MacFleet):
    """Dedicated hosts with one macOS instance each, and a group whose hosts are leased for at least 24 hours."""

    host_ids: pulumi.Output[list[str]]
    """Ids of the hosts that are always on."""
    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups of leased hosts."""

    def __init__(self, name: str, args: WorkloadInputs, opts: _Options = None) -> None:
        design, placements = workload_design(args, MacDesign)
        super().__init__(name, mac_fleet.MacFleetArgs(design=design, placements=placements), opts)


class Cluster(cluster.Cluster):
    """An EKS cluster with one managed node group for each allocation of the plan."""

    cluster_name: pulumi.Output[str]
    """Name of the EKS cluster."""
    group_names: pulumi.Output[list[str]]
    """Names of the managed node groups."""

    def __init__(self, name: str, args: ClusterInputs, opts: _Options = None) -> None:
        design, placements = cluster_design(args)
        super().__init__(name, cluster.ClusterArgs(design=design, placements=placements), opts)


COMPONENTS: list[type[pulumi.ComponentResource]] = [
    BatchQueue,
    Cluster,
    Fleet,
    InferencePool,
    MacFleet,
    RenderPool,
    ServicePool,
    TrainingCluster,
]


class FleetProvider(ComponentProvider):
    """Hosts the components; a bad argument keeps its path on the way to the caller."""

    def __init__(self, version: str) -> None:
        super().__init__(COMPONENTS, "fleet", None, version)

    def construct(
        self, name: str, resource_type: str, inputs: Inputs, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """One component; an InputPropertyError raised inside comes out as one, in the caller's spelling."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.InputPropertyError):
                path = re.sub("_([a-z])", lambda match: match[1].upper(), error.inner.property_path)
                raise pulumi.InputPropertyError(path, error.inner.reason) from error
            raise


def _pool(args: WorkloadInputs, kind: str) -> PoolArgs:
    design, placements = workload_design(args, PoolDesign, kind=kind)
    return PoolArgs(design=design, placements=placements)
