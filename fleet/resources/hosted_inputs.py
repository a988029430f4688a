"""Arguments of the plugin's components, and what they become: the same designs as in a Python program.

TypedDicts, because Pulumi's component host hands over dictionaries; plain types only, because its schema inference
knows no others. The texts under the fields are the descriptions that the schema carries.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict, TypeVar

import pulumi
from pydantic import ValidationError

from fleet.catalog import Catalog
from fleet.catalog.spec_names import known
from fleet.errors import FleetError
from fleet.plans import Plan, read_lock, require_fresh
from fleet.resources.design import Source
from fleet.resources.design.cluster import design_cluster
from fleet.resources.design.fleet import WorkloadDesign, design_workload, zones_needed
from fleet.resources.design.model import ClusterDesign
from fleet.resources.fleet import FleetArgs
from fleet.resources.network import existing_network
from fleet.resources.placement import Placement
from fleet.resources.settings import EVERYWHERE, Settings, read_settings
from fleet.spec import FleetSpec, load_spec, parse_spec

__all__ = [
    "ClusterInputs",
    "ClusterOptions",
    "FleetInputs",
    "NetworkInputs",
    "ReservationInputs",
    "ScheduleInputs",
    "WorkloadInputs",
    "cluster_design",
    "fleet_args",
    "workload_design",
]

_BY_WORKLOAD = {
    "reservation": "reservations",
    "root_volume_gib": "root_volume_gib",
    "target_groups": "target_groups",
}
"""Argument of a component for one workload -> setting by workload."""

_Design = TypeVar("_Design", bound=WorkloadDesign)


class NetworkInputs(TypedDict, total=False):
    """An existing network by its ids, or how to make a new one."""

    vpc_id: pulumi.Input[str]
    """Id of an existing VPC; without it a new one is made."""
    subnet_ids: dict[str, pulumi.Input[str]]
    """Zone -> id of the private subnet in it; goes with vpcId."""
    cidr: str
    """Address range of a new VPC, /16 to /24; 10.64.0.0/16 by default."""
    nat: str
    """How a new network reaches the internet: one (default), per_zone, or none (AWS endpoints only)."""


class ScheduleInputs(TypedDict):
    """When groups that may be switched off run."""

    start: str
    """Cron expression of five fields, for example 0 7 * * MON-FRI."""
    stop: str
    """Cron expression of five fields, for example 0 20 * * MON-FRI."""
    time_zone: NotRequired[str]
    """Time zone of both; UTC by default."""


class ClusterOptions(TypedDict, total=False):
    """Settings of an EKS cluster."""

    existing: str
    """Name of a cluster that is there already; without it a new one is made."""
    version: str
    """Kubernetes version; EKS's default when it is left out."""
    admins: list[str]
    """ARNs of IAM principals that may administer the cluster."""
    public_endpoint_cidrs: list[str]
    """Address ranges that may reach the API server from the internet; it is private without any."""


class ReservationInputs(TypedDict):
    """A capacity reservation, or a capacity block that was bought."""

    id: str
    """Its id."""
    zone: NotRequired[str]
    """The zone that it is in; without it every zone of the plan is tried."""


class FleetInputs(TypedDict):
    """Arguments of Fleet."""

    spec: str
    """The fleet.yaml: its text, or its path."""
    lock: str
    """The fleet.lock.json that `fleet plan` wrote for this spec: its text, or its path."""
    catalog: NotRequired[str]
    """Path of another catalog snapshot than the one that comes with the package."""
    network: NotRequired[NetworkInputs]
    """The network of every region that `networks` does not name."""
    networks: NotRequired[dict[str, NetworkInputs]]
    """Region -> network."""
    reservations: NotRequired[dict[str, ReservationInputs]]
    """Workload -> the capacity reservation, or bought capacity block, that it runs in."""
    clusters: NotRequired[dict[str, ClusterOptions]]
    """Cluster of the spec -> its settings."""
    schedule: NotRequired[ScheduleInputs]
    """Hours of services, inference and rendering on groups of their own; outside them they stand at 0."""
    tags: NotRequired[dict[str, str]]
    """Tags over those of the spec."""
    protect: NotRequired[bool]
    """Protect Mac hosts and clusters from deletion."""
    root_volume_gib: NotRequired[dict[str, int]]
    """Workload -> size of the root volume in GiB."""
    target_groups: NotRequired[dict[str, list[pulumi.Input[str]]]]
    """Workload -> ARNs of load balancer target groups that its instances join."""
    target_cpu_percent: NotRequired[float]
    """What target tracking holds services at; 60 by default."""


class WorkloadInputs(TypedDict):
    """Arguments of a component that serves one workload."""

    spec: str
    """The fleet.yaml: its text, or its path."""
    lock: str
    """The fleet.lock.json that `fleet plan` wrote for this spec: its text, or its path."""
    workload: str
    """Name of the workload in the spec."""
    network: NetworkInputs
    """The VPC and the subnets that it goes to; both are needed."""
    catalog: NotRequired[str]
    """Path of another catalog snapshot than the one that comes with the package."""
    reservation: NotRequired[ReservationInputs]
    """The capacity reservation, or bought capacity block, that it runs in."""
    schedule: NotRequired[ScheduleInputs]
    """Hours of its groups; outside them they stand at 0."""
    tags: NotRequired[dict[str, str]]
    """Tags over those of the spec."""
    protect: NotRequired[bool]
    """Protect Mac hosts from deletion."""
    root_volume_gib: NotRequired[int]
    """Size of the root volume in GiB."""
    target_groups: NotRequired[list[pulumi.Input[str]]]
    """ARNs of load balancer target groups that its instances join."""


