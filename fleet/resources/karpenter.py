"""A planned cluster as Karpenter manifests: NodePool (karpenter.sh/v1) and EC2NodeClass (karpenter.k8s.aws/v1).

The plan decides requirements (types, zones, market), limits (what it pays for) and weights (its largest pools first).
Fields: https://karpenter.sh/docs/concepts/nodepools/ and https://karpenter.sh/docs/concepts/nodeclasses/
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from fleet.resources.design.cluster import design_cluster
from fleet.resources.design.model import ClusterDesign, NodeGroupDesign
from fleet.resources.design.source import Source
from fleet.resources.names import NODE_POOL, fitting

__all__ = ["Installed", "karpenter_manifests", "manifests_yaml"]

_MAX_WEIGHT = 100
_GROUP = "karpenter.k8s.aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """Names in the account that manifests refer to; what is left out takes the names that Fleet's tags give."""

    cluster_name: str | None = None
    role: str | None = None


def karpenter_manifests(source: Source, installed: Installed | None = None) -> list[dict[str, Any]]:
    """Manifests of all clusters that the plan fills: node classes first, then node pools by weight."""
    names = installed or Installed()
    manifests: list[dict[str, Any]] = []
    for cluster in source.spec.clusters:
        design = design_cluster(source, cluster)
        if design is not None:
            manifests += _of_cluster(source.spec.name, design, names)
    return manifests


def manifests_yaml(manifests: Iterable[Mapping[str, Any]]) -> str:
    """Manifests as one YAML stream that `kubectl apply -f -` takes."""
    writer = YAML()
    writer.explicit_start = True
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    writer.dump_all([dict(manifest) for manifest in manifests], out)
    return out.getvalue()


def _of_cluster(fleet: str, design: ClusterDesign, names: Installed) -> list[dict[str, Any]]:
    pools = _merged(design.node_groups)
    ranked = sorted(pools, key=lambda pool: (-_vcpus(pool), _name(pool[0], design)))
    classes: dict[int, dict[str, Any]] = {}
    for pool in pools:
        pods = pool[0].max_pods
        classes.setdefault(pods, _node_class(fleet, design, pods, names))
    weighted = [_node_pool(design, pool, max(1, _MAX_WEIGHT - place)) for place, pool in enumerate(ranked)]
    return [classes[pods] for pods in sorted(classes)] + weighted


def _merged(groups: Sequence[NodeGroupDesign]) -> list[list[NodeGroupDesign]]:
    """Groups that differ by zone only are one pool: Karpenter spreads over zones by what pods ask for."""
    pools: dict[tuple[object, ...], list[NodeGroupDesign]] = {}
    for group in groups:
        key = (tuple(facts.name for facts in group.types), group.market, group.taints, tuple(group.labels))
        pools.setdefault(key, []).append(group)
    return list(pools.values())


def _node_pool(design: ClusterDesign, pool: Sequence[NodeGroupDesign], weight: int) -> dict[str, Any]:
    first = pool[0]
    count = sum(group.count for group in pool)
    memory = max(facts.memory_gib for facts in first.types) * count
    spec: dict[str, Any] = {
        "nodeClassRef": {"group": _GROUP, "kind": "EC2NodeClass", "name": _class_name(design, first.max_pods)},
        "requirements": _requirements(pool),
        "expireAfter": "720h",
    }
    if first.taints:
        spec["taints"] = [{"key": t.key, "value": t.value, "effect": "NoSchedule"} for t in first.taints]
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": _name(first, design)},
        "spec": {
            "template": {"metadata": {"labels": dict(first.labels)}, "spec": spec},
            "limits": {"cpu": str(_vcpus(pool)), "memory": f"{memory:g}Gi"},
            "weight": weight,
            "disruption": {
                "consolidationPolicy": "WhenEmptyOrUnderutilized",
                "consolidateAfter": "5m",
                "budgets": [{"nodes": "10%"}],
            },
        },
    }


def _requirements(pool: Sequence[NodeGroupDesign]) -> list[dict[str, Any]]:
    first = pool[0]
    architecture = "arm64" if first.types[0].architecture == "arm64" else "amd64"
    values = {
        "kubernetes.io/arch": [architecture],
        "kubernetes.io/os": ["linux"],
        "karpenter.sh/capacity-type": ["spot" if first.market == "spot" else "on-demand"],
        "node.kubernetes.io/instance-type": [facts.name for facts in first.types],
        "topology.kubernetes.io/zone": sorted({group.zone for group in pool}),
    }
    return [{"key": key, "operator": "In", "values": allowed} for key, allowed in values.items()]


def _node_class(fleet: str, design: ClusterDesign, max_pods: int, names: Installed) -> dict[str, Any]:
    cluster = names.cluster_name or design.settings.existing or f"{fleet}-{design.name}"
    volume = {
        "volumeSize": f"{design.root_volume_gib}Gi",
        "volumeType": "gp3",
        "encrypted": True,
        "deleteOnTermination": True,
    }
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "EC2NodeClass",
        "metadata": {"name": _class_name(design, max_pods)},
        "spec": {
            "role": names.role or f"{fleet}-{design.name}-nodes",
            "amiSelectorTerms": [{"alias": "al2023@latest"}],
            "subnetSelectorTerms": [{"tags": {"fleet:name": fleet, "fleet:subnet": "private"}}],
            "securityGroupSelectorTerms": [{"tags": {"aws:eks:cluster-name": cluster}}],
            "metadataOptions": {
                "httpEndpoint": "enabled",
                "httpProtocolIPv6": "disabled",
                "httpPutResponseHopLimit": 1,
                "httpTokens": "required",
            },
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": volume}],
            "kubelet": {"maxPods": max_pods},
            "tags": dict(design.tags),
        },
    }


def _name(group: NodeGroupDesign, design: ClusterDesign) -> str:
    parts = [design.name, group.types[0].name.replace(".", "-"), *(["spot"] if group.market == "spot" else [])]
    taints = [taint.value for taint in group.taints if taint.key == "fleet/workload"]
    return fitting("-".join([*parts, *taints]), NODE_POOL)


def _class_name(design: ClusterDesign, max_pods: int) -> str:
    return f"{design.name}-{max_pods}-pods"


def _vcpus(pool: Sequence[NodeGroupDesign]) -> int:
    return sum(max(facts.vcpus for facts in group.types) * group.count for group in pool)
