"""`fleet export`: the locked plan in the words of other tools."""

from pathlib import Path
from typing import Annotated

import typer

from fleet.cli import surroundings as around
from fleet.cli.register import command, group

app = group("The locked plan in the words of other tools.", "fleet export karpenter | kubectl apply -f -")


@app.callback()
def export() -> None:
    """The locked plan in the words of other tools."""


@command(app)
def karpenter(
    spec: around.SpecFile = Path("fleet.yaml"),
    cluster_name: Annotated[
        str | None, typer.Option(help="Name of the EKS cluster as deployed; the fleet's and cluster's name without.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="IAM role of the nodes as deployed; the name that Fleet starts it with without.")
    ] = None,
    catalog: around.CatalogFile = None,
    output: around.Output = None,
) -> int:
    """Write the plan's clusters as Karpenter NodePool and EC2NodeClass manifests.

    Exit codes: 0 written; 1 the lock was made from another spec; 2 a file cannot be read, or no cluster has nodes.

    Examples:
        fleet export karpenter | kubectl apply -f -
        fleet export karpenter --output karpenter.yaml
    """
    from fleet.errors import ConfigError
    from fleet.plans import lock_path, read_lock, require_fresh
    from fleet.resources.design import Source
    from fleet.resources.karpenter import Installed, karpenter_manifests, manifests_yaml
    from fleet.resources.settings import Settings

    offered = around.load_catalog(catalog)
    wanted = around.read_spec(spec, offered)
    plan = read_lock(lock_path(spec))
    require_fresh(plan, wanted)
    source = Source(spec=wanted, plan=plan, catalog=offered, settings=Settings())
    manifests = karpenter_manifests(source, Installed(cluster_name=cluster_name, role=role))
    if not manifests:
        raise ConfigError(f"{spec} has no cluster with nodes; Karpenter runs workloads that name a cluster")
    around.put(manifests_yaml(manifests), output)
    return 0
