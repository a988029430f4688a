"""Rules of AWS that moto does not know, enforced when something is made or released. Sources: EC2 user guide.

They are no part of check and diff: a policy must see what a user wrote, and AWS itself says no only here.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from fleet.catalog import Catalog
from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import Properties
from fleet.simulated_aws.refusal import AwsRefusalError

__all__ = [
    "HOSTS",
    "QUOTAS",
    "AwsRefusalError",
    "claim_host",
    "free_host",
    "is_mac",
    "release_allowed",
    "require_launchable",
    "require_node_group_quotas",
    "require_quota",
]

HOSTS = "dedicated-host"
"""Kind of the store's records about hosts: when allocated, of which type, and the instance on it."""
QUOTAS = "FLEET_SIMULATED_QUOTAS"
"""Environment variable with quotas as JSON, `{code: number}`; what it does not name is unlimited."""
_MINIMUM_LEASE = timedelta(hours=24)


def is_mac(instance_type: str) -> bool:
    """Whether this is an EC2 Mac type."""
    return instance_type.startswith("mac")


def require_launchable(cloud: Cloud, instance_type: str, *, zone: str | None, spot: bool) -> None:
    """Refuse a type that the zone (or region) does not have, and spot for a type that is not sold so."""
    ec2 = cloud.client("ec2")
    where = (
        {"LocationType": "availability-zone", "Filters": _filters(instance_type, zone)}
        if zone
        else {"LocationType": "region", "Filters": _filters(instance_type, None)}
    )
    if not ec2.describe_instance_type_offerings(**where)["InstanceTypeOfferings"]:
        raise AwsRefusalError(
            f"Unsupported: instance type {instance_type} is not offered in {zone or cloud.region}; choose another zone"
        )
    found = ec2.describe_instance_types(InstanceTypes=[instance_type])["InstanceTypes"]
    classes = found[0].get("SupportedUsageClasses", ["on-demand", "spot"]) if found else []
    if spot and (is_mac(instance_type) or "spot" not in classes):
        raise AwsRefusalError(f"Unsupported: {instance_type} is not sold as spot; use on-demand")


def _filters(instance_type: str, zone: str | None) -> list[dict[str, Any]]:
    wanted = [{"Name": "instance-type", "Values": [instance_type]}]
    return [*wanted, {"Name": "location", "Values": [zone]}] if zone else wanted


def free_host(cloud: Cloud, instance_type: str, inputs: Properties) -> str:
    """The host that a Mac instance goes to: the one it names, else a free one of its type; refused without."""
    hosts = {key: host for key, host in cloud.store.all(HOSTS).items() if host["region"] == cloud.region}
    named = inputs.get("hostId")
    if named:
        host = hosts.get(named)
        if host is None:
            raise AwsRefusalError(f"InvalidHostID.NotFound: there is no host {named} in {cloud.region}")
        if host["type"] != instance_type:
            raise AwsRefusalError(f"InvalidHost: {named} takes {host['type']}, not {instance_type}")
        if host["instance"]:
            raise AwsRefusalError(f"InsufficientCapacityOnHost: {named} already runs {host['instance']}, and takes one")
        return str(named)
    if inputs.get("tenancy") != "host" and not inputs.get("hostResourceGroupArn"):
        raise AwsRefusalError(f"Unsupported: {instance_type} needs a dedicated host; set tenancy `host` and a host id")
    for key in sorted(hosts):
        if hosts[key]["type"] == instance_type and not hosts[key]["instance"]:
            return key
    raise AwsRefusalError(
        f"InsufficientCapacityOnHost: no free host for {instance_type} in {cloud.region}; allocate one"
    )


def claim_host(cloud: Cloud, host: str, instance: str | None) -> None:
    """Note which instance a host runs, None for none."""
    record = cloud.store.get(HOSTS, host)
    if record is not None:
        cloud.store.put(HOSTS, host, {**record, "instance": instance})


