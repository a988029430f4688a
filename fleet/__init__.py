"""Plan the cheapest mixed AWS fleet with a proof, and keep it that way.

The public names load on first use, so that `import fleet` costs neither the solver nor Pulumi.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from fleet.lazy import on_first_use

if TYPE_CHECKING:
    from fleet.catalog import Catalog
    from fleet.cost import estimate
    from fleet.planner import plan
    from fleet.plans import Plan
    from fleet.spec import (
        AppleBuilds,
        Batch,
        Cluster,
        FleetSpec,
        Inference,
        Rendering,
        Service,
        Training,
        load_spec,
    )

__all__ = [
    "AppleBuilds",
    "Batch",
    "Catalog",
    "Cluster",
    "FleetSpec",
    "Inference",
    "Plan",
    "Rendering",
    "Service",
    "Training",
    "estimate",
    "load_spec",
    "plan",
]

_SPEC = ("AppleBuilds", "Batch", "Cluster", "FleetSpec", "Inference", "Rendering", "Service", "Training", "load_spec")
_public = on_first_use(
    __name__,
    {
        "Catalog": "fleet.catalog",
        "Plan": "fleet.plans",
        "estimate": "fleet.cost",
        "plan": "fleet.planner",
        **dict.fromkeys(_SPEC, "fleet.spec"),
    },
)


def __getattr__(name: str) -> Any:
    """Public names on first use, and `__version__` from the installed package."""
    if name != "__version__":
        return _public(name)
    try:
        return version("fleet-planner")
    except PackageNotFoundError:
        return "0+unknown"
