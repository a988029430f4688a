"""Choose: the cheapest fleet that can run a spec, how near to the optimum it is proved, and why the rest is out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fleet.planner.explanation import Explanation, explain
    from fleet.planner.part import Part
    from fleet.planner.solve import plan

__all__ = ["Explanation", "Part", "explain", "plan"]

_HOME = {
    "Explanation": "fleet.planner.explanation",
    "Part": "fleet.planner.part",
    "explain": "fleet.planner.explanation",
    "plan": "fleet.planner.solve",
}


def __getattr__(name: str) -> object:
    """The public names on first use: the solver is not loaded by an import."""
    from importlib import import_module  # noqa: PLC0415

    if name not in _HOME:
        raise AttributeError(f"module 'fleet.planner' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
