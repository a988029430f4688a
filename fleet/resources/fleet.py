"""Fleet: everything that a plan declares, in one component."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from fleet.plans import Plan
from fleet.resources.batch_queue import BatchQueue, BatchQueueArgs
from fleet.resources.cluster import Cluster, ClusterArgs
from fleet.resources.component import token
from fleet.resources.design import FleetDesign, Source, design_fleet
from fleet.resources.design.model import PoolDesign
from fleet.resources.inference_pool import InferencePool
from fleet.resources.mac_fleet import MacFleet, MacFleetArgs
from fleet.resources.network import Network, NetworkArgs, existing_network
from fleet.resources.placement import Placement
from fleet.resources.render_pool import RenderPool
from fleet.resources.scaling_pool import PoolArgs
from fleet.resources.service_pool import ServicePool
from fleet.resources.settings import EVERYWHERE, NetworkSettings, Settings
from fleet.resources.training_cluster import TrainingCluster, TrainingClusterArgs
from fleet.spec import FleetSpec

if TYPE_CHECKING:
    from fleet.resources.facts import CatalogFacts

__all__ = ["Fleet", "FleetArgs", "networks"]

_Groups = pulumi.Output[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetArgs:
    """What must run, what was chosen for it, the catalog's facts, and what this stack sets."""

    spec: FleetSpec
    plan: Plan
    catalog: "CatalogFacts"
    settings: Settings = field(default_factory=Settings)


class Fleet(pulumi.ComponentResource):
    """The whole fleet of a plan: networks, clusters, pools, queues, training and Macs."""

    monthly_usd: pulumi.Output[float]
    """What the plan costs a month, in USD."""

    one_off_usd: pulumi.Output[float]
    """What its jobs with a deadline cost once, in USD."""

    hourly_usd: pulumi.Output[float]
    """What an hour with everything running costs, in USD."""

    groups: pulumi.Output[dict[str, list[str]]]
    """Workload -> names of the groups that serve it."""

    def __init__(self, name: str, args: FleetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(token("Fleet"), name, {"name": args.spec.name}, opts)
        source = Source(spec=args.spec, plan=args.plan, catalog=args.catalog, settings=args.settings)
        design = design_fleet(source)
        placements = networks(name, design.zones, args.settings, design.tags, home=args.spec.region, parent=self)
        groups = _declare(name, design, placements, self)
        self.monthly_usd = pulumi.Output.from_input(float(design.monthly_usd))
        self.one_off_usd = pulumi.Output.from_input(float(design.one_off_usd))
        self.hourly_usd = pulumi.Output.from_input(float(design.hourly_usd))
        self.groups = pulumi.Output.all(**groups)
        self.register_outputs(
            {
                "monthly_usd": self.monthly_usd,
                "one_off_usd": self.one_off_usd,
                "hourly_usd": self.hourly_usd,
                "groups": self.groups,
            }
        )


def networks(
    name: str,
    zones: Mapping[str, Sequence[str]],
    settings: Settings,
    tags: Mapping[str, str],
    *,
    home: str,
    parent: pulumi.Resource | None,
) -> dict[str, Placement]:
    """The network of each region: the existing one that the settings name, else a new one.

    Networks are named by their region, but for the fleet's `home`: a workload that moves to another region renames
    no network.
    """
    placements = {}
    several = len(zones) > 1
    for region in sorted(zones):
        own = settings.networks.get(region)
        network = own or settings.networks.get(EVERYWHERE, NetworkSettings())
        if network.vpc_id is not None and own is None and several:
            path = f"networks.{region}"
            raise pulumi.InputPropertyError(path, "a VPC lives in one region; give one for each region of the plan")
        if network.vpc_id is not None:
            path = f"networks.{region}" if own else "network"
            placements[region] = existing_network(region, zones[region], network, path=path)
            continue
        args = NetworkArgs(region=region, zones=zones[region], settings=network, tags=tags)
        created = Network(name if region == home else f"{name}-{region}", args, pulumi.ResourceOptions(parent=parent))
        placements[region] = created.placement
    return placements


def _declare(
    name: str, design: FleetDesign, placements: Mapping[str, Placement], parent: pulumi.Resource
) -> dict[str, _Groups]:
    opts = pulumi.ResourceOptions(parent=parent)
    groups: dict[str, list[_Groups]] = {}
    for cluster in design.clusters:
        made = Cluster(f"{name}-{cluster.name}", ClusterArgs(design=cluster, placements=placements), opts)
        for workload in cluster.workloads:
            groups.setdefault(workload, []).append(made.group_names)
    for pool in design.pools:
        groups.setdefault(pool.workload, []).append(_pool(name, pool, placements, opts))
    for queue in design.queues:
        batch = BatchQueue(f"{name}-{queue.workload}", BatchQueueArgs(design=queue, placements=placements), opts)
        groups.setdefault(queue.workload, []).append(batch.group_names)
    for training in design.trainings:
        train_args = TrainingClusterArgs(design=training, placements=placements)
        trains = TrainingCluster(f"{name}-{training.workload}", train_args, opts)
        groups.setdefault(training.workload, []).append(trains.group_names)
    for mac in design.macs:
        builds = MacFleet(f"{name}-{mac.workload}", MacFleetArgs(design=mac, placements=placements), opts)
        groups.setdefault(mac.workload, []).append(builds.group_names)
    return {workload: _joined(parts) for workload, parts in sorted(groups.items())}


def _pool(name: str, pool: PoolDesign, placements: Mapping[str, Placement], opts: pulumi.ResourceOptions) -> _Groups:
    args = PoolArgs(design=pool, placements=placements)
    own = f"{name}-{pool.workload}"
    match pool.kind:
        case "inference":
            return InferencePool(own, args, opts).group_names
        case "rendering":
            return RenderPool(own, args, opts).group_names
        case _:
            return ServicePool(own, args, opts).group_names


def _joined(parts: Sequence[_Groups]) -> _Groups:
    return pulumi.Output.all(*parts).apply(lambda lists: [name for names in lists for name in names])