def release_allowed(cloud: Cloud, host: str) -> None:
    """Refuse the release of a Mac host within 24 hours of its allocation, or with an instance on it."""
    record = cloud.store.get(HOSTS, host)
    if record is None:
        return
    if record["instance"]:
        raise AwsRefusalError(f"InvalidHost.Occupied: {host} still runs {record['instance']}; terminate it first")
    age = cloud.now() - datetime.fromisoformat(record["allocated"])
    if is_mac(record["type"]) and age < _MINIMUM_LEASE:
        left = _MINIMUM_LEASE - age
        raise AwsRefusalError(
            f"Client.InvalidHost.MinimumAllocation: {host} ({record['type']}) was allocated {_hours(age)} ago and "
            f"cannot be released for another {_hours(left)}: Apple's licence asks for 24 hours"
        )


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} h"


def require_quota(
    cloud: Cloud, needed: Mapping[str, int], *, purchase: str, released: Mapping[str, int] | None = None
) -> None:
    """Refuse more than the quotas that the rehearsal was given: vCPUs by type and count, or hosts.

    `needed` counts what comes on top of what runs already, `released` what of that goes.
    """
    limits: dict[str, float] = json.loads(os.environ.get(QUOTAS) or "{}")
    if not limits:
        return
    catalog = _catalog()
    wanted: Counter[str] = Counter()
    for instance_type, count in needed.items():
        code = catalog.quota_code(instance_type, purchase)
        if code in limits:
            wanted[code] += count * _weight(catalog, instance_type, purchase)
    for instance_type, count in (released or {}).items():
        code = catalog.quota_code(instance_type, purchase)
        if code is not None and code in wanted:
            wanted[code] -= count * _weight(catalog, instance_type, purchase)
    for code, amount in wanted.items():
        used = _used(cloud, catalog, code, purchase)
        if used + amount > limits[code]:
            unit = "hosts" if purchase == "dedicated_host" else "vCPUs"
            raise AwsRefusalError(
                f"LimitExceeded: this needs {amount} {unit} of {code}, the quota is {limits[code]:g} "
                f"and {used} are in use"
            )


_NODE_GROUPS = "L-6D54EA21"
_NODES = "L-BD136A63"
_EKS_DEFAULTS = {_NODE_GROUPS: 30, _NODES: 450}
"""What an account starts with: https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html"""


def require_node_group_quotas(cloud: Cloud, cluster: str, *, new: int, nodes: int) -> None:
    """Refuse so many new node groups, or one of so many nodes, where EKS's quotas do not allow it."""
    limits = {**_EKS_DEFAULTS, **json.loads(os.environ.get(QUOTAS) or "{}")}
    groups = len(cloud.client("eks").list_nodegroups(clusterName=cluster)["nodegroups"]) + new
    wanted = {_NODE_GROUPS: (groups, f"node groups in {cluster}"), _NODES: (nodes, "nodes in one group")}
    for code, (needed, what) in wanted.items():
        if needed > limits[code]:
            raise AwsRefusalError(
                f"ResourceLimitExceeded: {needed} {what}, the quota {code} is {limits[code]:g}; ask for more: "
                f"aws service-quotas request-service-quota-increase --service-code eks --quota-code {code} "
                f"--desired-value {needed} --region {cloud.region}"
            )


def _used(cloud: Cloud, catalog: Catalog, code: str, purchase: str) -> int:
    if purchase == "dedicated_host":
        held = [one["type"] for one in cloud.store.all(HOSTS).values() if one["region"] == cloud.region]
    else:
        alive = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
        pages = cloud.client("ec2").get_paginator("describe_instances").paginate(Filters=alive)
        held = [one["InstanceType"] for page in pages for r in page["Reservations"] for one in r["Instances"]]
    of_code = [one for one in held if catalog.quota_code(one, purchase) == code]
    return sum(_weight(catalog, one, purchase) for one in of_code)


def _weight(catalog: Catalog, instance_type: str, purchase: str) -> int:
    return 1 if purchase == "dedicated_host" else int(catalog.type(instance_type).vcpus)


@lru_cache(maxsize=1)
def _catalog() -> Catalog:
    return Catalog.load()