class ClusterInputs(TypedDict):
    """Arguments of Cluster."""

    spec: str
    """The fleet.yaml: its text, or its path."""
    lock: str
    """The fleet.lock.json that `fleet plan` wrote for this spec: its text, or its path."""
    cluster: str
    """Name of the cluster in the spec."""
    network: NetworkInputs
    """The VPC and the subnets that it goes to; both are needed."""
    catalog: NotRequired[str]
    """Path of another catalog snapshot than the one that comes with the package."""
    options: NotRequired[ClusterOptions]
    """Settings of the cluster."""
    tags: NotRequired[dict[str, str]]
    """Tags over those of the spec."""
    protect: NotRequired[bool]
    """Protect the cluster from deletion."""


def fleet_args(inputs: FleetInputs) -> FleetArgs:
    """Arguments of Fleet from plain ones; InputPropertyError with the path of what is wrong."""
    given = {key: value for key, value in inputs.items() if key not in ("spec", "lock", "catalog")}
    source = _source(inputs, given)
    return FleetArgs(spec=source.spec, plan=source.plan, catalog=source.catalog, settings=source.settings)


def workload_design(
    inputs: WorkloadInputs, form: type[_Design], *, kind: str | None = None
) -> tuple[_Design, dict[str, Placement]]:
    """The design of one workload, which has to be of a form (and kind), and the network that it goes to."""
    name = inputs["workload"]
    given: dict[str, Any] = {k: inputs[k] for k in ("network", "schedule", "tags", "protect") if k in inputs}
    for key, plural in _BY_WORKLOAD.items():
        if key in inputs:
            given[plural] = {name: inputs[key]}  # type: ignore[literal-required]  # keys of _BY_WORKLOAD
    source = _source(inputs, given)
    names = [workload.name for workload in source.spec.workloads]
    if name not in names:
        raise pulumi.InputPropertyError("workload", f"no workload {name!r} in the spec; there are {', '.join(names)}")
    design = design_workload(source, source.spec.workload(name))
    if design is None:
        raise pulumi.InputPropertyError("workload", f"the plan gives {name!r} no instances of its own")
    found = source.spec.workload(name).kind
    if not isinstance(design, form) or kind not in (None, found):
        raise pulumi.InputPropertyError("workload", f"{name!r} is of kind {found}, which another component serves")
    return design, _placements(source.settings, design)


def cluster_design(inputs: ClusterInputs) -> tuple[ClusterDesign, dict[str, Placement]]:
    """The design of one cluster, and the network that it goes to."""
    name = inputs["cluster"]
    given: dict[str, Any] = {k: inputs[k] for k in ("network", "tags", "protect") if k in inputs}
    source = _source(inputs, given | {"clusters": {name: inputs.get("options", {})}})
    found = next((entry for entry in source.spec.clusters if entry.name == name), None)
    design = design_cluster(source, found) if found else None
    if design is None:
        names = ", ".join(entry.name for entry in source.spec.clusters) or "none"
        raise pulumi.InputPropertyError("cluster", f"the plan has no nodes for {name!r}; clusters are {names}")
    return design, _placements(source.settings, design)


def _placements(settings: Settings, design: WorkloadDesign | ClusterDesign) -> dict[str, Placement]:
    needed = zones_needed([design])
    if len(needed) > 1:
        raise pulumi.InputPropertyError("network", f"one VPC cannot hold {', '.join(needed)}; use Fleet with networks")
    network = settings.networks[EVERYWHERE]
    return {region: existing_network(region, zones, network) for region, zones in needed.items()}


def _source(inputs: Mapping[str, Any], given: Mapping[str, Any]) -> Source:
    catalog = Catalog.load(Path(inputs["catalog"])) if inputs.get("catalog") else Catalog.load()
    spec = _spec(_plain(inputs, "spec"), catalog)
    plan = _lock(_plain(inputs, "lock"), spec)
    return Source(spec=spec, plan=plan, catalog=catalog, settings=read_settings(given))


def _plain(inputs: Mapping[str, Any], key: str) -> str:
    value = inputs.get(key)
    if not isinstance(value, str) or not value.strip():
        raise pulumi.InputPropertyError(key, f"expected the text of the file or its path, found {value!r}")
    return value


def _is_text(value: str) -> bool:
    """A path has no line break and is no JSON."""
    return "\n" in value or value.lstrip().startswith("{")


def _spec(value: str, catalog: Catalog) -> FleetSpec:
    names = None if catalog.plain else known(catalog)
    try:
        return parse_spec(value, "spec", names) if _is_text(value) else load_spec(Path(value), names)
    except FleetError as error:
        raise pulumi.InputPropertyError("spec", str(error)) from error


def _lock(value: str, spec: FleetSpec) -> Plan:
    try:
        plan = Plan.model_validate_json(value) if _is_text(value) else read_lock(Path(value))
        require_fresh(plan, spec)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise pulumi.InputPropertyError("lock", f"is not a lock: {place or 'the text'}: {first['msg']}") from error
    except FleetError as error:
        raise pulumi.InputPropertyError("lock", str(error)) from error
    return plan
