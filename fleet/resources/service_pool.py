"""ServicePool: Auto Scaling groups that run one long-running service."""

import pulumi

from fleet.resources.component import token
from fleet.resources.scaling_pool import PoolArgs, declare_groups

__all__ = ["ServicePool"]


class ServicePool(pulumi.ComponentResource):
    """Auto Scaling groups that run one long-running service."""

    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups."""

    def __init__(self, name: str, args: PoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(token("ServicePool"), name, {"workload": args.design.workload}, opts)
        groups = declare_groups(name, args, self)
        self.group_names = pulumi.Output.all(*(group.name for group in groups)).apply(list)
        self.register_outputs({"group_names": self.group_names})
