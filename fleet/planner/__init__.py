"""Choose: the cheapest fleet that can run a spec, how near to the optimum it is proved, and why the rest is out.

The public names load on first use, so that an import does not load the solver.
"""

from typing import TYPE_CHECKING

from fleet.lazy import on_first_use

if TYPE_CHECKING:
    from fleet.planner.explanation import Explanation, explain
    from fleet.planner.part import Part
    from fleet.planner.solve import plan

__all__ = ["Explanation", "Part", "explain", "plan"]

__getattr__ = on_first_use(
    __name__,
    {
        "Explanation": "fleet.planner.explanation",
        "Part": "fleet.planner.part",
        "explain": "fleet.planner.explanation",
        "plan": "fleet.planner.solve",
    },
)
