"""What a Kubernetes node of EKS keeps for itself, before any daemon runs."""

from fleet.catalog.model import InstanceType

__all__ = ["eks_reserved"]

_MIB_PER_POD = 11
_MIB_BASE = 255
_MIB_EVICTION = 100
_MIB = 1024
_HYPERVISOR_SHARE = 0.075
_SHARES = ((1, 0.06), (1, 0.01), (2, 0.005))
"""Of the first vCPU, the next, the next two; every further one gives _SHARE_BEYOND."""
_SHARE_BEYOND = 0.0025


def eks_reserved(shape: InstanceType, max_pods: int | None = None) -> tuple[float, float]:
    """What a node loses in vCPUs and GiB: kube-reserved, the eviction threshold, and the hypervisor's share of memory.

    kube-reserved is the formula of the AL2023 node image (awslabs/amazon-eks-ami, nodeadm): 6 % of the first vCPU,
    1 % of the second, 0.5 % of the next two, 0.25 % of the rest; 255 MiB and 11 MiB a pod. The kubelet evicts below
    100 MiB free. What the hypervisor keeps is not published: 7.5 % of the memory is the default that Karpenter plans
    with (VM_MEMORY_OVERHEAD_PERCENT), an upper estimate; bare metal has no hypervisor. `max_pods` is the limit set
    on the node where it is below what its interfaces allow.
    """
    pods = shape.max_pods if max_pods is None else min(max_pods, shape.max_pods)
    hypervisor = 0.0 if shape.bare_metal else shape.memory_gib * _HYPERVISOR_SHARE
    memory_gib = (_MIB_BASE + _MIB_PER_POD * pods + _MIB_EVICTION) / _MIB + hypervisor
    return _reserved_vcpus(shape.vcpus), memory_gib


def _reserved_vcpus(vcpus: int) -> float:
    left, reserved = vcpus, 0.0
    for span, share in _SHARES:
        reserved += min(left, span) * share
        left -= min(left, span)
    return round(reserved + left * _SHARE_BEYOND, 6)
